//! One graph over all steps, one stable topological sort.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::PlanError;
use crate::step::{Node, Place, Step};

/// The steps in an order that respects what each needs, gives, takes and releases; among free ones, their place.
pub(crate) fn sort(steps: Vec<Step>) -> Result<Vec<Step>, PlanError> {
    let followers = edges(&steps);
    let mut waiting = vec![0_usize; steps.len()];
    for follower in followers.iter().flatten() {
        if let Some(count) = waiting.get_mut(*follower) {
            *count += 1;
        }
    }
    let place = |index: usize| steps.get(index).map(|step| (step.place.clone(), index));
    let mut ready: BTreeSet<(Place, usize)> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).filter_map(|(index, _)| place(index)).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some((_, index)) = ready.pop_first() {
        order.push(index);
        for follower in followers.get(index).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*follower) {
                *count -= 1;
                if *count == 0 {
                    ready.extend(place(*follower));
                }
            }
        }
    }
    if order.len() < steps.len() {
        let objects = steps.iter().zip(&waiting).filter(|(_, count)| **count > 0);
        return Err(PlanError::Cycle { objects: objects.flat_map(|(step, _)| step.objects.clone()).collect() });
    }
    let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| steps.get_mut(index).and_then(Option::take)).collect())
}

/// For each step, the steps that must come after it.
fn edges(steps: &[Step]) -> Vec<BTreeSet<usize>> {
    let (mut gives, mut changes, mut takes) = (Index::default(), Index::default(), Index::default());
    for (at, step) in steps.iter().enumerate() {
        gives.add(&step.gives, at);
        changes.add(&step.changes, at);
        takes.add(&step.takes, at);
    }
    let mut followers = vec![BTreeSet::new(); steps.len()];
    let mut before = |first: usize, then: usize| {
        if first != then
            && let Some(set) = followers.get_mut(first)
        {
            set.insert(then);
        }
    };
    for (at, step) in steps.iter().enumerate() {
        for node in &step.needs {
            gives.of(node).chain(changes.of(node)).for_each(|other| before(other, at));
        }
        for node in &step.outlives {
            takes.of(node).for_each(|other| before(other, at));
        }
        for node in &step.releases {
            takes.of(node).for_each(|other| before(at, other));
            if !step.takes.is_empty() {
                changes.of(node).for_each(|other| before(at, other));
            }
        }
        for node in &step.takes {
            gives.of(node).for_each(|other| before(at, other));
        }
    }
    followers
}

#[derive(Default)]
struct Index<'a>(BTreeMap<&'a Node, Vec<usize>>);

impl<'a> Index<'a> {
    fn add(&mut self, nodes: &'a BTreeSet<Node>, step: usize) {
        for node in nodes {
            self.0.entry(node).or_default().push(step);
        }
    }

    fn of(&self, node: &Node) -> impl Iterator<Item = usize> + use<'_, 'a> {
        self.0.get(node).into_iter().flatten().copied()
    }
}
