//! The search for a shortest walk that passes an edge of each of several sets.
//!
//! It goes back from the end. A label is a walk from a node to the end: how long it is, and which bits its edges have.
//! Labels are taken in the order of the least that a whole walk through them could be long (A*), and a label is given
//! up where another one at its node is no longer and has all of its bits. Once the start is reached with every bit, all
//! labels that could belong to a walk of that length are made: among these the best walk is read off from the start.

use std::collections::HashSet;

use crate::HistoryError;
use crate::adjacency::{Adjacency, NEVER, Way};

/// A search gives up after this many labels, some seconds of work.
const MOST_LABELS: usize = 4_000_000;
/// A label is compared with this many others at its node.
const COMPARED: usize = 64;
/// Shares of a step are counted in this many parts.
const PARTS: u64 = 1 << 20;

/// The bits of `some` that `others` lack.
fn bits_of(some: u128, others: u128) -> u128 {
    some & !others
}

/// The numbers of the bits that are set.
fn each(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(bit)
    })
}

/// A walk from a node to the end.
#[derive(Debug, Clone, Copy)]
struct Label {
    node: usize,
    bits: u128,
    steps: u32,
}

pub(super) struct Search<'a> {
    shape: &'a Adjacency,
    bits: &'a [u128],
    full: u128,
    start: usize,
    end: usize,
    /// How far each node is from the start.
    before: Vec<u32>,
    /// For each bit, how far each node is from the start on walks that have it.
    before_with: Vec<Vec<u32>>,
    /// For each bit, by how much a walk that has it is longer than a shortest one to its end, at least, in [`PARTS`].
    detour: Vec<u64>,
}

impl<'a> Search<'a> {
    /// The edges have `bits`, of which there are `count`.
    pub(super) fn new(shape: &'a Adjacency, bits: &'a [u128], count: usize, start: usize, end: usize) -> Self {
        let full = if count >= 128 { u128::MAX } else { (1 << count) - 1 };
        let before = shape.distances(&[start], Way::On, None, |_| true);
        let mut providers: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (edge, bits) in bits.iter().enumerate() {
            each(*bits).for_each(|bit| providers[bit].push(edge));
        }
        let before_with = providers.iter().map(|edges| passing(shape, &before, edges)).collect();
        let share = |edge: &usize| {
            let (from, to) = shape.ends()[*edge];
            let longer = (u64::from(before[from]) + 1).saturating_sub(u64::from(before[to]));
            longer * PARTS / u64::from(bits[*edge].count_ones()).max(1)
        };
        let detour = providers.iter().map(|edges| edges.iter().map(share).min().unwrap_or_default()).collect();
        Self { shape, bits, full, start, end, before, before_with, detour }
    }

    /// The least that a walk from the start to `node` with the bits that `has` lacks can be long, [`NEVER`] where there
    /// is none. It grows by no more than one with each step, so that labels are final when they are taken.
    fn least(&self, node: usize, has: u128) -> u32 {
        let mut least = self.before[node];
        let mut detours = 0;
        for bit in each(bits_of(self.full, has)) {
            least = least.max(self.before_with[bit][node]);
            detours += self.detour[bit];
        }
        let longer = u32::try_from(detours.div_ceil(PARTS)).unwrap_or(NEVER);
        least.max(self.before[node].saturating_add(longer))
    }

    /// The edges of the best walk; `None` where there is none.
    pub(super) fn route(&self) -> Result<Option<Vec<usize>>, HistoryError> {
        let mut labels: Vec<Vec<(u128, u32)>> = vec![Vec::new(); self.shape.count()];
        let mut seen: HashSet<(usize, u128)> = HashSet::new();
        let first = self.least(self.end, 0);
        if first == NEVER {
            return Ok(None);
        }
        // By how much longer than the first guess, the labels of walks that may be so long.
        let mut queue: Vec<Vec<Label>> = vec![vec![Label { node: self.end, bits: 0, steps: 0 }]];
        let mut made = 0;
        let mut at = 0;
        let mut arrived = false;
        while at < queue.len() {
            let Some(label) = queue[at].pop() else {
                if arrived {
                    break;
                }
                at += 1;
                continue;
            };
            let beside = &labels[label.node];
            let better = |(bits, steps): &(u128, u32)| *steps <= label.steps && bits_of(label.bits, *bits) == 0;
            if beside.iter().rev().take(COMPARED).any(better) || !seen.insert((label.node, label.bits)) {
                continue;
            }
            labels[label.node].push((label.bits, label.steps));
            made += 1;
            if made > MOST_LABELS {
                return Err(HistoryError::TooManyInvariants { choices: self.before_with.len() });
            }
            if label.node == self.start && label.bits == self.full {
                arrived = true;
                continue;
            }
            for (edge, from) in self.shape.steps(label.node, Way::Back) {
                let next = Label { node: from, bits: label.bits | self.bits[edge], steps: label.steps + 1 };
                let least = self.least(from, next.bits);
                if least == NEVER || (from == label.node && next.bits == label.bits) {
                    continue;
                }
                // Never less than before: see `least`.
                let later = ((least + next.steps).saturating_sub(first) as usize).max(at);
                if arrived && later > at {
                    continue;
                }
                if queue.len() <= later {
                    queue.resize(later + 1, Vec::new());
                }
                queue[later].push(next);
            }
        }
        if !arrived {
            return Ok(None);
        }
        Ok(self.read_off(&labels, first + u32::try_from(at).unwrap_or(NEVER)))
    }

    /// From the start always the first edge from whose end a label leads on.
    fn read_off(&self, labels: &[Vec<(u128, u32)>], length: u32) -> Option<Vec<usize>> {
        let (mut node, mut has, mut route) = (self.start, 0, Vec::new());
        for left in (0..length).rev() {
            let (edge, next) = self.shape.steps(node, Way::On).find(|(edge, next)| {
                let missing = bits_of(self.full, has | self.bits[*edge]);
                labels[*next].iter().any(|(bits, steps)| *steps <= left && bits_of(missing, *bits) == 0)
            })?;
            route.push(edge);
            has |= self.bits[edge];
            node = next;
        }
        Some(route)
    }
}

/// How far each node is from the start on walks that pass one of `edges`.
fn passing(shape: &Adjacency, before: &[u32], edges: &[usize]) -> Vec<u32> {
    let mut steps = vec![NEVER; shape.count()];
    let mut entries: Vec<(u32, usize)> = edges
        .iter()
        .map(|edge| shape.ends()[*edge])
        .filter(|(from, _)| before[*from] != NEVER)
        .map(|(from, to)| (before[from] + 1, to))
        .collect();
    entries.sort_unstable();
    let mut entries = entries.into_iter().peekable();
    let mut queue = std::collections::VecDeque::new();
    loop {
        let reached = queue.front().map(|node: &usize| steps[*node]);
        let entry = entries.next_if(|(entry, _)| reached.is_none_or(|reached| *entry <= reached));
        if let Some((entry, node)) = entry {
            if steps[node] > entry {
                steps[node] = entry;
                queue.push_front(node);
            }
            continue;
        }
        let Some(node) = queue.pop_front() else { return steps };
        for (_, next) in shape.steps(node, Way::On) {
            if steps[next] > steps[node] + 1 {
                steps[next] = steps[node] + 1;
                queue.push_back(next);
            }
        }
    }
}
