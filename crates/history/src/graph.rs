//! The graph: contracts are nodes, packages are edges.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use novate_contract::StorageHash;

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
    leaving: BTreeMap<Node, Vec<usize>>,
    rollbacks: BTreeSet<usize>,
}

impl Graph {
    /// The graph of these edges. Their order does not matter.
    pub fn new(mut edges: Vec<Edge>) -> Self {
        edges.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut leaving: BTreeMap<Node, Vec<usize>> = BTreeMap::new();
        for (at, edge) in edges.iter().enumerate() {
            leaving.entry(edge.from.clone()).or_default().push(at);
        }
        let mut graph = Self { edges, leaving, rollbacks: BTreeSet::new() };
        graph.rollbacks = graph.find_rollbacks();
        graph
    }

    /// Every edge, by time and then by hash.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that leave a node, by time and then by hash.
    pub fn leaving(&self, node: &Node) -> impl Iterator<Item = &Edge> {
        self.leaving.get(node).into_iter().flatten().filter_map(|at| self.edges.get(*at))
    }

    /// The edges that arrive at a node.
    pub fn arriving(&self, node: &Node) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.target() == *node)
    }

    /// Every node that an edge touches, the empty database first.
    pub fn nodes(&self) -> BTreeSet<Node> {
        self.edges.iter().flat_map(|edge| [edge.from.clone(), edge.target()]).collect()
    }

    /// Refuses a ref that no route can serve: no package touches its contract, or none provides what it requires.
    pub fn check_ref(&self, name: &RefName, reference: &Ref) -> Result<(), HistoryError> {
        if !self.nodes().contains(&Some(reference.hash.clone())) {
            return Err(HistoryError::RefDangling { name: name.to_string(), hash: reference.hash.clone() });
        }
        let known: BTreeSet<&String> = self.edges.iter().flat_map(|edge| &edge.provides).collect();
        match reference.invariants.iter().find(|id| !known.contains(id)) {
            Some(unknown) => Err(HistoryError::UnknownInvariant {
                name: name.to_string(),
                invariant: unknown.clone(),
                known: known.into_iter().cloned().collect(),
            }),
            None => Ok(()),
        }
    }

    /// Whether an edge leads back: to a contract nearer to the beginning from which one can get here again.
    pub fn is_rollback(&self, package: &PackageName) -> bool {
        self.rollbacks.iter().filter_map(|at| self.edges.get(*at)).any(|edge| edge.package == *package)
    }

    /// The nodes that nothing leaves but rollbacks; the empty database where there are no edges at all.
    pub fn heads(&self) -> Vec<Node> {
        if self.edges.is_empty() {
            return vec![None];
        }
        let goes_on = |node: &Node| {
            self.leaving
                .get(node)
                .into_iter()
                .flatten()
                .any(|at| !self.rollbacks.contains(at) && self.edges.get(*at).is_some_and(|e| e.target() != *node))
        };
        self.nodes().into_iter().filter(|node| !goes_on(node) && !self.is_abandoned(node)).collect()
    }

    /// Whether people went back from a node and then on from where that led: such a node is nobody's goal any more.
    fn is_abandoned(&self, node: &Node) -> bool {
        let leaving = |node: &Node| self.leaving.get(node).into_iter().flatten().copied();
        leaving(node).filter(|back| self.rollbacks.contains(back)).any(|back| {
            let target = self.edges.get(back).map(Edge::target).unwrap_or_default();
            leaving(&target).any(|on| {
                on > back
                    && !self.rollbacks.contains(&on)
                    && self.edges.get(on).is_some_and(|edge| edge.target() != target && edge.target() != *node)
            })
        })
    }

    /// The one head, or the error that shows the branches.
    pub fn head(&self, space: &str) -> Result<Node, HistoryError> {
        let heads = self.heads();
        if let [only] = heads.as_slice() {
            return Ok(only.clone());
        }
        let join = self.last_common(&heads).map(|node| describe(&node));
        let named = heads.into_iter().flatten().map(|hash| {
            let node = Some(hash.clone());
            let package = self.arriving(&node).last().map(|e| e.package.to_string()).unwrap_or_default();
            (hash, package)
        });
        Err(HistoryError::Diverged { space: space.to_owned(), heads: named.collect(), join })
    }

    /// Everything that can be reached from a node, itself included, with the number of steps.
    pub fn reachable(&self, start: &Node) -> BTreeMap<Node, usize> {
        self.search(std::slice::from_ref(start), |_| true)
    }

    fn search(&self, starts: &[Node], follow: impl Fn(usize) -> bool) -> BTreeMap<Node, usize> {
        let mut seen: BTreeMap<Node, usize> = starts.iter().map(|node| (node.clone(), 0)).collect();
        let mut queue: VecDeque<Node> = starts.iter().cloned().collect();
        while let Some(node) = queue.pop_front() {
            let depth = seen.get(&node).copied().unwrap_or_default();
            for at in self.leaving.get(&node).into_iter().flatten().filter(|at| follow(**at)) {
                let Some(edge) = self.edges.get(*at) else { continue };
                if let Entry::Vacant(vacant) = seen.entry(edge.target()) {
                    vacant.insert(depth + 1);
                    queue.push_back(edge.target());
                }
            }
        }
        seen
    }

    /// An edge is a rollback when it lies on a cycle and leads nearer to the beginning; of two that lead equally far,
    /// the later one is.
    fn find_rollbacks(&self) -> BTreeSet<usize> {
        let arrived: BTreeSet<Node> = self.edges.iter().filter(|e| e.target() != e.from).map(Edge::target).collect();
        let mut roots: Vec<Node> = self.nodes().into_iter().filter(|node| !arrived.contains(node)).collect();
        if roots.is_empty() {
            // Every node is on a cycle (the first package is gone): the oldest edge says where it began.
            roots.extend(self.edges.first().map(|edge| edge.from.clone()));
        }
        let depth = self.search(&roots, |_| true);
        let component = self.components();
        let mut rollbacks = BTreeSet::new();
        for (at, edge) in self.edges.iter().enumerate() {
            let target = edge.target();
            if target == edge.from || component.get(&target) != component.get(&edge.from) {
                continue;
            }
            let nearer = depth.get(&target).cmp(&depth.get(&edge.from));
            let later = self.edges.iter().take(at).any(|other| other.from == target && other.target() == edge.from);
            if nearer.is_lt() || (nearer.is_eq() && later) {
                rollbacks.insert(at);
            }
        }
        rollbacks
    }

    /// Strongly connected components by number (Kosaraju, without recursion: histories can be long).
    fn components(&self) -> BTreeMap<Node, usize> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for root in self.nodes() {
            let mut stack = vec![(root, 0)];
            while let Some((node, next)) = stack.pop() {
                if next == 0 && !seen.insert(node.clone()) {
                    continue;
                }
                let edge = self.leaving.get(&node).and_then(|all| all.get(next)).and_then(|at| self.edges.get(*at));
                match edge {
                    Some(edge) => {
                        let target = edge.target();
                        stack.push((node, next + 1));
                        if !seen.contains(&target) {
                            stack.push((target, 0));
                        }
                    }
                    None => order.push(node),
                }
            }
        }
        let mut back: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for edge in &self.edges {
            back.entry(edge.target()).or_default().push(edge.from.clone());
        }
        let mut component = BTreeMap::new();
        for (number, root) in order.into_iter().rev().enumerate() {
            let mut stack = vec![root];
            while let Some(node) = stack.pop() {
                if component.contains_key(&node) {
                    continue;
                }
                component.insert(node.clone(), number);
                stack.extend(back.get(&node).into_iter().flatten().cloned());
            }
        }
        component
    }

    /// The deepest node from which all of `ends` can be reached.
    fn last_common(&self, ends: &[Node]) -> Option<Node> {
        let depth = self.reachable(&None);
        self.nodes()
            .into_iter()
            .filter(|node| {
                let reach = self.reachable(node);
                ends.iter().all(|end| reach.contains_key(end))
            })
            .max_by_key(|node| depth.get(node).copied())
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
        assert!(graph.is_rollback(&PackageName::parse("p3").unwrap()));
        assert!(!graph.is_rollback(&PackageName::parse("p2").unwrap()));
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
