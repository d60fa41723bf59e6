//! Routes: which packages lead from one contract to another.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::describe;
use crate::{Edge, Graph, HistoryError, Node};

/// The packages to apply, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The steps; none where the start is the end and nothing is required.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The shortest route from `from` to `to` on which every required invariant that `have` lacks is provided. Ties
    /// are broken by `createdAt`, then by hash, so that everybody gets the same one.
    pub fn route(
        &self,
        from: &Node,
        to: &Node,
        required: &BTreeSet<String>,
        have: &BTreeSet<String>,
    ) -> Result<Route, HistoryError> {
        let wanted: Vec<&String> = required.difference(have).collect();
        let full: u64 = if wanted.len() >= 64 { u64::MAX } else { (1 << wanted.len()) - 1 };
        let provides = |edge: &Edge| {
            wanted.iter().enumerate().filter(|(_, name)| edge.provides.contains(**name)).fold(0, |m, (i, _)| m | 1 << i)
        };
        // A state is a node and what was provided on the way; edges are visited in their order, so the first arrival
        // is the deterministic choice among equally short ones.
        let mut came: Steps<'_> = BTreeMap::new();
        let start = (from.clone(), 0);
        came.insert(start.clone(), None);
        let mut queue = VecDeque::from([start]);
        let mut best = 0;
        while let Some(state) = queue.pop_front() {
            if state.0 == *to {
                if state.1 == full {
                    return Ok(Route { edges: backtrack(&came, state) });
                }
                best |= state.1;
            }
            for edge in self.leaving(&state.0) {
                let next = (edge.target(), state.1 | provides(edge));
                if let Entry::Vacant(vacant) = came.entry(next.clone()) {
                    vacant.insert(Some((state.clone(), edge)));
                    queue.push_back(next);
                }
            }
        }
        Err(self.no_route(from, to, &wanted, best))
    }

    fn no_route(&self, from: &Node, to: &Node, wanted: &[&String], best: u64) -> HistoryError {
        let reach = self.reachable(from);
        if let (false, Some(hash)) = (self.nodes().contains(from), from) {
            return HistoryError::UnknownMarker { hash: hash.clone() };
        }
        if reach.contains_key(to) {
            let missing = wanted.iter().enumerate().filter(|(i, _)| best & (1 << i) == 0).map(|(_, n)| (*n).clone());
            return HistoryError::InvariantsUncovered {
                from: describe(from),
                to: describe(to),
                missing: missing.collect(),
            };
        }
        let mut near: Vec<(usize, String)> =
            reach.into_iter().filter(|(node, _)| node != from).map(|(node, steps)| (steps, describe(&node))).collect();
        near.sort();
        let reachable = near.into_iter().rev().take(5).map(|(_, name)| name).collect();
        HistoryError::Unreachable { from: describe(from), to: describe(to), reachable }
    }
}

/// From where, and by which edge, each state was first reached; the start by none.
type Steps<'a> = BTreeMap<Reached, Option<(Reached, &'a Edge)>>;

/// A node, and which of the wanted invariants were provided on the way to it.
type Reached = (Node, u64);

fn backtrack(came: &Steps<'_>, mut state: Reached) -> Vec<Edge> {
    let mut edges = Vec::new();
    while let Some(Some((before, edge))) = came.get(&state) {
        edges.push((*edge).clone());
        state = before.clone();
    }
    edges.reverse();
    edges
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::graph::tests::{edge, hash};

    fn names(route: &Route) -> Vec<&str> {
        route.edges.iter().map(|e| e.package.as_str()).collect()
    }

    fn route(graph: &Graph, from: u8, to: u8) -> Result<Route, HistoryError> {
        let node = |n: u8| (n > 0).then(|| hash(n));
        graph.route(&node(from), &node(to), &BTreeSet::new(), &BTreeSet::new())
    }

    #[test]
    fn the_shortest_route_wins_and_the_older_of_two_equals() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 2, 3), edge(5, 1, 3), edge(4, 1, 3)]);
        assert_eq!(names(&route(&graph, 0, 3).unwrap()), ["p1", "p4"]);
        assert_eq!(names(&route(&graph, 3, 3).unwrap()), Vec::<&str>::new());
    }

    #[test]
    fn the_three_ways_not_to_get_there() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2)]);
        assert_eq!(route(&graph, 9, 2).unwrap_err().code(), "MIGRATION.MARKER_UNKNOWN");
        assert_eq!(route(&graph, 2, 1).unwrap_err().code(), "MIGRATION.UNREACHABLE");
        let required = BTreeSet::from(["backfill".to_owned()]);
        let error = graph.route(&None, &Some(hash(2)), &required, &BTreeSet::new()).unwrap_err();
        assert_eq!(error.code(), "MIGRATION.INVARIANTS_UNCOVERED");
    }

    #[test]
    fn a_longer_route_that_provides_an_invariant_is_taken() {
        let mut data = edge(3, 2, 2);
        data.provides.insert("backfill".into());
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), data]);
        let required = BTreeSet::from(["backfill".to_owned()]);
        let route = graph.route(&None, &Some(hash(2)), &required, &BTreeSet::new()).unwrap();
        assert_eq!(names(&route), ["p1", "p2", "p3"]);
        let route = graph.route(&None, &Some(hash(2)), &required, &required).unwrap();
        assert_eq!(names(&route), ["p1", "p2"]);
    }
}
