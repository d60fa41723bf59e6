//! `novate migration list`: every package, in the order of the graph.

use serde_json::json;

use super::migration_emit::node_json;
use crate::problem::Problem;
use crate::progress::count;
use crate::project::{Context, short};
use crate::ui::Report;

/// Lists the packages.
pub(crate) fn run(context: &Context) -> Result<Report, Problem> {
    let project = context.project()?;
    let history = project.history()?;
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for edge in history.graph.edges() {
        let Some(package) = history.packages.get(&edge.package) else { continue };
        let mut marks = Vec::new();
        if history.graph.is_rollback(edge) {
            marks.push("rollback".to_owned());
        }
        if package.is_stale() {
            marks.push("edited, not emitted".to_owned());
        }
        if !package.manifest.placeholders.is_empty() {
            marks.push(format!("{} to fill", count(package.manifest.placeholders.len(), "placeholder")));
        }
        let marks = if marks.is_empty() { String::new() } else { format!("  ({})", marks.join(", ")) };
        lines.push(format!("{:>12} → {:<12}  {}{marks}", short(&edge.from), edge.to.short(), edge.package));
        rows.push(json!({
            "package": edge.package.as_str(),
            "from": node_json(edge.from.as_ref()),
            "to": edge.to.as_str(),
            "migrationHash": edge.hash.as_str(),
            "createdAt": edge.created_at,
            "operations": package.operations.len(),
            "rollback": history.graph.is_rollback(edge),
            "stale": package.is_stale(),
            "placeholders": package.manifest.placeholders.len(),
        }));
    }
    if lines.is_empty() {
        return Ok(Report::new("No packages yet.", json!({ "packages": [] })).next("novate plan"));
    }
    Ok(Report::new(lines.join("\n"), json!({ "packages": rows })))
}
