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
