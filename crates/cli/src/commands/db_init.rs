//! `novate db init`: bring a database under control.

use novate_history::Node;
use novate_runner::{History, Initialised, init};
use serde_json::json;

use super::migrate::{Ready, applied_json, ready};
use crate::cli::DbInit;
use crate::keepers;
use crate::problem::Problem;
use crate::progress::{Progress, count};
use crate::project::{Context, short};
use crate::ui::{Report, Symbol};

/// Migrates an empty database, or signs one that already is what a contract says.
pub(crate) async fn run(context: &Context, args: &DbInit) -> Result<Report, Problem> {
    let project = context.project()?;
    let Ready { history, goal, .. } = ready(&project, args.to.as_deref())?;
    let mut session = project.connect().await?;
    keepers::refuse_at_first_signature(&mut session, &context.space).await?;
    let settings = project.settings();
    let contract = |node: &Node| history.contract(node);
    let source =
        History { space: &context.space, graph: &history.graph, packages: &history.packages, contract: &contract };
    let mut progress = Progress::new(context.ui);
    let outcome = init(&mut session, &source, &goal, &settings, &mut |event| progress.on(&event)).await;
    drop(progress);
    let done = outcome?;
    session.close().await;
    let next = "novate db verify";
    Ok(match done {
        Initialised::AlreadyAt(hash) => Report::new(
            format!("{} The database is under control already, at {}", Symbol::Done.text(), hash.short()),
            json!({ "action": "none", "hash": hash.as_str() }),
        )
        .next(if goal.node.as_ref() == Some(&hash) { next } else { "novate migrate" }),
        Initialised::Migrated(migrated) => Report::new(
            format!(
                "{} {} applied: the database is at {}",
                Symbol::Done.text(),
                count(migrated.applied.len(), "package"),
                short(&goal.node)
            ),
            json!({ "action": "migrated", "hash": goal.node.as_ref().map(novate_contract::StorageHash::as_str),
                    "applied": applied_json(&migrated) }),
        )
        .next(next),
        Initialised::Signed(signed) => Report::new(
            format!(
                "{} The database fits {} and is signed there; nothing was changed",
                Symbol::Done.text(),
                signed.hash.short()
            ),
            json!({ "action": "signed", "hash": signed.hash.as_str() }),
        )
        .next(if goal.node.as_ref() == Some(&signed.hash) { next } else { "novate migrate" }),
    })
}
