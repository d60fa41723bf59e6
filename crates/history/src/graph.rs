//! The graph: contracts are nodes, packages are edges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use novate_contract::StorageHash;

use crate::adjacency::{Adjacency, NEVER, Way};
use crate::{HistoryError, Manifest, MigrationHash, Package, PackageName, Ref, RefName};

/// A contract in the graph; `None` is the empty database.
pub type Node = Option<StorageHash>;

/// A package as the graph sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The package.
    pub package: PackageName,
    /// Its identity.
    pub hash: MigrationHash,
    /// Where it starts.
    pub from: Node,
    /// Where it ends.
    pub to: StorageHash,
    /// When it was planned.
    pub created_at: String,
    /// The invariants that it provides.
    pub provides: BTreeSet<String>,
}

impl Edge {
    /// The edge that a package is.
    pub fn of(package: &Package) -> Self {
        Self::new(package.name.clone(), package.hash.clone(), &package.manifest)
    }

    /// The edge that a package is by its manifest.
    pub fn new(package: PackageName, hash: MigrationHash, manifest: &Manifest) -> Self {
        Self {
            package,
            hash,
            from: manifest.from.clone(),
            to: manifest.to.clone(),
            created_at: manifest.created_at.clone(),
            provides: manifest.provided_invariants.iter().cloned().collect(),
        }
    }

    /// Where it ends, as a node.
    pub fn target(&self) -> Node {
        Some(self.to.clone())
    }

    /// What parallel edges are ordered by.
    fn order(&self) -> (&str, &str) {
        (&self.created_at, self.hash.as_str())
    }
}

/// Every package of a space, as edges between contracts.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    pub(crate) shape: Adjacency,
    pub(crate) components: Vec<usize>,
    rollbacks: BTreeSet<usize>,
}

impl Graph {
    /// The graph of these edges. Their order does not matter.
    pub fn new(mut edges: Vec<Edge>) -> Self {
        edges.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut nodes: Vec<Node> = edges.iter().flat_map(|edge| [edge.from.clone(), edge.target()]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let numbers: HashMap<Option<&StorageHash>, usize> =
            nodes.iter().enumerate().map(|(number, node)| (node.as_ref(), number)).collect();
        let ends =
            edges.iter().filter_map(|edge| Some((*numbers.get(&edge.from.as_ref())?, *numbers.get(&Some(&edge.to))?)));
        let shape = Adjacency::new(nodes.len(), ends.collect());
        let components = shape.components();
        let mut graph = Self { edges, nodes, shape, components, rollbacks: BTreeSet::new() };
        graph.rollbacks = graph.find_rollbacks();
        graph
    }

    /// Every edge, by time and then by hash.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The place of a node among the nodes, in their order.
    pub(crate) fn number(&self, node: &Node) -> Option<usize> {
        self.nodes.binary_search(node).ok()
    }

    /// The edges that leave a node, by time and then by hash.
    pub fn leaving(&self, node: &Node) -> impl Iterator<Item = &Edge> {
        let edges = self.number(node).map(|number| self.shape.leaving(number)).unwrap_or_default();
        edges.iter().map(|at| &self.edges[*at])
    }

    /// The edges that arrive at a node, by time and then by hash.
    pub fn arriving(&self, node: &Node) -> impl Iterator<Item = &Edge> {
        let edges = self.number(node).map(|number| self.shape.arriving(number)).unwrap_or_default();
        edges.iter().map(|at| &self.edges[*at])
    }

    /// Every node that an edge touches, in order, the empty database first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether an edge touches a node.
    pub fn contains(&self, node: &Node) -> bool {
        self.number(node).is_some()
    }

    /// Refuses a ref that no route can serve: no package touches its contract, or none provides what it requires.
    pub fn check_ref(&self, name: &RefName, reference: &Ref) -> Result<(), HistoryError> {
        if !self.contains(&Some(reference.hash.clone())) {
            return Err(HistoryError::RefDangling { name: name.to_string(), hash: reference.hash.clone() });
        }
        let known = self.provided();
        match reference.invariants.iter().find(|id| !known.contains(id)) {
            Some(unknown) => Err(HistoryError::UnknownInvariant {
                name: name.to_string(),
                invariant: unknown.clone(),
                known: known.into_iter().cloned().collect(),
            }),
            None => Ok(()),
        }
    }

    /// Every invariant that a package provides.
    pub fn provided(&self) -> BTreeSet<&String> {
        self.edges.iter().flat_map(|edge| &edge.provides).collect()
    }

    /// The packages that provide an invariant, by time and then by hash.
    pub fn providers(&self, invariant: &str) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.provides.contains(invariant))
    }

    /// The package that people know a contract by: the newest that leads there, and no way back where there is another.
    pub fn leads_to(&self, node: &Node) -> Option<&Edge> {
        let arriving = || self.arriving(node).filter(|edge| edge.from != *node);
        arriving().filter(|edge| !self.is_rollback(edge)).last().or_else(|| arriving().last())
    }

    /// Whether an edge leads back: to a contract nearer to the beginning from which one can get here again.
    pub fn is_rollback(&self, edge: &Edge) -> bool {
        let same = |at: &&usize| self.edges[**at].package == edge.package;
        self.number(&edge.from).is_some_and(|from| {
            self.shape.leaving(from).iter().find(same).is_some_and(|at| self.rollbacks.contains(at))
        })
    }

    /// The nodes that nothing leaves but rollbacks; the empty database where there are no edges at all.
    pub fn heads(&self) -> Vec<Node> {
        if self.edges.is_empty() {
            return vec![None];
        }
        let goes_on =
            |node: usize| self.shape.steps(node, Way::On).any(|(at, to)| !self.rollbacks.contains(&at) && to != node);
        let is_head = |node: &usize| !goes_on(*node) && !self.is_abandoned(*node);
        (0..self.nodes.len()).filter(is_head).map(|node| self.nodes[node].clone()).collect()
    }

    /// Whether people went back from a node and then on from where that led: such a node is nobody's goal any more.
    fn is_abandoned(&self, node: usize) -> bool {
        self.shape.steps(node, Way::On).filter(|(back, _)| self.rollbacks.contains(back)).any(|(back, target)| {
            self.shape
                .steps(target, Way::On)
                .any(|(on, to)| on > back && !self.rollbacks.contains(&on) && to != target && to != node)
        })
    }

    /// The one head, or the error that shows the branches.
    pub fn head(&self, space: &str) -> Result<Node, HistoryError> {
        let heads = self.heads();
        if let [only] = heads.as_slice() {
            return Ok(only.clone());
        }
        let join = self.last_common(&heads);
        let branches = self.branches(join.as_ref(), &heads).into_iter().flat_map(|(_, edges)| edges).collect();
        let named = heads.into_iter().flatten().map(|hash| {
            let package = self.leads_to(&Some(hash.clone())).map(|e| e.package.to_string()).unwrap_or_default();
            (hash, package)
        });
        let join = join.map(|node| describe(&node));
        Err(HistoryError::Diverged { space: space.to_owned(), heads: named.collect(), join, branches })
    }

    /// For each head, the packages that lead there and not to every other one: its branch, oldest first.
    pub fn parted(&self) -> Vec<(Node, Vec<Edge>)> {
        let heads = self.heads();
        self.branches(self.last_common(&heads).as_ref(), &heads)
    }

    fn branches(&self, join: Option<&Node>, heads: &[Node]) -> Vec<(Node, Vec<Edge>)> {
        let before: Vec<BTreeMap<Node, u32>> = heads.iter().map(|head| self.leading_to(head)).collect();
        let after = join.map(|join| self.reachable(join));
        let common = |edge: &Edge| before.iter().all(|before| before.contains_key(&edge.target()));
        let branch = |before: &BTreeMap<Node, u32>| {
            let leads = |edge: &&Edge| {
                before.contains_key(&edge.target()) && after.as_ref().is_none_or(|after| after.contains_key(&edge.from))
            };
            let own = self.edges.iter().filter(leads).filter(|edge| !common(edge) && !self.is_rollback(edge));
            own.cloned().collect()
        };
        heads.iter().zip(&before).map(|(head, before)| (head.clone(), branch(before))).collect()
    }

    /// Everything that can be reached from a node, itself included, with the number of steps.
    pub fn reachable(&self, start: &Node) -> BTreeMap<Node, u32> {
        self.steps_between(start, Way::On)
    }

    /// Everything from which a node can be reached, itself included, with the number of steps.
    pub fn leading_to(&self, end: &Node) -> BTreeMap<Node, u32> {
        self.steps_between(end, Way::Back)
    }

    fn steps_between(&self, node: &Node, way: Way) -> BTreeMap<Node, u32> {
        let Some(number) = self.number(node) else { return BTreeMap::from([(node.clone(), 0)]) };
        let distances = self.shape.distances(&[number], way, None, |_| true);
        let found = distances.into_iter().enumerate().filter(|(_, steps)| *steps != NEVER);
        found.map(|(node, steps)| (self.nodes[node].clone(), steps)).collect()
    }

    /// An edge is a rollback when it lies on a cycle and leads nearer to the beginning; of two that lead equally far,
    /// the later one is.
    fn find_rollbacks(&self) -> BTreeSet<usize> {
        let arrived = |node: usize| self.shape.steps(node, Way::Back).any(|(_, from)| from != node);
        let mut roots: Vec<usize> = (0..self.nodes.len()).filter(|node| !arrived(*node)).collect();
        if roots.is_empty() {
            // Every node is on a cycle (the first package is gone): the oldest edge says where it began.
            roots.extend(self.shape.ends().first().map(|(from, _)| *from));
        }
        let depth = self.shape.distances(&roots, Way::On, None, |_| true);
        let mut rollbacks = BTreeSet::new();
        for (at, (from, to)) in self.shape.ends().iter().copied().enumerate() {
            if to == from || self.components[to] != self.components[from] {
                continue;
            }
            let is_later = || self.shape.steps(to, Way::On).any(|(other, end)| other < at && end == from);
            if depth[to] < depth[from] || (depth[to] == depth[from] && is_later()) {
                rollbacks.insert(at);
            }
        }
        rollbacks
    }

    /// The deepest node from which all of `ends` can be reached.
    fn last_common(&self, ends: &[Node]) -> Option<Node> {
        let before =
            |node: &Node| self.number(node).map(|number| self.shape.distances(&[number], Way::Back, None, |_| true));
        let before: Vec<Vec<u32>> = ends.iter().filter_map(before).collect();
        let depth = self.reachable(&None);
        (0..self.nodes.len())
            .filter(|node| before.iter().all(|steps| steps[*node] != NEVER))
            .map(|node| &self.nodes[node])
            .max_by_key(|node| depth.get(*node).copied())
            .cloned()
    }
}

/// A node as people read it: the first digits of its hash, or `empty`.
pub(crate) fn describe(node: &Node) -> String {
    node.as_ref().map_or_else(|| "empty".to_owned(), |hash| hash.short().to_string())
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub(crate) fn hash(n: u8) -> StorageHash {
        StorageHash::parse(&format!("{n:02x}").repeat(32)).unwrap()
    }

    /// `edge(at, from, to)`: the `at`th package, from contract to contract, 0 being empty.
    pub(crate) fn edge(at: u8, from: u8, to: u8) -> Edge {
        Edge {
            package: PackageName::parse(&format!("p{at}")).unwrap(),
            hash: MigrationHash::parse(&format!("{at:02x}").repeat(32)).unwrap(),
            from: (from > 0).then(|| hash(from)),
            to: hash(to),
            created_at: format!("2026-01-01T00:00:{at:02}Z"),
            provides: BTreeSet::new(),
        }
    }

    #[test]
    fn the_head_of_nothing_is_empty() {
        assert_eq!(Graph::new(vec![]).head("app").unwrap(), None);
    }

    #[test]
    fn a_rollback_does_not_move_the_head() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 2, 1)]);
        assert_eq!(graph.head("app").unwrap(), Some(hash(2)));
        assert!(graph.is_rollback(&edge(3, 2, 1)));
        assert!(!graph.is_rollback(&edge(2, 1, 2)));
    }

    #[test]
    fn forward_after_a_rollback_has_one_head() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 2, 1), edge(4, 2, 3)]);
        assert_eq!(graph.head("app").unwrap(), Some(hash(3)));
    }

    #[test]
    fn going_on_from_where_a_rollback_led_leaves_the_other_end_behind() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 2, 1), edge(4, 1, 3)]);
        assert_eq!(graph.head("app").unwrap(), Some(hash(3)));
    }

    #[test]
    fn a_self_edge_is_no_way_on() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 1)]);
        assert_eq!(graph.head("app").unwrap(), Some(hash(1)));
    }

    #[test]
    fn two_heads_are_an_error_that_names_the_fork() {
        let graph = Graph::new(vec![edge(1, 0, 1), edge(2, 1, 2), edge(3, 1, 3)]);
        let error = graph.head("app").unwrap_err();
        assert_eq!(error.code(), "MIGRATION.DIVERGED");
        assert!(error.why().unwrap().contains(hash(1).short()), "{:?}", error.why());
    }

    #[test]
    fn a_history_without_its_first_package_still_has_a_head() {
        let graph = Graph::new(vec![edge(2, 1, 2), edge(3, 2, 3)]);
        assert_eq!(graph.head("app").unwrap(), Some(hash(3)));
    }
}
