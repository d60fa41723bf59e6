//! Graphs of packages: making them, and finding the longest way through. The number is that of the edges.

use std::collections::BTreeSet;
use std::fmt;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use novate_contract::StorageHash;
use novate_history::{Edge, Graph, MigrationHash, Node, PackageName};

/// A shape, and how many edges there are of it.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Each package goes on from the one before.
    Chain(usize),
    /// Two packages part and two come together, over and over.
    Ladder(usize),
    /// From each contract to each of the ten that come next.
    Web(usize),
    /// A chain of a tenth, and the rest from anywhere to anywhere.
    Tangle(usize),
}

const SHAPES: [Shape; 7] = [
    Shape::Chain(100),
    Shape::Chain(1_000),
    Shape::Chain(10_000),
    Shape::Ladder(1_000),
    Shape::Ladder(10_000),
    Shape::Web(10_000),
    Shape::Web(100_000),
];

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain(edges) => write!(f, "chain {edges}"),
            Self::Ladder(edges) => write!(f, "ladder {edges}"),
            Self::Web(edges) => write!(f, "web {edges}"),
            Self::Tangle(edges) => write!(f, "tangle {edges}"),
        }
    }
}

impl Shape {
    /// Where each edge begins and ends; the empty database is 0.
    fn ends(self) -> Vec<(usize, usize)> {
        match self {
            Self::Chain(edges) => (0..edges).map(|at| (at, at + 1)).collect(),
            Self::Ladder(edges) => (0..edges / 4)
                .flat_map(|rung| {
                    let foot = rung * 3;
                    [(foot, foot + 1), (foot, foot + 2), (foot + 1, foot + 3), (foot + 2, foot + 3)]
                })
                .collect(),
            Self::Tangle(edges) => {
                let nodes = edges / 10;
                let anywhere = |at: usize| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
                let rest = (nodes..edges).map(|at| (anywhere(at) % nodes + 1, anywhere(at + edges) % nodes + 1));
                (0..nodes).map(|at| (at, at + 1)).chain(rest).collect()
            }
            Self::Web(edges) => {
                (0..edges / 10).flat_map(|from| (1..=10).map(move |step| (from, from + step))).collect()
            }
        }
    }

    fn edges(self) -> Vec<Edge> {
        self.ends().into_iter().enumerate().filter_map(|(at, (from, to))| edge(at, from, to)).collect()
    }
}

/// Digits that differ from number to number as those of a hash do.
fn digits(number: usize) -> String {
    // An odd factor: no two numbers give the same digits.
    let spread = u64::try_from(number).unwrap_or_default().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{spread:016x}").repeat(4)
}

fn node(number: usize) -> Node {
    if number == 0 { None } else { StorageHash::parse(&digits(number)) }
}

fn edge(at: usize, from: usize, to: usize) -> Option<Edge> {
    Some(Edge {
        package: PackageName::parse(&format!("20260101T0000_p{at}")).ok()?,
        hash: MigrationHash::parse(&digits(at))?,
        from: node(from),
        to: node(to)?,
        created_at: format!("2026-01-01T00:00:00.{at:06}Z"),
        provides: BTreeSet::new(),
    })
}

#[divan::bench(args = SHAPES)]
fn graph(bencher: Bencher<'_, '_>, shape: Shape) {
    let edges = shape.edges();
    bencher
        .counter(ItemsCount::new(edges.len()))
        .with_inputs(|| edges.clone())
        .bench_local_values(|edges| Graph::new(black_box(edges)));
}

#[divan::bench(args = SHAPES)]
fn route(bencher: Bencher<'_, '_>, shape: Shape) {
    let ends = shape.ends();
    let graph = Graph::new(shape.edges());
    let last = node(ends.iter().map(|(_, to)| *to).max().unwrap_or_default());
    let none = BTreeSet::new();
    assert!(graph.route(&None, &last, &none, &none).is_ok_and(|route| !route.edges.is_empty()));
    bencher.counter(ItemsCount::new(ends.len())).bench_local(|| graph.route(&None, black_box(&last), &none, &none));
}

/// Where invariants are provided, and between which of the first and the last of so many edges they are required.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// In some packages of a chain: every way passes them.
    Chain(usize),
    /// In one side of some forks, so that a way has to choose.
    Fork(usize),
    /// In either of two far apart places of a ladder each, on the longer side.
    Detour(usize),
    /// In three packages of a web each.
    Web(usize),
    /// In packages of pure data work, all of them at the last contract.
    Data(usize),
    /// In a package each, where packages lead from everywhere to anywhere.
    Tangle(usize),
}

/// So many edges, and so many invariants.
const WORK: [(Work, usize); 20] = [
    (Work::Chain(1_000), 1),
    (Work::Chain(1_000), 8),
    (Work::Chain(1_000), 16),
    (Work::Fork(1_000), 1),
    (Work::Fork(1_000), 8),
    (Work::Fork(1_000), 16),
    (Work::Detour(1_000), 8),
    (Work::Detour(1_000), 16),
    (Work::Data(1_000), 16),
    (Work::Data(1_000), 100),
    (Work::Chain(100_000), 16),
    (Work::Fork(100_000), 16),
    (Work::Detour(100_000), 16),
    (Work::Tangle(1_000), 8),
    (Work::Tangle(1_000), 12),
    (Work::Tangle(1_000), 16),
    (Work::Tangle(100_000), 16),
    (Work::Web(100_000), 1),
    (Work::Web(100_000), 8),
    (Work::Web(100_000), 16),
];

impl Work {
    fn graph(self, count: usize) -> Graph {
        let shape = match self {
            Self::Chain(edges) | Self::Data(edges) => Shape::Chain(edges),
            Self::Fork(edges) | Self::Detour(edges) => Shape::Ladder(edges),
            Self::Web(edges) => Shape::Web(edges),
            Self::Tangle(edges) => Shape::Tangle(edges),
        };
        let mut edges = shape.edges();
        let every = edges.len() / (count + 1);
        for number in 0..count {
            let places = match self {
                Self::Chain(_) | Self::Tangle(_) => vec![(number + 1) * every],
                // The later side of a fork.
                Self::Fork(_) => vec![(number + 1) * every / 4 * 4 + 1],
                Self::Detour(_) => vec![(number + 1) * every / 4 * 4 + 1, (number * 7 % count + 1) * every / 4 * 4 + 5],
                Self::Web(_) => (1..=3).map(|turn| (number * turn * 7 + turn) % count * every + turn * 13).collect(),
                Self::Data(_) => Vec::new(),
            };
            for at in places {
                if let Some(edge) = edges.get_mut(at) {
                    edge.provides.insert(format!("invariant-{number}"));
                }
            }
            if let (Self::Data(at), Some(last)) = (self, edges.get(shape.ends().len() - 1)) {
                let end = last.to.clone();
                let mut work = edge(at + number, 0, 1);
                if let Some(work) = &mut work {
                    work.from = Some(end.clone());
                    work.to = end;
                    work.provides.insert(format!("invariant-{number}"));
                }
                edges.extend(work);
            }
        }
        Graph::new(edges)
    }
}

#[divan::bench(args = WORK)]
fn route_with_invariants(bencher: Bencher<'_, '_>, (work, count): (Work, usize)) {
    let graph = work.graph(count);
    let ends = graph.nodes().len();
    let last = match work {
        Work::Chain(edges) | Work::Data(edges) => node(edges),
        Work::Fork(edges) | Work::Detour(edges) => node(edges / 4 * 3),
        Work::Web(edges) => node(edges / 10 + 9),
        Work::Tangle(edges) => node(edges / 10),
    };
    let required: BTreeSet<String> = (0..count).map(|number| format!("invariant-{number}")).collect();
    let none = BTreeSet::new();
    assert!(graph.route(&None, &last, &required, &none).is_ok_and(|route| {
        let provided: BTreeSet<&String> = route.edges.iter().flat_map(|edge| &edge.provides).collect();
        required.iter().all(|name| provided.contains(name))
    }));
    bencher.counter(ItemsCount::new(ends)).bench_local(|| graph.route(&None, black_box(&last), &required, &none));
}
