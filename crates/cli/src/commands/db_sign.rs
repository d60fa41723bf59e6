//! `novate db sign`: attest that the database is what the contract says.

use novate_runner::{Home, sign};
use serde_json::json;

use super::db_verify::contract;
use super::migration_emit::node_json;
use crate::cli::DbSign;
use crate::every::{Failure, in_each};
use crate::keepers;
use crate::lanes::goal_of;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::project::{Context, Project, short};
use crate::ui::{Report, Symbol};

/// Verifies and signs, every space unless one was named.
pub(crate) async fn run(context: &Context, args: &DbSign) -> Result<Report, Problem> {
    in_each(context, Failure::Stops, async |one| {
        let project = one.project()?;
        let to = goal_of(&project, context, args.to.as_deref())?;
        sign_space(&project, to, args.force).await
    })
    .await
}

async fn sign_space(project: &Project<'_>, to: Option<&str>, force: bool) -> Result<Report, Problem> {
    let context = project.context;
    let contract = contract(project, to)?;
    let others = project.others()?;
    let home = Home { space: &context.space, others: &others };
    let mut session = project.connect().await?;
    keepers::refuse_at_first_signature(&mut session, &context.space).await?;
    let settings = project.settings();
    let mut progress = Progress::new(context.ui);
    let signed = sign(&mut session, home, &contract, force, &settings, &mut |event| progress.on(&event)).await?;
    session.close().await;
    let before = match &signed.before {
        Some(hash) if *hash == signed.hash => " (as before)".to_owned(),
        other => format!(" (was {})", short(other)),
    };
    Ok(Report::new(
        format!("{} The database is signed at {}{before}", Symbol::Done.text(), signed.hash.short()),
        json!({ "hash": signed.hash.as_str(), "before": node_json(signed.before.as_ref()) }),
    ))
}
