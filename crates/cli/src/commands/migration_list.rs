//! `novate migration list`: every package, in the order of the graph.

use std::collections::BTreeSet;

use clap::Args;
use novate_history::{Edge, Graph, Manifest};
use serde_json::json;

use super::migration_emit::node_json;
use crate::needed;
use crate::picture::newest_first;
use crate::problem::Problem;
use crate::progress::count;
use crate::project::{Context, short};
use crate::ui::{Report, Symbol};

/// `novate migration list`
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those in the archive too
    #[arg(long)]
    archived: bool,
    /// Only those that no new database, no ref and no database of novate.toml needs
    #[arg(long, conflicts_with = "archived")]
    unneeded: bool,
}

/// Lists the packages.
pub(crate) async fn run(context: &Context, args: &List) -> Result<Report, Problem> {
    let project = context.project()?;
    let history = project.history()?;
    let archived = history.store.archived_names()?;
    let needed = if args.unneeded { needed::packages(&project, &history).await? } else { BTreeSet::new() };
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for edge in in_order(&history.graph) {
        let Some(package) = history.packages.get(&edge.package) else { continue };
        let is_archived = archived.contains(&edge.package);
        if (is_archived && !args.archived) || needed.contains(&edge.package) {
            continue;
        }
        let mut marks = marks(&history.graph, edge, &package.manifest, package.is_stale());
        if is_archived {
            marks.insert(0, "archived".to_owned());
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
            "providedInvariants": edge.provides,
            "stale": package.is_stale(),
            "archived": is_archived,
            "placeholders": package.manifest.placeholders.len(),
        }));
    }
    if args.unneeded {
        return Ok(unneeded(&lines, &rows));
    }
    if !args.archived && !archived.is_empty() {
        lines.push(format!("{} in the archive (--archived)", count(archived.len(), "package")));
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

/// What nobody needs, and the command that puts it away.
fn unneeded(lines: &[String], rows: &[serde_json::Value]) -> Report {
    let names: Vec<String> =
        rows.iter().filter_map(|row| row.get("package").and_then(|name| name.as_str()).map(str::to_owned)).collect();
    let json = json!({ "packages": rows });
    if names.is_empty() {
        return Report::new(format!("{} every package is needed", Symbol::Done.text()), json);
    }
    Report::new(lines.join("\n"), json).next(format!("novate migration archive {}", names.join(" ")))
}
