//! Sequences, and the options that identity columns share with them.

use std::fmt;

use novate_sql::NameRef;
use novate_sql::ast::{AlterSequence, CreateSequence, OwnedBy, Persistence, SequenceOption};

use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome};
use crate::{Control, ObjectId, QName, Sequence, SequenceOptions, SequenceOwner, TypeName};

impl Interpreter {
    pub(super) fn create_sequence(&mut self, create: &CreateSequence) -> Outcome {
        if create.persistence == Persistence::Temporary {
            return Err(InterpretError::Temporary { name: create.name.value.clone() });
        }
        let name = self.place(&create.name.value);
        let id = ObjectId::Sequence(name.clone());
        self.need_schema(&name.schema, &id)?;
        if create.if_not_exists && self.directory.relation(&name).is_some() {
            self.touched.skipped.push(id);
            return Ok(());
        }
        self.need_free(&name)?;
        let owner = match owned_by(&create.options) {
            None | Some(OwnedBy::None) => None,
            Some(OwnedBy::Column { table, column }) => Some(self.owner(table, column, &id)?),
        };
        let options = created(&create.options, TypeName::builtin("bigint"));
        let unlogged = create.persistence == Persistence::Unlogged;
        self.put_sequence(&name, Sequence { options, unlogged, owner, control: Control::default(), comment: None });
        Ok(())
    }

    pub(super) fn alter_sequence(&mut self, alter: &AlterSequence) -> Outcome {
        let needed_by = "ALTER SEQUENCE";
        let name = match self.relation(&alter.name) {
            Some((name, Relation::Sequence)) => name,
            Some((name, Relation::Identity(table))) => {
                let table = table.clone();
                return self.alter_identity_sequence(&table, &name, &alter.options);
            }
            Some((name, other)) => {
                let reason = format!("{name} is no sequence but {}", other.kind());
                return Err(InterpretError::invalid(needed_by, reason));
            }
            None if alter.if_exists => return Ok(()),
            None => return Err(InterpretError::missing(Missing::Sequence(alter.name.clone()), needed_by)),
        };
        let owner = match owned_by(&alter.options) {
            None => None,
            Some(OwnedBy::None) => Some(None),
            Some(OwnedBy::Column { table, column }) => {
                Some(Some(self.owner(table, column, &ObjectId::Sequence(name.clone()))?))
            }
        };
        if let Some(sequence) = self.contract.sequences.get_mut(&name) {
            sequence.options = altered(&sequence.options, &alter.options);
            for option in &alter.options {
                if let SequenceOption::Logged(logged) = option {
                    sequence.unlogged = !logged;
                }
            }
        }
        self.touched.altered(ObjectId::Sequence(name.clone()));
        if let Some(owner) = owner {
            self.set_owner(&name, owner);
        }
        Ok(())
    }

    fn owner(&self, table: &NameRef, column: &crate::Ident, needed_by: &dyn fmt::Display) -> Outcome<SequenceOwner> {
        let table = self.need_table(table, needed_by)?;
        if !self.table(&table)?.columns.contains_key(column) {
            return Err(InterpretError::missing(Missing::Column(table, column.clone()), needed_by));
        }
        Ok(SequenceOwner { table, column: column.clone() })
    }

    /// `ALTER SEQUENCE` of the sequence that an identity column has inside.
    fn alter_identity_sequence(&mut self, table: &QName, sequence: &QName, options: &[SequenceOption]) -> Outcome {
        let column = self.table(table)?.columns.iter().find_map(|(column, payload)| {
            let identity = payload.identity.as_ref()?;
            (super::directory::identity_sequence(table, column, identity) == *sequence).then(|| column.clone())
        });
        let Some(column) = column else { return Ok(()) };
        if let Some(identity) = &mut self.alter(table, &column)?.identity {
            *identity.options = altered(&identity.options, options);
        }
        Ok(())
    }
}

fn owned_by(options: &[SequenceOption]) -> Option<&OwnedBy> {
    options.iter().find_map(|option| match option {
        SequenceOption::OwnedBy(owner) => Some(owner),
        _ => None,
    })
}

/// The options of a new sequence; `ty` where they name no type. Source: `init_params` in `sequence.c`.
pub(super) fn created(options: &[SequenceOption], ty: TypeName) -> SequenceOptions {
    let ty = options
        .iter()
        .find_map(|option| match option {
            SequenceOption::As(ty) => Some(ty.clone()),
            _ => None,
        })
        .unwrap_or(ty);
    let increment = options
        .iter()
        .find_map(|option| match option {
            SequenceOption::Increment(step) => Some(*step),
            _ => None,
        })
        .unwrap_or(1);
    let mut new = SequenceOptions::defaults(ty, increment);
    let mut start = None;
    for option in options {
        match option {
            SequenceOption::MinValue(Some(value)) => new.min = *value,
            SequenceOption::MaxValue(Some(value)) => new.max = *value,
            SequenceOption::Start(value) => start = Some(*value),
            SequenceOption::Cache(value) => new.cache = *value,
            SequenceOption::Cycle(cycle) => new.cycle = *cycle,
            _ => {}
        }
    }
    new.start = start.unwrap_or(if increment < 0 { new.max } else { new.min });
    new
}

/// The options of a sequence after `ALTER SEQUENCE`. A bound that was its type's becomes that of the new type.
pub(super) fn altered(old: &SequenceOptions, options: &[SequenceOption]) -> SequenceOptions {
    let mut new = old.clone();
    for option in options {
        if let SequenceOption::Increment(step) = option {
            new.increment = *step;
        }
    }
    for option in options {
        if let SequenceOption::As(ty) = option {
            let (old_low, old_high) = SequenceOptions::bounds(&old.ty);
            let (low, high) = SequenceOptions::bounds(ty);
            new.ty = ty.clone();
            if old.max == old_high {
                new.max = high;
            }
            if old.min == old_low {
                new.min = low;
            }
        }
    }
    let defaults = SequenceOptions::defaults(new.ty.clone(), new.increment);
    for option in options {
        match option {
            SequenceOption::MinValue(value) => new.min = value.unwrap_or(defaults.min),
            SequenceOption::MaxValue(value) => new.max = value.unwrap_or(defaults.max),
            SequenceOption::Start(value) => new.start = *value,
            SequenceOption::Cache(value) => new.cache = *value,
            SequenceOption::Cycle(cycle) => new.cycle = *cycle,
            _ => {}
        }
    }
    new
}
