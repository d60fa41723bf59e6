//! Statements about anything but tables and their parts, and what drops and renames have in common.

use novate_contract::ObjectId;
use novate_sql::ast::{AlterSequence, SequenceOption, Statement};

use super::super::plain::Change;
use super::Effect;
use crate::operation::{HazardCode, OperationClass};

pub(super) fn of(effect: &mut Effect, change: &Change<'_>, subject: &ObjectId) {
    match change.statement {
        Statement::Drop { .. } => {
            let gone = &change.touched.dropped;
            // What a table is made of goes with it, and saying so would hide the rest.
            let of_table = |id: &&ObjectId| {
                id.table().is_some_and(|table| {
                    **id != ObjectId::Table(table.clone()) && gone.contains(&ObjectId::Table(table.clone()))
                })
            };
            gone.iter().filter(|id| !change.fresh.has(id) && !of_table(id)).for_each(|id| dropped(effect, id));
        }
        Statement::Rename { .. } | Statement::SetSchema { .. } => {
            let renamed = change.touched.renamed.iter();
            for (from, to) in renamed.filter(|(from, _)| !change.fresh.has(from)) {
                self::renamed(effect, from, to);
            }
        }
        Statement::AddEnumValue { value, .. } => {
            effect.is(OperationClass::Additive);
            if !change.fresh.has(subject) {
                let message = format!("PostgreSQL cannot take {} away again.", novate_sql::Literal(value));
                effect.hazard(HazardCode::Irreversible, subject, message);
            }
        }
        Statement::RenameEnumValue { from, .. } if !change.fresh.has(subject) => {
            effect.is(OperationClass::Data);
            effect.breaks(subject, format!("Programs that read or write {} break.", novate_sql::Literal(from)));
        }
        Statement::AlterSequence(alter) => altered_sequence(effect, alter, subject),
        Statement::AlterExtensionUpdate { .. } => {
            effect.is(OperationClass::Widening);
            effect.hazard(HazardCode::Irreversible, subject, "An extension rarely goes back to an older version.");
        }
        Statement::Procedural(_) => super::index::rebuild(effect, subject, change.concurrently),
        _ => effect.is(OperationClass::Additive),
    }
}

fn altered_sequence(effect: &mut Effect, alter: &AlterSequence, subject: &ObjectId) {
    let restarts = alter.options.iter().any(|option| matches!(option, SequenceOption::Restart(_)));
    let bounds = |option: &SequenceOption| {
        matches!(option, SequenceOption::As(_) | SequenceOption::MinValue(_) | SequenceOption::MaxValue(_))
    };
    effect.is(if restarts { OperationClass::Data } else { OperationClass::Widening });
    if !restarts && alter.options.iter().any(bounds) {
        effect.may_fail(subject, "It fails where the sequence stands outside its new bounds.");
    }
}

/// What is lost with an object.
pub(super) fn dropped(effect: &mut Effect, id: &ObjectId) {
    match id {
        ObjectId::Table(table) => {
            effect.is(OperationClass::Destructive);
            effect.hazard(HazardCode::DropTable, id, format!("Table {table} is dropped."));
            effect.hazard(HazardCode::DataLoss, id, format!("All rows of {table} are lost."));
            effect.breaks(id, format!("Programs that use {table} break."));
            effect.hazard(HazardCode::Irreversible, id, "Its rows cannot be had back.");
        }
        ObjectId::Column(table, name) => {
            effect.is(OperationClass::Destructive);
            effect.hazard(HazardCode::DropColumn, id, format!("Column {table}.{name} is dropped."));
            effect.hazard(HazardCode::DataLoss, id, format!("All values of {table}.{name} are lost."));
            effect.breaks(id, format!("Programs that use {table}.{name} break."));
            effect.hazard(HazardCode::Irreversible, id, "Its values cannot be had back.");
        }
        ObjectId::Sequence(_) => {
            effect.is(OperationClass::Destructive);
            effect.hazard(HazardCode::DataLoss, id, "Where it has counted to is lost.");
            effect.hazard(HazardCode::Irreversible, id, "Where it has counted to cannot be had back.");
        }
        ObjectId::Enum(_) | ObjectId::Extension(_) | ObjectId::Schema(_) => {
            effect.is(OperationClass::Destructive);
            effect.breaks(id, format!("Programs that use {id} break."));
        }
        ObjectId::Constraint(..) | ObjectId::Index(..) => effect.is(OperationClass::Widening),
        ObjectId::Comment(_) => effect.is(OperationClass::Additive),
    }
}

/// What happens to programs that know an object by its old name.
pub(super) fn renamed(effect: &mut Effect, from: &ObjectId, to: &ObjectId) {
    match from {
        ObjectId::Constraint(..) | ObjectId::Index(..) | ObjectId::Comment(_) => effect.is(OperationClass::Widening),
        _ => {
            effect.is(OperationClass::Data);
            effect.breaks(from, format!("Programs that say {} break; it is {} now.", from.name(), to.name()));
        }
    }
}
