//! The three ways not to get there, each with what can be reached instead.

use crate::adjacency::{NEVER, Way};
use crate::graph::describe;
use crate::{Graph, HistoryError, Node};

/// So many of what is near are shown.
const SHOWN: usize = 3;

/// A contract that people may look for instead, and how one gets there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landmark {
    /// The contract.
    pub node: Node,
    /// The package that leads there; none where the search itself stands there.
    pub package: Option<String>,
    /// How many packages it is away from the start.
    pub steps: u32,
}

/// An invariant that no route provides, and the packages that would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// The invariant.
    pub invariant: String,
    /// The packages that provide it, each with where it starts and ends, as people read it.
    pub providers: Vec<(String, String, String)>,
}

impl Graph {
    /// Why there is no way at all.
    pub(super) fn no_way(&self, from: &Node, to: &Node) -> HistoryError {
        if let (false, Some(hash)) = (self.contains(from), from) {
            let heads = self.heads().into_iter().filter(Option::is_some).map(|node| self.landmark(node, 0));
            return HistoryError::UnknownMarker { hash: hash.clone(), heads: heads.collect() };
        }
        HistoryError::Unreachable {
            from: describe(from),
            to: describe(to),
            reachable: self.nearest(from, to),
            back: self.reachable(to).get(from).copied(),
        }
    }

    /// Ways lead there, and none provides what is missing.
    pub(super) fn uncovered(&self, from: &Node, to: &Node, missing: Vec<String>) -> HistoryError {
        let uncovered = missing.into_iter().map(|invariant| {
            let providers = self.providers(&invariant).take(SHOWN);
            let providers = providers
                .map(|edge| (edge.package.to_string(), describe(&edge.from), describe(&edge.target())))
                .collect();
            Uncovered { invariant, providers }
        });
        HistoryError::InvariantsUncovered { from: describe(from), to: describe(to), missing: uncovered.collect() }
    }

    /// What can be reached from a node and is nearest to another one: by packages of either direction, then by steps.
    fn nearest(&self, from: &Node, to: &Node) -> Vec<Landmark> {
        let Some(start) = self.number(from) else { return Vec::new() };
        let steps = self.shape.distances(&[start], Way::On, None, |_| true);
        let apart = self.number(to).map(|end| self.apart(end)).unwrap_or_default();
        let mut found: Vec<(u32, std::cmp::Reverse<u32>, usize)> = steps
            .iter()
            .enumerate()
            .filter(|(node, steps)| **steps != NEVER && *node != start)
            .map(|(node, steps)| (apart.get(node).copied().unwrap_or(NEVER), std::cmp::Reverse(*steps), node))
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .take(SHOWN)
            .map(|(_, steps, node)| self.landmark(self.nodes()[node].clone(), steps.0))
            .collect()
    }

    /// How many packages of either direction lie between a node and each other.
    fn apart(&self, node: usize) -> Vec<u32> {
        let mut apart = vec![NEVER; self.nodes().len()];
        apart[node] = 0;
        let mut queue = std::collections::VecDeque::from([node]);
        while let Some(node) = queue.pop_front() {
            for (_, next) in self.shape.steps(node, Way::On).chain(self.shape.steps(node, Way::Back)) {
                if apart[next] == NEVER {
                    apart[next] = apart[node] + 1;
                    queue.push_back(next);
                }
            }
        }
        apart
    }

    fn landmark(&self, node: Node, steps: u32) -> Landmark {
        let package = self.leads_to(&node).map(|edge| edge.package.to_string());
        Landmark { node, package, steps }
    }
}
