//! `novate db sign`: attest that the database is what the contract says.

use novate_runner::sign;
use serde_json::json;

use super::db_verify::contract;
use super::migration_emit::node_json;
use crate::cli::DbSign;
use crate::keepers;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::project::{Context, short};
use crate::ui::{Report, Symbol};

/// Verifies and signs.
pub(crate) async fn run(context: &Context, args: &DbSign) -> Result<Report, Problem> {
    let project = context.project()?;
    let contract = contract(&project, args.to.as_deref())?;
    let mut session = project.connect().await?;
    keepers::refuse_at_first_signature(&mut session, &context.space).await?;
    let settings = project.settings();
    let mut progress = Progress::new(context.ui);
    let signed =
        sign(&mut session, &context.space, &contract, args.force, &settings, &mut |event| progress.on(&event)).await?;
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
