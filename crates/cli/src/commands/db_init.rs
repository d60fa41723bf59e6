//! `novate db init`: bring a database under control.

use novate_runner::{Initialised, Lane, init};
use serde_json::json;

use super::migrate::{Ready, applied_json};
use crate::cli::DbInit;
use crate::every::{Failure, in_each};
use crate::keepers;
use crate::lanes::{Part, Parts};
use crate::problem::Problem;
use crate::progress::{Progress, count};
use crate::project::{Context, short};
use crate::ui::{Report, Symbol};

/// Migrates an empty database, or signs one that already is what a contract says; space by space, where there are
/// several.
pub(crate) async fn run(context: &Context, args: &DbInit) -> Result<Report, Problem> {
    let contexts = context.each()?;
    // All of it is read and checked before a connection is made.
    let parts = Parts::read(context, &contexts, args.to.as_deref())?;
    in_each(context, Failure::Stops, async |one| match parts.of(&one.space) {
        Some(part) => init_space(part).await,
        None => Err(crate::spaces::unknown(&one.space)),
    })
    .await
}

async fn init_space(part: &Part<'_>) -> Result<Report, Problem> {
    let Part { project, ready: Ready { goal, .. }, .. } = part;
    let context = project.context;
    let mut session = project.connect().await?;
    keepers::refuse_at_first_signature(&mut session, &context.space).await?;
    let settings = project.settings();
    let Lane { history, .. } = part.lane(&part.ready.history.graph);
    let mut progress = Progress::new(context.ui);
    let outcome = init(&mut session, &history, goal, &settings, &mut |event| progress.on(&event)).await;
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
