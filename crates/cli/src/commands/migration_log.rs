//! `novate migration log`: what ran where, from a database's ledger.

use serde_json::json;

use crate::cli::Log;
use crate::problem::Problem;
use crate::project::Context;
use crate::ui::Report;

/// Shows the ledger, newest first.
pub(crate) async fn run(context: &Context, args: &Log) -> Result<Report, Problem> {
    let project = context.project()?;
    let mut session = project.connect().await?;
    let rows = novate_runner::log(&mut session, &context.space, args.limit).await?;
    session.close().await;
    let here = project.store()?.package_names()?;
    let is_here = |name: &str| here.iter().any(|package| package.as_str() == name);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let what = match (row.kind.as_str(), row.package.as_deref()) {
                ("seed", Some(name)) => format!("seed {name}"),
                (kind, name) => name.unwrap_or(kind).to_owned(),
            };
            // Another branch's, or deleted since; a seed is no package.
            let gone = row.kind != "seed" && row.package.as_deref().is_some_and(|name| !is_here(name));
            let gone = if gone { " (not in this checkout)" } else { "" };
            format!(
                "{}  {what}{gone}  {} → {}  by {} from {}",
                row.finished_at,
                row.from_hash.as_deref().map_or("empty", |hash| hash.get(..12).unwrap_or(hash)),
                row.to_hash.get(..12).unwrap_or(&row.to_hash),
                row.role,
                row.client,
            )
        })
        .collect();
    let text = if lines.is_empty() { "Nothing has run here.".to_owned() } else { lines.join("\n") };
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "kind": row.kind, "package": row.package, "from": row.from_hash, "to": row.to_hash,
                "startedAt": row.started_at, "finishedAt": row.finished_at, "role": row.role, "client": row.client,
                "application": row.application, "version": row.version, "operations": row.operations,
            })
        })
        .collect();
    Ok(Report::new(text, json!({ "entries": rows })))
}
