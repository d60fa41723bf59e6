//! What is required of a route, brought down to what there is a choice about.

use std::collections::{BTreeMap, BTreeSet};

use super::search::Search;
use crate::adjacency::{Adjacency, NEVER, Way};
use crate::{Graph, HistoryError};

/// More choices than these nobody waits for; see [`Required::route`].
const MOST_CHOICES: usize = 128;

/// Sets of edges, of each of which a route must pass one.
type Demands = BTreeSet<Vec<usize>>;

/// The part of a graph that routes from one node to another can use, and what is asked of them.
pub(super) struct Required {
    start: usize,
    end: usize,
    /// The edges, as numbers in the whole graph, in their order.
    edges: Vec<usize>,
    shape: Adjacency,
    /// Data work at one contract that every route does, by that contract: it is put in afterwards.
    always: BTreeMap<usize, Vec<usize>>,
    demands: Demands,
}

impl Required {
    /// What is left to find between two nodes, each with its distances; the names that nothing on a way provides.
    pub(super) fn new(
        graph: &Graph,
        (start, before): (usize, &[u32]),
        (end, after): (usize, &[u32]),
        wanted: &[&str],
    ) -> Result<Self, Vec<String>> {
        let ends = graph.shape.ends();
        let useful = |edge: &usize| before[ends[*edge].0] != NEVER && after[ends[*edge].1] != NEVER;
        let edges: Vec<usize> = (0..ends.len()).filter(useful).collect();
        let shape = Adjacency::new(graph.shape.count(), edges.iter().map(|edge| ends[*edge]).collect());

        let mut providers: BTreeMap<&str, Vec<usize>> = wanted.iter().map(|name| (*name, Vec::new())).collect();
        for (at, edge) in edges.iter().enumerate() {
            for name in &graph.edges()[*edge].provides {
                if let Some(list) = providers.get_mut(name.as_str()) {
                    list.push(at);
                }
            }
        }
        let missing: Vec<String> =
            providers.iter().filter(|(_, list)| list.is_empty()).map(|(name, _)| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let demands = providers.into_values().collect();
        let mut required = Self { start, end, edges, shape, always: BTreeMap::new(), demands };
        required.drop_implied();
        required.take_out_data_work(graph);
        required.drop_implied();
        required.drop_unavoidable();
        Ok(required)
    }

    /// Whoever meets a demand meets every demand that allows more.
    fn drop_implied(&mut self) {
        let all: Vec<Vec<usize>> = std::mem::take(&mut self.demands).into_iter().collect();
        // By an edge, the demands that it meets: only those that share an edge can imply one another.
        let mut by_edge: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, demand) in all.iter().enumerate() {
            for edge in demand {
                by_edge.entry(*edge).or_default().push(at);
            }
        }
        let implied = |at: usize| {
            let demand = &all[at];
            demand.iter().flat_map(|edge| &by_edge[edge]).any(|other| {
                let smaller = &all[*other];
                *other != at && smaller.len() < demand.len() && smaller.iter().all(|e| demand.binary_search(e).is_ok())
            })
        };
        let kept: Vec<bool> = (0..all.len()).map(|at| !implied(at)).collect();
        self.demands = all.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(demand, _)| demand).collect();
    }

    /// Where a contract is passed once and all of its data work must be done, there is no choice but to come by.
    fn take_out_data_work(&mut self, graph: &Graph) {
        let is_work = |edge: &usize| self.shape.ends()[*edge].0 == self.shape.ends()[*edge].1;
        if !self.demands.iter().flatten().any(is_work) {
            return;
        }
        let mut size = vec![0_usize; graph.components.iter().max().map_or(0, |last| last + 1)];
        for component in &graph.components {
            size[*component] += 1;
        }
        let alone = |node: usize| size[graph.components[node]] == 1;
        let only: BTreeSet<usize> =
            self.demands.iter().filter(|d| d.len() == 1).flat_map(|demand| demand.iter().copied()).collect();
        let mut work: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for edge in self.demands.iter().flatten().collect::<BTreeSet<_>>() {
            let (from, to) = self.shape.ends()[*edge];
            if from == to && alone(from) {
                work.entry(from).or_default().push(*edge);
            }
        }
        work.retain(|_, edges| edges.iter().all(|edge| only.contains(edge)));
        for edges in work.values() {
            self.demands.retain(|demand| !demand.iter().any(|edge| edges.contains(edge)));
        }
        for node in work.keys().filter(|node| **node != self.start) {
            let arriving = self.shape.steps(*node, Way::Back).filter(|(_, from)| from != node);
            self.demands.insert(arriving.map(|(edge, _)| edge).collect());
        }
        self.always = work;
    }

    /// What every way to the end passes is not worth a search.
    fn drop_unavoidable(&mut self) {
        let mut witnesses: Vec<BTreeSet<usize>> = Vec::new();
        let mut demands = std::mem::take(&mut self.demands);
        demands.retain(|demand| {
            if witnesses.iter().any(|way| demand.iter().all(|edge| !way.contains(edge))) {
                return true;
            }
            let avoided = |edge: usize| demand.binary_search(&edge).is_err();
            let left = self.shape.distances(&[self.end], Way::Back, Some(self.start), avoided);
            if left[self.start] == NEVER {
                return false;
            }
            let mut way = BTreeSet::new();
            let mut node = self.start;
            while node != self.end {
                let nearer = |(edge, next): &(usize, usize)| left[*next] < left[node] && avoided(*edge);
                let Some((edge, next)) = self.shape.steps(node, Way::On).find(nearer) else { break };
                way.insert(edge);
                node = next;
            }
            witnesses.push(way);
            true
        });
        self.demands = demands;
    }

    /// The best route, as edges of the whole graph; `None` where no single one meets every demand.
    ///
    /// To pass many sets of edges in the best order is a problem without a fast answer. Demands between which there is
    /// no choice are gone by now, so that histories seldom leave any; what would take too long is refused.
    pub(super) fn route(self, graph: &Graph) -> Result<Option<Vec<usize>>, HistoryError> {
        if self.demands.is_empty() {
            let way = graph.plain(self.start, self.end);
            return Ok(way.map(|way| self.with_data_work(graph, way.into_iter())));
        }
        if self.demands.len() > MOST_CHOICES {
            return Err(HistoryError::TooManyInvariants { choices: self.demands.len() });
        }
        let mut bits = vec![0_u128; self.edges.len()];
        for (bit, demand) in self.demands.iter().enumerate() {
            for edge in demand {
                bits[*edge] |= 1 << bit;
            }
        }
        // Data work that provides nothing of it is never on a shortest route.
        let ends = self.shape.ends();
        let kept: Vec<usize> =
            (0..self.edges.len()).filter(|at| ends[*at].0 != ends[*at].1 || bits[*at] != 0).collect();
        let shape = Adjacency::new(self.shape.count(), kept.iter().map(|at| ends[*at]).collect());
        let bits: Vec<u128> = kept.iter().map(|at| bits[*at]).collect();
        let search = Search::new(&shape, &bits, self.demands.len(), self.start, self.end)?;
        let Some(found) = search.route()? else { return Ok(None) };
        Ok(Some(self.with_data_work(graph, found.into_iter().map(|at| self.edges[kept[at]]))))
    }

    /// The route with the data work of the contracts that it passes put in.
    fn with_data_work(&self, graph: &Graph, route: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut whole = Vec::new();
        let work = |node: &usize| self.always.get(node).into_iter().flatten().map(|at| self.edges[*at]);
        whole.extend(work(&self.start));
        for edge in route {
            whole.push(edge);
            whole.extend(work(&graph.shape.ends()[edge].1));
        }
        whole
    }
}
