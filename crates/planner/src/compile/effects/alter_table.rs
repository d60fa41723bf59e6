//! `ALTER TABLE`, action by action.

use novate_contract::{Ident, ObjectId, QName};
use novate_sql::ast::{AlterTable, AlterTableAction};

use super::super::plain::Change;
use super::super::subject::resolve;
use super::{Effect, column, constraint, in_use, other};
use crate::operation::{HazardCode, OperationClass};

pub(super) fn of(effect: &mut Effect, change: &Change<'_>, alter: &AlterTable) {
    let table = resolve(&alter.name.value);
    for action in &alter.actions {
        one(effect, change, &table, &action.value);
    }
    // What goes along with a column or constraint.
    let along = |id: &&ObjectId| matches!(id, ObjectId::Sequence(_) | ObjectId::Table(_));
    for id in change.touched.dropped.iter().filter(along).filter(|id| !change.fresh.has(id)) {
        other::dropped(effect, id);
    }
}

fn one(effect: &mut Effect, change: &Change<'_>, table: &QName, action: &AlterTableAction) {
    use AlterTableAction as Action;
    let used = in_use(change, table);
    let object = |name: &Ident| ObjectId::Column(table.clone(), name.clone());
    match action {
        Action::AddColumn { column: definition, .. } => column::add(effect, change, table, definition),
        Action::AddConstraint(definition) => constraint::add(effect, change, table, definition, action),
        Action::AlterColumn { name, action } => column::alter(effect, change, table, name, action),
        _ if !used => effect.is(OperationClass::Additive),
        Action::DropColumn { name, .. } => {
            let id = object(name);
            if change.fresh.has(&id) { effect.is(OperationClass::Additive) } else { other::dropped(effect, &id) }
        }
        Action::DropConstraint { .. } | Action::AlterConstraint { .. } | Action::RenameConstraint { .. } => {
            effect.is(OperationClass::Widening);
        }
        Action::ValidateConstraint(name) => constraint::validate(effect, change, table, name),
        Action::RenameColumn { from, to } => other::renamed(effect, &object(from), &object(to)),
        Action::RenameTo(_) | Action::SetSchema(_) => {
            change.touched.renamed.iter().for_each(|(from, to)| other::renamed(effect, from, to));
        }
        Action::SetLogged(logged) => {
            effect.is(OperationClass::Data);
            effect.rewrites(table);
            if !logged {
                effect.hazard(HazardCode::DataLoss, table, format!("After a crash {table} is empty."));
            }
        }
        Action::SetAccessMethod(_) => {
            effect.is(OperationClass::Data);
            effect.rewrites(table);
        }
        Action::RowSecurity(true) | Action::ForceRowSecurity(true) => {
            effect.is(OperationClass::Data);
            effect.breaks(table, format!("Rows of {table} that no policy shows are hidden from then on."));
        }
        Action::AttachPartition { name, .. } => {
            let part = resolve(name);
            effect.is(OperationClass::Data);
            if in_use(change, &part) {
                effect.scans(&part);
                effect.blocks_all(&part, "its rows are checked");
                effect.may_fail(&part, format!("It fails where a row of {part} does not belong there."));
            }
        }
        Action::DetachPartition(name) => {
            effect.is(OperationClass::Data);
            effect.breaks(table, format!("The rows of {} are no longer in {table}.", resolve(name)));
        }
        Action::Inherit(..) => effect.is(OperationClass::Data),
        Action::RowSecurity(false)
        | Action::ForceRowSecurity(false)
        | Action::SetStorage(_)
        | Action::ResetStorage(_)
        | Action::ReplicaIdentity(_)
        | Action::SetTablespace(_)
        | Action::ClusterOn(_)
        | Action::Owner
        | Action::Unmodelled(_) => effect.is(OperationClass::Widening),
    }
}
