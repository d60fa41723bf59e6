//! The search for a shortest walk that passes an edge of each of several sets.
//!
//! Only the edges of these sets, the keys, are places of the search: how far it is from a node to a key is found
//! beforehand, a search for each key. How long the best walk is A* finds, from key to key. Its steps are then read off
//! from the start: always the first edge behind which a walk of the length that is left goes on.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::HistoryError;
use crate::adjacency::{Adjacency, NEVER, Way};

/// A* that has come to this many places has no good idea of where to go: see [`Every`]. The graphs of tests are small, and
/// some of them are to get there.
const FEW_PLACES: usize = if cfg!(test) { 4 } else { 5_000 };
/// A search gives up after this many places, some seconds of work.
const MOST_PLACES: usize = 300_000;
/// There are no tables with more places than this.
const MOST_TABLED: usize = 32_000_000;
/// And where there would be more distances than this, of four bytes each.
const MOST_DISTANCES: usize = 64_000_000;
/// A place is compared with this many others at its node.
const COMPARED: usize = 64;
/// Shares of a step are counted in this many parts.
const PARTS: u64 = 1 << 20;

/// The numbers of the bits that are set.
fn each(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(bit)
    })
}

/// An edge that has bits.
struct Key {
    bits: u128,
    to: usize,
    /// Which of the distances are those to its start.
    distances: usize,
}

pub(super) struct Search<'a> {
    shape: &'a Adjacency,
    bits: &'a [u128],
    start: usize,
    end: usize,
    full: u128,
    keys: Vec<Key>,
    /// How far it is from each node to the start of a key.
    to_key: Vec<Vec<u32>>,
    to_end: Vec<u32>,
    /// For each bit, by how much a walk that has it is longer than a shortest one from its start, at least, in [`PARTS`].
    detour: Vec<u64>,
    /// How long the walks are that go on from a node with some bits to find: at most, where one was found, and more than.
    known: HashMap<(usize, u128), (u32, Option<u32>)>,
    /// After how many places to give up.
    most: usize,
    every: Option<Every>,
}

/// The length of the best walk from the end of every key with every set of bits to find, in a table. It is made where
/// A* does not come to an end soon: it takes no bounds, but no hashing either.
struct Every {
    keys: usize,
    lengths: Vec<u32>,
}

/// Longer than any walk, and twice as long is a number still.
const FAR: u32 = NEVER / 4;

impl Every {
    fn new(search: &Search<'_>) -> Option<Self> {
        let keys = search.keys.len();
        let sets = usize::try_from(search.full).ok()?.checked_add(1)?;
        if sets.checked_mul(keys)? > MOST_TABLED {
            return None;
        }
        let apart: Vec<u32> = search
            .keys
            .iter()
            .flat_map(|from| search.keys.iter().map(move |key| search.to_key[key.distances][from.to].min(FAR)))
            .collect();
        let ends = search.keys.iter().map(|key| search.to_end[key.to].min(FAR));
        let mut every = Self { keys, lengths: ends.collect() };
        every.lengths.reserve(sets.saturating_sub(1) * keys);
        for need in 1..=search.full {
            let on = every.on(search, need);
            for from in apart.chunks_exact(keys) {
                let length = from.iter().zip(&on).map(|(there, on)| there + on).min().unwrap_or(FAR);
                every.lengths.push(length.min(FAR));
            }
        }
        Some(every)
    }

    /// For each key how long the best walk is that begins with it and has the bits `need`.
    fn on(&self, search: &Search<'_>, need: u128) -> Vec<u32> {
        let length = |(at, key): (usize, &Key)| {
            if key.bits & need == 0 {
                return FAR;
            }
            // The sets are those whose numbers fit, or there would be no table.
            let then = usize::try_from(need & !key.bits).unwrap_or_default();
            self.lengths[then * self.keys + at] + 1
        };
        search.keys.iter().enumerate().map(length).collect()
    }
}

impl<'a> Search<'a> {
    /// The edges have `bits`, of which there are `count`.
    pub(super) fn new(
        shape: &'a Adjacency,
        bits: &'a [u128],
        count: usize,
        start: usize,
        end: usize,
    ) -> Result<Self, HistoryError> {
        let full = if count >= 128 { u128::MAX } else { (1 << count) - 1 };
        let mut starts: BTreeMap<usize, usize> = BTreeMap::new();
        let mut keys = Vec::new();
        let to_end = shape.distances(&[end], Way::Back, None, |_| true);
        let mut detour = vec![u64::MAX; count];
        for (edge, bits) in bits.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let (from, to) = shape.ends()[edge];
            let next = starts.len();
            keys.push(Key { bits: *bits, to, distances: *starts.entry(from).or_insert(next) });
            let longer = (u64::from(to_end[to]) + 1).saturating_sub(u64::from(to_end[from]));
            for bit in each(*bits) {
                detour[bit] = detour[bit].min(longer * PARTS / u64::from(bits.count_ones()));
            }
        }
        if starts.len().saturating_mul(shape.count()) > MOST_DISTANCES {
            return Err(HistoryError::TooManyInvariants { choices: count });
        }
        let mut to_key = vec![Vec::new(); starts.len()];
        for (from, place) in starts {
            to_key[place] = shape.distances(&[from], Way::Back, None, |_| true);
        }
        Ok(Self {
            shape,
            bits,
            start,
            end,
            full,
            keys,
            to_key,
            to_end,
            detour,
            known: HashMap::new(),
            most: FEW_PLACES,
            every: None,
        })
    }

    /// The least that a walk from a node to the end with the bits `need` can be long, [`NEVER`] where there is none.
    ///
    /// It grows by no more than a step is long, so that the first walk that A* completes is a shortest one.
    fn least(&self, node: usize, need: u128) -> u32 {
        let mut with = [NEVER; 128];
        for key in self.keys.iter().filter(|key| key.bits & need != 0) {
            let there = self.to_key[key.distances][node];
            if there != NEVER {
                let whole = there.saturating_add(1).saturating_add(self.to_end[key.to]);
                each(key.bits & need).for_each(|bit| with[bit] = with[bit].min(whole));
            }
        }
        let mut least = self.to_end[node];
        let mut detours = 0;
        for bit in each(need) {
            least = least.max(with[bit]);
            detours += self.detour[bit];
        }
        let longer = u32::try_from(detours.div_ceil(PARTS)).unwrap_or(NEVER);
        least.max(self.to_end[node].saturating_add(longer))
    }

    /// The keys that provide something of what is needed, each with how far its end is from a node and what is needed then.
    fn next(&self, node: usize, need: u128) -> impl Iterator<Item = (u32, usize, u128)> {
        self.keys.iter().filter(move |key| key.bits & need != 0).filter_map(move |key| {
            let steps = self.to_key[key.distances][node];
            (steps != NEVER).then(|| (steps + 1, key.to, need & !key.bits))
        })
    }

    /// The edges of the best walk; `None` where there is none.
    pub(super) fn route(mut self) -> Result<Option<Vec<usize>>, HistoryError> {
        if let Ok(found) = self.walk() {
            return Ok(found);
        }
        self.every = Every::new(&self);
        self.most = MOST_PLACES;
        self.walk()
    }

    fn walk(&mut self) -> Result<Option<Vec<usize>>, HistoryError> {
        let Some(length) = self.length()? else { return Ok(None) };
        let (mut node, mut need, mut route) = (self.start, self.full, Vec::new());
        for left in (0..length).rev() {
            let mut found = None;
            for edge in self.shape.leaving(node) {
                let then = (self.shape.ends()[*edge].1, need & !self.bits[*edge]);
                if self.leads(then.0, then.1, left)? {
                    found = Some((*edge, then));
                    break;
                }
            }
            let Some((edge, then)) = found else { return Ok(None) };
            route.push(edge);
            (node, need) = then;
        }
        Ok((node == self.end).then_some(route))
    }

    /// How long the best walk from a node is, by the table.
    fn tabled(&self, every: &Every, node: usize, need: u128) -> u32 {
        if need == 0 {
            return self.to_end[node];
        }
        let on = every.on(self, need);
        let there = self.keys.iter().map(|key| self.to_key[key.distances][node].min(FAR));
        let least = there.zip(on).map(|(there, on)| there + on).min().unwrap_or(FAR);
        if least >= FAR { NEVER } else { least }
    }

    /// How long the best walk is.
    fn length(&self) -> Result<Option<u32>, HistoryError> {
        if let Some(every) = &self.every {
            let length = self.tabled(every, self.start, self.full);
            return Ok((length != NEVER).then_some(length));
        }
        let mut queue = BinaryHeap::new();
        let mut places: HashMap<usize, Vec<(u128, u32)>> = HashMap::new();
        let mut best: HashMap<(usize, u128), u32> = HashMap::new();
        let first = self.least(self.start, self.full);
        if first != NEVER {
            queue.push(Reverse((first, self.full.count_ones(), 0, self.start, self.full)));
        }
        let mut made = 0;
        while let Some(Reverse((whole, _, steps, node, need))) = queue.pop() {
            if need == 0 {
                return Ok(Some(whole));
            }
            let here = places.entry(node).or_default();
            let better = |(other, earlier): &(u128, u32)| *earlier <= steps && other & !need == 0;
            if here.iter().rev().take(COMPARED).any(better) {
                continue;
            }
            here.push((need, steps));
            made += 1;
            if made > self.most {
                return Err(HistoryError::TooManyInvariants { choices: self.detour.len() });
            }
            for (on, to, then) in self.next(node, need) {
                let steps = steps + on;
                match best.entry((to, then)) {
                    Entry::Occupied(known) if *known.get() <= steps => continue,
                    Entry::Occupied(mut known) => *known.get_mut() = steps,
                    Entry::Vacant(vacant) => {
                        vacant.insert(steps);
                    }
                }
                let least = self.least(to, then);
                if least != NEVER {
                    queue.push(Reverse((steps + least, then.count_ones(), steps, to, then)));
                }
            }
        }
        Ok(None)
    }

    /// Whether a walk from a node to the end with the bits `need` has no more than `left` steps. What is found of the ends
    /// of keys is kept: many walks come by there.
    fn goes_on(&mut self, node: usize, need: u128, left: u32) -> Result<bool, HistoryError> {
        match self.known.get(&(node, need)) {
            Some((_, Some(found))) if *found <= left => return Ok(true),
            Some((more, _)) if *more > left => return Ok(false),
            _ => {}
        }
        let goes = self.leads(node, need, left)?;
        if self.known.len() > self.most {
            return Err(HistoryError::TooManyInvariants { choices: self.detour.len() });
        }
        let known = self.known.entry((node, need)).or_insert((0, None));
        if goes {
            known.1 = Some(known.1.map_or(left, |found| found.min(left)));
        } else {
            known.0 = known.0.max(left + 1);
        }
        Ok(goes)
    }

    /// The same, without looking up what is known of the node itself.
    fn leads(&mut self, node: usize, need: u128, left: u32) -> Result<bool, HistoryError> {
        if self.to_end[node] > left || need == 0 {
            return Ok(self.to_end[node] <= left);
        }
        if self.least(node, need) > left {
            return Ok(false);
        }
        if let Some(every) = &self.every {
            return Ok(self.tabled(every, node, need) <= left);
        }
        // What comes soonest to an end first.
        let mut next: Vec<_> = self.next(node, need).filter(|(on, ..)| *on <= left).collect();
        next.sort_unstable_by_key(|(on, to, _)| on.saturating_add(self.to_end[*to]));
        for (on, to, then) in next {
            if self.goes_on(to, then, left - on)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
