//! `novate migration graph`: the history as lanes in the terminal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use novate_history::Node;
use renderdag::{Ancestor, GraphRowRenderer, Renderer};
use serde_json::json;

use super::migration_emit::node_json;
use crate::problem::Problem;
use crate::project::{Context, Loaded, Outline, short};
use crate::ui::Report;

/// Draws contracts, newest first, with the packages that lead to them and the refs that point at them.
pub(crate) fn run(context: &Context) -> Result<Report, Problem> {
    let project = context.project()?;
    let history = project.outline()?;
    let refs = refs(&history)?;
    if history.graph.edges().is_empty() {
        return Ok(Report::new("No packages yet.", json!({ "nodes": [], "edges": [] })).next("novate plan"));
    }
    let mut renderer = GraphRowRenderer::new().output().with_min_row_height(1).build_box_drawing();
    let mut text = String::new();
    for node in newest_first(&history) {
        let forward: Vec<_> = history.graph.arriving(&node).filter(|edge| !history.graph.is_rollback(edge)).collect();
        let mut parents: Vec<Ancestor<Node>> = Vec::new();
        for edge in &forward {
            if edge.from != node && !parents.iter().any(|a| matches!(a, Ancestor::Parent(p) if *p == edge.from)) {
                parents.push(Ancestor::Parent(edge.from.clone()));
            }
        }
        let mut words = vec![short(&node)];
        words.extend(refs.get(&node).into_iter().flatten().map(|name| format!("[{name}]")));
        let mut lines = vec![words.join(" ")];
        lines.extend(forward.iter().map(|edge| edge.package.to_string()));
        for edge in history.graph.leaving(&node).filter(|edge| history.graph.is_rollback(edge)) {
            lines.push(format!("{} (back to {})", edge.package, edge.to.short()));
        }
        text.push_str(&renderer.next_row(node.clone(), parents, "o".to_owned(), lines.join("\n")));
    }
    let edges: Vec<_> = history
        .graph
        .edges()
        .iter()
        .map(|edge| {
            json!({ "package": edge.package.as_str(), "from": node_json(edge.from.as_ref()), "to": edge.to.as_str(),
                    "rollback": history.graph.is_rollback(edge) })
        })
        .collect();
    let nodes: Vec<_> = history
        .graph
        .nodes()
        .iter()
        .map(|node| json!({ "hash": node_json(node.as_ref()), "refs": refs.get(node).cloned().unwrap_or_default() }))
        .collect();
    Ok(Report::new(text, json!({ "nodes": nodes, "edges": edges })))
}

/// Names of refs by the contract that they point at.
pub(crate) fn refs<P>(history: &Loaded<P>) -> Result<BTreeMap<Node, Vec<String>>, Problem> {
    let mut refs: BTreeMap<Node, Vec<String>> = BTreeMap::new();
    for name in history.store.ref_names()? {
        let reference = history.store.read_ref(&name)?;
        refs.entry(Some(reference.hash)).or_default().push(name.to_string());
    }
    Ok(refs)
}

/// Contracts so that each comes before those that it was reached from.
fn newest_first(history: &Outline) -> Vec<Node> {
    let forward = |edge: &&novate_history::Edge| edge.target() != edge.from && !history.graph.is_rollback(edge);
    let nodes = history.graph.nodes();
    let mut waits: BTreeMap<Node, usize> =
        nodes.iter().map(|node| (node.clone(), history.graph.leaving(node).filter(forward).count())).collect();
    let mut ready: VecDeque<Node> =
        waits.iter().filter(|(_, count)| **count == 0).map(|(node, _)| node.clone()).collect();
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(node) = ready.pop_front() {
        if !seen.insert(node.clone()) {
            continue;
        }
        for edge in history.graph.arriving(&node).filter(forward) {
            if let Some(count) = waits.get_mut(&edge.from) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push_back(edge.from.clone());
                }
            }
        }
        order.push(node);
    }
    // What is left is on a cycle that no rollback explains; it is shown all the same.
    order.extend(nodes.iter().filter(|node| !seen.contains(*node)).cloned());
    order
}
