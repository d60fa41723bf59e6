//! Taking the steps, each as soon as what it needs is there.

use std::collections::{HashMap, HashSet};

use novate_contract::interpret::{InterpretError, Interpreter, Touched};
use novate_contract::{Contract, ObjectId, Space};
use novate_sql::Span;
use novate_sql::ast::{Statement, TableElement};

use super::gather::{Gathered, Source};
use crate::step::Step;
use crate::{Note, Place, Problem, SourceError};

/// What came of the steps.
pub(super) struct Taken {
    pub(super) contract: Contract,
    pub(super) places: HashMap<ObjectId, Place>,
    /// What each statement touched, by file and place in it; one entry for each of its steps.
    pub(super) by_statement: HashMap<(usize, usize), Vec<(Span, Touched)>>,
    pub(super) notes: Vec<Note>,
    pub(super) errors: Vec<SourceError>,
}

/// Takes the steps out of `gathered`, so that each is gone as soon as it is taken.
///
/// What is missing in the end is borrowed from `others`, where they have it.
pub(super) fn take(gathered: &mut Gathered<'_>, mut interpreter: Interpreter, others: &[&Contract]) -> Taken {
    interpreter.offer_extensions(others);
    let mut steps = std::mem::take(&mut gathered.steps).into_iter().peekable();
    let keep: HashSet<(usize, usize)> =
        gathered.bound.iter().map(|(file, bound)| (*file, bound.anchor.statement)).collect();
    let mut taker = Taker {
        sources: &gathered.sources,
        interpreter,
        unsupported: 0,
        unsupported_places: Vec::new(),
        out: Taken {
            contract: Contract::empty(Space::app()),
            places: HashMap::new(),
            by_statement: HashMap::new(),
            notes: Vec::new(),
            errors: Vec::new(),
        },
    };
    let mut waiting: Vec<(Step, InterpretError)> = Vec::new();
    while let Some(phase) = steps.peek().map(|step| step.phase) {
        let of_phase = std::iter::from_fn(|| steps.next_if(|step| step.phase.same(phase)));
        let again = std::mem::take(&mut waiting).into_iter().map(|(step, _)| step);
        waiting = taker.all(Box::new(again.chain(of_phase)), &keep, others);
    }
    while waiting.iter().fold(false, |any, (step, error)| taker.borrow(step, error, others) || any) {
        waiting = taker.all(Box::new(waiting.into_iter().map(|(step, _)| step)), &keep, others);
    }
    for (step, error) in waiting {
        taker.fail(&step, error, others);
    }
    taker.finish(others)
}

struct Taker<'a, 'g> {
    sources: &'g [Source<'a>],
    interpreter: Interpreter,
    /// How many of the contract's unsupported objects have been seen.
    unsupported: usize,
    unsupported_places: Vec<String>,
    out: Taken,
}

impl Taker<'_, '_> {
    fn place(&self, step: &Step, span: Span) -> Option<Place> {
        self.sources.get(step.file).map(|source| source.place(span))
    }

    /// Takes steps for as long as one of them can be; gives those that cannot, and why.
    fn all(
        &mut self,
        mut pending: Box<dyn Iterator<Item = Step> + '_>,
        keep: &HashSet<(usize, usize)>,
        others: &[&Contract],
    ) -> Vec<(Step, InterpretError)> {
        let mut waited = None;
        loop {
            let mut waiting: Vec<(Step, InterpretError)> = Vec::new();
            for step in pending {
                match self.step(&step, keep.contains(&(step.file, step.origin)), others) {
                    Ok(()) => {}
                    Err(error @ InterpretError::Missing { .. }) => waiting.push((step, error)),
                    Err(error) => self.fail(&step, error, others),
                }
            }
            if waiting.is_empty() || waited == Some(waiting.len()) {
                return waiting;
            }
            waited = Some(waiting.len());
            pending = Box::new(waiting.into_iter().map(|(step, _)| step));
        }
    }

    /// Borrows what a step misses from another space, where one has it.
    fn borrow(&mut self, step: &Step, error: &InterpretError, others: &[&Contract]) -> bool {
        let InterpretError::Missing { what, .. } = error else { return false };
        self.interpreter.set_environment((*step.environment).clone());
        self.interpreter.borrow_missing(what, others)
    }

    fn step(&mut self, step: &Step, keep: bool, others: &[&Contract]) -> Result<(), InterpretError> {
        if *self.interpreter.environment() != *step.environment {
            self.interpreter.set_environment((*step.environment).clone());
        }
        let touched = self.interpreter.apply(&step.statement)?;
        let Some(place) = self.place(step, step.span) else { return Ok(()) };
        let ids = touched.created.iter().chain(&touched.altered).chain(&touched.dropped);
        let theirs = |id: &&ObjectId| id.table().is_some_and(|table| self.interpreter.is_borrowed_table(table));
        if let Some((object, space)) = ids.clone().find(theirs).and_then(|id| Some((id, owner_of_table(id, others)?))) {
            let problem = Problem::Claimed { object: object.clone(), space };
            self.out.errors.push(SourceError { problem, place: place.clone() });
        }
        for object in &touched.unsupported {
            let message = format!("{} {} is not modelled: it is left as it is", object.kind, object.name);
            self.out.notes.push(Note {
                code: Note::UNSUPPORTED,
                message: message.replace("  ", " "),
                place: place.clone(),
            });
        }
        let all = &self.interpreter.contract().unsupported;
        self.unsupported_places.truncate(all.len());
        self.unsupported_places.resize(all.len(), place.to_string());
        self.unsupported = all.len();
        for id in &touched.skipped {
            // Saying of a schema or an extension that it is there is no description that could differ.
            if !matches!(id, ObjectId::Schema(_) | ObjectId::Extension(_)) {
                self.out.notes.push(Note {
                    code: Note::NO_EFFECT,
                    message: format!("{id} is described before, so IF NOT EXISTS leaves this one out"),
                    place: place.clone(),
                });
            }
        }
        for id in &touched.created {
            let own = self.part_place(step, id).unwrap_or_else(|| place.clone());
            self.out.places.insert(id.clone(), own);
        }
        for (from, to) in &touched.renamed {
            if let Some(place) = self.out.places.remove(from) {
                self.out.places.insert(to.clone(), place);
            }
        }
        for id in &touched.dropped {
            self.out.places.remove(id);
        }
        if keep {
            self.out.by_statement.entry((step.file, step.origin)).or_default().push((step.span, touched));
        }
        Ok(())
    }

    /// Where in a `CREATE TABLE` a column or named constraint is described.
    fn part_place(&self, step: &Step, id: &ObjectId) -> Option<Place> {
        let Statement::CreateTable(create) = &step.statement else { return None };
        let find = |is_it: &dyn Fn(&TableElement) -> Option<Span>| create.elements.iter().find_map(is_it);
        let span = match id {
            ObjectId::Column(_, name) => find(&|element| match element {
                TableElement::Column(column) if column.name.value == *name => Some(column.span),
                _ => None,
            }),
            ObjectId::Constraint(_, _, name) => find(&|element| match element {
                TableElement::Constraint(constraint) if constraint.name.as_ref() == Some(name) => Some(constraint.span),
                _ => None,
            }),
            ObjectId::Table(_) => Some(create.name.span),
            _ => None,
        };
        self.place(step, span?)
    }

    fn fail(&mut self, step: &Step, error: InterpretError, others: &[&Contract]) {
        let Some(place) = self.place(step, step.span) else { return };
        let problem = match error {
            InterpretError::Exists { object } => match (self.out.places.get(&object), owner(&object, others)) {
                (Some(first), _) => Problem::Duplicate { object, first: first.clone() },
                (None, Some(space)) => Problem::Claimed { object, space },
                (None, None) => Problem::Interpret(InterpretError::Exists { object }),
            },
            other => Problem::Interpret(other),
        };
        self.out.errors.push(SourceError { problem, place });
    }

    fn finish(mut self, others: &[&Contract]) -> Taken {
        let mut contract = self.interpreter.finish(others);
        for (object, place) in contract.unsupported.iter_mut().zip(self.unsupported_places) {
            object.place = place;
        }
        self.out.contract = contract;
        self.out
    }
}

/// The space that has an object.
fn owner(object: &ObjectId, others: &[&Contract]) -> Option<Space> {
    others.iter().find(|other| other.has(object)).map(|other| other.space.clone())
}

/// The space that has the table of an object.
fn owner_of_table(object: &ObjectId, others: &[&Contract]) -> Option<Space> {
    owner(&ObjectId::Table(object.table()?.clone()), others)
}
