//! Pictures of a history: contracts as points, packages as arrows between them, laid out in lanes.
//!
//! One layout serves the terminal and SVG, so that both show the same picture.

mod dot;
mod lanes;
mod mermaid;
mod svg;
mod text;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use novate_history::{Edge, Graph, Node};

use crate::project::short;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use svg::svg;
pub(crate) use text::text;

/// What is to be shown, newest contract first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    pub(crate) points: Vec<Point>,
    pub(crate) arrows: Vec<Arrow>,
}

/// A contract.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Its hash's beginning, or `empty`.
    pub(crate) name: String,
    pub(crate) marks: Vec<Mark>,
}

/// What stands at a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A ref, by name.
    Ref(String),
    /// The contract of the files.
    Contract,
    /// A database, as it was named.
    Database(String),
}

impl Mark {
    /// As it is written beside a contract.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Ref(name) => format!("[{name}]"),
            Self::Contract => "(the contract)".to_owned(),
            Self::Database(name) => format!("(database {name})"),
        }
    }
}

/// A package: which points it leads from and to, by their places.
#[derive(Debug, Clone)]
pub(crate) struct Arrow {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) package: String,
    pub(crate) kind: ArrowKind,
}

/// How an arrow is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArrowKind {
    /// Onward, along a lane.
    Onward,
    /// Back to an older contract.
    Back,
    /// Data work, at one contract.
    Work,
}

impl Picture {
    /// The picture of a graph, with the marks of its contracts.
    pub(crate) fn of(graph: &Graph, marks: &BTreeMap<Node, Vec<Mark>>) -> Self {
        let order = newest_first(graph);
        let places: BTreeMap<&Node, usize> = order.iter().enumerate().map(|(at, node)| (node, at)).collect();
        let points = order
            .iter()
            .map(|node| Point { name: short(node), marks: marks.get(node).cloned().unwrap_or_default() })
            .collect();
        let arrow = |edge: &Edge| {
            let (from, to) = (*places.get(&edge.from)?, *places.get(&edge.target())?);
            let kind = match from.cmp(&to) {
                std::cmp::Ordering::Equal => ArrowKind::Work,
                std::cmp::Ordering::Greater if !graph.is_rollback(edge) => ArrowKind::Onward,
                _ => ArrowKind::Back,
            };
            Some(Arrow { from, to, package: edge.package.to_string(), kind })
        };
        Self { points, arrows: graph.edges().iter().filter_map(arrow).collect() }
    }

    /// What is written beside a point: its name and marks, then the packages that lead there, one a line.
    pub(crate) fn words(&self, at: usize) -> Vec<String> {
        let Some(point) = self.points.get(at) else { return Vec::new() };
        let mut first = point.name.clone();
        for mark in &point.marks {
            first = format!("{first} {}", mark.text());
        }
        let mut lines = vec![first];
        let of_kind = |kind| self.arrows.iter().filter(move |arrow| arrow.kind == kind);
        lines.extend(of_kind(ArrowKind::Onward).filter(|arrow| arrow.to == at).map(|arrow| arrow.package.clone()));
        let work = of_kind(ArrowKind::Work).filter(|arrow| arrow.to == at);
        lines.extend(work.map(|arrow| format!("{} (data work)", arrow.package)));
        for arrow in of_kind(ArrowKind::Back).filter(|arrow| arrow.from == at) {
            let target = self.points.get(arrow.to).map(|point| point.name.as_str()).unwrap_or_default();
            lines.push(format!("{} (back to {target})", arrow.package));
        }
        lines
    }
}

/// Contracts so that each comes before those that it was reached from.
pub(crate) fn newest_first(graph: &Graph) -> Vec<Node> {
    let forward = |edge: &&Edge| edge.target() != edge.from && !graph.is_rollback(edge);
    let mut waits: BTreeMap<&Node, usize> =
        graph.nodes().iter().map(|node| (node, graph.leaving(node).filter(forward).count())).collect();
    let mut ready: VecDeque<&Node> = waits.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(node) = ready.pop_back() {
        if !seen.insert(node) {
            continue;
        }
        for edge in graph.arriving(node).filter(forward) {
            if let Some(count) = waits.get_mut(&edge.from) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push_back(&edge.from);
                }
            }
        }
        order.push(node.clone());
    }
    // What is left is on a cycle that no rollback explains; it is shown all the same.
    order.extend(graph.nodes().iter().filter(|node| !seen.contains(node)).cloned());
    order
}

#[cfg(test)]
mod tests;
