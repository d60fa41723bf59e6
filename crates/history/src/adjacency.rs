//! Edges between small integers: what searches run on, whatever the nodes stand for.

use std::collections::VecDeque;

/// Which way a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From where an edge starts to where it ends.
    On,
    /// From where an edge ends to where it starts.
    Back,
}

/// For a node that a search does not reach.
pub(crate) const NEVER: u32 = u32::MAX;

/// A graph of nodes `0..count`. Edges have numbers too: their places in the list that it was made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Adjacency {
    ends: Vec<(usize, usize)>,
    leaving: Lists,
    arriving: Lists,
}

/// A list of edges for each node, one behind the other.
#[derive(Debug, Clone, Default)]
struct Lists {
    starts: Vec<usize>,
    edges: Vec<usize>,
}

impl Lists {
    fn new(count: usize, nodes: impl Iterator<Item = usize> + Clone) -> Self {
        let mut starts = vec![0; count + 1];
        for node in nodes.clone() {
            starts[node + 1] += 1;
        }
        for node in 0..count {
            starts[node + 1] += starts[node];
        }
        let mut free = starts.clone();
        let mut edges = vec![0; starts[count]];
        for (edge, node) in nodes.enumerate() {
            edges[free[node]] = edge;
            free[node] += 1;
        }
        Self { starts, edges }
    }

    fn of(&self, node: usize) -> &[usize] {
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }
}

impl Adjacency {
    /// The graph of `count` nodes with these edges, each from its first to its second node.
    pub(crate) fn new(count: usize, ends: Vec<(usize, usize)>) -> Self {
        let leaving = Lists::new(count, ends.iter().map(|(from, _)| *from));
        let arriving = Lists::new(count, ends.iter().map(|(_, to)| *to));
        Self { ends, leaving, arriving }
    }

    /// How many nodes there are.
    pub(crate) fn count(&self) -> usize {
        self.leaving.starts.len().saturating_sub(1)
    }

    /// Where each edge starts and ends.
    pub(crate) fn ends(&self) -> &[(usize, usize)] {
        &self.ends
    }

    /// The edges that leave a node, in their order.
    pub(crate) fn leaving(&self, node: usize) -> &[usize] {
        self.leaving.of(node)
    }

    /// The edges that arrive at a node, in their order.
    pub(crate) fn arriving(&self, node: usize) -> &[usize] {
        self.arriving.of(node)
    }

    /// The edges over which a search goes from a node, each with the node that it leads to.
    pub(crate) fn steps(&self, node: usize, way: Way) -> impl Iterator<Item = (usize, usize)> {
        let edges = match way {
            Way::On => self.leaving(node),
            Way::Back => self.arriving(node),
        };
        edges.iter().map(move |edge| {
            let (from, to) = self.ends[*edge];
            (*edge, if way == Way::On { to } else { from })
        })
    }

    /// How many edges each node is away from the nearest of `starts`, over the edges that `follow` allows, or [`NEVER`].
    /// Where `until` is given, nodes that are further away than it may be left out.
    pub(crate) fn distances(
        &self,
        starts: &[usize],
        way: Way,
        until: Option<usize>,
        follow: impl Fn(usize) -> bool,
    ) -> Vec<u32> {
        let mut distances = vec![NEVER; self.count()];
        let mut queue = VecDeque::with_capacity(starts.len());
        for start in starts {
            distances[*start] = 0;
            queue.push_back(*start);
        }
        while let Some(node) = queue.pop_front() {
            if until == Some(node) {
                break;
            }
            for (edge, next) in self.steps(node, way) {
                if distances[next] == NEVER && follow(edge) {
                    distances[next] = distances[node] + 1;
                    queue.push_back(next);
                }
            }
        }
        distances
    }

    /// The number of each node's strongly connected component (Kosaraju, without recursion: histories can be long).
    pub(crate) fn components(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.count());
        let mut seen = vec![false; self.count()];
        let mut stack = Vec::new();
        for root in 0..self.count() {
            if std::mem::replace(&mut seen[root], true) {
                continue;
            }
            stack.push((root, 0));
            while let Some((node, next)) = stack.pop() {
                match self.leaving(node).get(next) {
                    Some(edge) => {
                        stack.push((node, next + 1));
                        let to = self.ends[*edge].1;
                        if !std::mem::replace(&mut seen[to], true) {
                            stack.push((to, 0));
                        }
                    }
                    None => order.push(node),
                }
            }
        }
        let mut components = vec![usize::MAX; self.count()];
        let mut waiting = Vec::new();
        for (number, root) in order.into_iter().rev().enumerate() {
            waiting.push(root);
            while let Some(node) = waiting.pop() {
                if components[node] == usize::MAX {
                    components[node] = number;
                    waiting.extend(self.steps(node, Way::Back).map(|(_, from)| from));
                }
            }
        }
        components
    }
}
