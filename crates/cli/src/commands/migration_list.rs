//! `novate migration list`: every package, in the order of the graph.

use novate_history::{Edge, Graph, Manifest};
use serde_json::json;

use super::migration_emit::node_json;
use crate::picture::newest_first;
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
    for edge in in_order(&history.graph) {
        let Some(package) = history.packages.get(&edge.package) else { continue };
        let marks = marks(&history.graph, edge, &package.manifest, package.is_stale());
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
            "providedInvariants": edge.provides,
            "stale": package.is_stale(),
            "placeholders": package.manifest.placeholders.len(),
        }));
    }
    if lines.is_empty() {
        return Ok(Report::new("No packages yet.", json!({ "packages": [] })).next("novate plan"));
    }
    Ok(Report::new(lines.join("\n"), json!({ "packages": rows })))
}

/// Every package after those that lead to where it starts; ways back and data work where they start.
fn in_order(graph: &Graph) -> Vec<&Edge> {
    let onward = |edge: &&Edge| edge.target() != edge.from && !graph.is_rollback(edge);
    let nodes = newest_first(graph);
    nodes
        .iter()
        .rev()
        .flat_map(|node| {
            let here = graph.leaving(node).filter(move |edge| !onward(edge));
            graph.arriving(node).filter(onward).chain(here)
        })
        .collect()
}

/// What people should know of a package at a glance; everywhere the same words.
pub(crate) fn marks(graph: &Graph, edge: &Edge, manifest: &Manifest, stale: bool) -> Vec<String> {
    let mut marks = Vec::new();
    if graph.is_rollback(edge) {
        marks.push("rollback".to_owned());
    }
    if edge.from == edge.target() {
        marks.push("data work".to_owned());
    }
    if !edge.provides.is_empty() {
        marks.push(format!("provides {}", edge.provides.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    if stale {
        marks.push("edited, not emitted".to_owned());
    }
    if !manifest.placeholders.is_empty() {
        marks.push(format!("{} to fill", count(manifest.placeholders.len(), "placeholder")));
    }
    marks
}
