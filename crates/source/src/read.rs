//! Reading contract files.

mod directives;
mod gather;
mod take;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod borrowed;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, ObjectId};

use crate::{
    Note, Place, Problem, RenameHint, Scripts, SourceError, SourceFile, SourceOptions, ValueHint, control, parse,
};

/// What contract files say.
#[derive(Debug, Clone)]
pub struct Read {
    /// The contract.
    pub contract: Contract,
    /// Former names of objects.
    pub hints: Vec<RenameHint>,
    /// Former names of enum labels.
    pub value_hints: Vec<ValueHint>,
    /// What people should know, by place.
    pub notes: Vec<Note>,
    /// Where each object is described.
    pub places: HashMap<ObjectId, Place>,
    /// What of the contract was taken over from other spaces.
    pub borrowed: BTreeSet<ObjectId>,
}

/// Reads contract files, given in name order.
///
/// Statements may stand in any order. Where one needs what comes later, it waits; all else happens in the order of the
/// text, so that what PostgreSQL would execute from top to bottom means here what it would mean there. On failure
/// everything that is wrong is listed, by place, as far as it can be known beside what else is wrong.
pub fn read(files: &[SourceFile], options: &SourceOptions) -> Result<Read, Vec<SourceError>> {
    interpret(files, parse(files), options)
}

/// What [`read`] does with the statements of the files: on one core, since each may rest on the one before.
pub fn interpret(files: &[SourceFile], scripts: Scripts, options: &SourceOptions) -> Result<Read, Vec<SourceError>> {
    let mut gathered = gather::gather(files, scripts, options);
    let environment = Environment::new(options.default_schema.clone());
    let mut contract = Contract::empty(options.space.clone());
    let others: Vec<&Contract> = options.others.iter().collect();
    let is_theirs = others.iter().any(|other| other.schemas.contains_key(&options.default_schema));
    if options.default_schema.as_str() != "public" && !is_theirs {
        contract.schemas.entry(options.default_schema.clone()).or_default();
    }
    let mut taken = take::take(&mut gathered, Interpreter::new(contract, environment), &others);
    // Nothing else is external before any directive was looked at.
    let borrowed = taken.contract.marked_external();
    let mut errors = gathered.errors;
    let broken = !errors.is_empty();
    // What could not be read may be what others miss.
    errors.extend(taken.errors.into_iter().filter(|error| !broken || error.code() != "CONTRACT.UNRESOLVED_REFERENCE"));
    let directives =
        directives::apply(&gathered.bound, &gathered.sources, &taken.by_statement, &mut taken.contract, &mut errors);
    errors.extend(claims(&taken.contract, &borrowed, &taken.places, &others));
    if !errors.is_empty() {
        errors.sort_by(|a, b| (&*a.place.path, a.place.span).cmp(&(&*b.place.path, b.place.span)));
        return Err(errors);
    }
    control::apply(&mut taken.contract, &options.controls, &|id| {
        directives.controlled.contains(id) || borrowed.contains(id)
    });
    let mut notes = gathered.notes;
    notes.extend(taken.notes);
    notes.sort_by(|a, b| (&*a.place.path, a.place.span).cmp(&(&*b.place.path, b.place.span)));
    Ok(Read {
        contract: taken.contract,
        hints: directives.hints,
        value_hints: directives.value_hints,
        notes,
        places: taken.places,
        borrowed,
    })
}

/// What lies in a schema of another space and is described as if it were ours.
fn claims(
    contract: &Contract,
    borrowed: &BTreeSet<ObjectId>,
    places: &HashMap<ObjectId, Place>,
    others: &[&Contract],
) -> Vec<SourceError> {
    if others.is_empty() {
        return Vec::new();
    }
    let external = contract.marked_external();
    let stands_alone = |id: &&ObjectId| matches!(id, ObjectId::Table(_) | ObjectId::Enum(_) | ObjectId::Sequence(_));
    let claim = |id: &ObjectId| {
        let schema = ObjectId::Schema(id.schema()?.clone());
        if external.contains(id) || !borrowed.contains(&schema) {
            return None;
        }
        let space = others.iter().find(|other| other.has(&schema))?.space.clone();
        Some(SourceError { problem: Problem::Claimed { object: id.clone(), space }, place: places.get(id)?.clone() })
    };
    contract.objects().keys().filter(stands_alone).filter_map(claim).collect()
}
