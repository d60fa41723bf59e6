//! Routes: which packages lead from one contract to another.

mod missing;
mod required;
mod search;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::BTreeSet;

use crate::adjacency::{NEVER, Way};
use crate::{Edge, Graph, HistoryError, Node};
pub use missing::{Landmark, Uncovered};
use required::Required;

/// The packages to apply, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The steps; none where the start is the end and nothing is required.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The shortest route from `from` to `to` on which every required invariant that `have` lacks is provided. Of
    /// equally short ones it is the one whose first step is the oldest by `createdAt`, then by hash, and so on from
    /// step to step, so that everybody gets the same one.
    pub fn route(
        &self,
        from: &Node,
        to: &Node,
        required: &BTreeSet<String>,
        have: &BTreeSet<String>,
    ) -> Result<Route, HistoryError> {
        let wanted: Vec<&str> = required.difference(have).map(String::as_str).collect();
        if from == to && wanted.is_empty() {
            return Ok(Route { edges: Vec::new() });
        }
        let (Some(start), Some(end)) = (self.number(from), self.number(to)) else {
            return Err(self.no_way(from, to));
        };
        let steps = if wanted.is_empty() {
            self.plain(start, end).ok_or_else(|| self.no_way(from, to))?
        } else {
            let before = self.shape.distances(&[start], Way::On, None, |_| true);
            if before[end] == NEVER {
                return Err(self.no_way(from, to));
            }
            let after = self.shape.distances(&[end], Way::Back, None, |_| true);
            let required = Required::new(self, (start, &before), (end, &after), &wanted);
            let required = required.map_err(|missing| self.uncovered(from, to, missing))?;
            required
                .route(self)?
                .ok_or_else(|| self.uncovered(from, to, wanted.iter().map(|name| (*name).to_owned()).collect()))?
        };
        Ok(Route { edges: steps.into_iter().map(|at| self.edges()[at].clone()).collect() })
    }

    /// The shortest way where nothing is required of it.
    fn plain(&self, start: usize, end: usize) -> Option<Vec<usize>> {
        let left = self.shape.distances(&[end], Way::Back, Some(start), |_| true);
        if left[start] == NEVER {
            return None;
        }
        let mut node = start;
        let mut steps = Vec::new();
        while node != end {
            // Edges are in their order: the first that comes nearer is the oldest.
            let nearer = |(_, next): &(usize, usize)| left[*next] < left[node];
            let (edge, next) = self.shape.steps(node, Way::On).find(nearer)?;
            steps.push(edge);
            node = next;
        }
        Some(steps)
    }
}
