//! Constraints.

use novate_contract::{ConstraintKind, Ident, ObjectId, QName};
use novate_sql::ast::{NamedConstraint, TableConstraint};

use super::super::plain::Change;
use super::super::subject::{of_action, resolve};
use super::column::proven_not_null;
use super::{Effect, in_use};
use crate::operation::{HazardCode, OperationClass};
use novate_sql::ast::AlterTableAction;

/// `ADD CONSTRAINT`. Checks take an `ACCESS EXCLUSIVE` lock and read the table, keys build an index under one, and
/// foreign keys read it under `SHARE ROW EXCLUSIVE` locks on both tables.
pub(super) fn add(
    effect: &mut Effect,
    change: &Change<'_>,
    table: &QName,
    definition: &NamedConstraint<TableConstraint>,
    action: &AlterTableAction,
) {
    if !in_use(change, table) {
        if let TableConstraint::ForeignKey(key) = &definition.constraint {
            locks_referenced(effect, change, &resolve(&key.references), definition.not_valid);
        }
        return;
    }
    let object = of_action(change, table, action);
    let later = definition.not_valid || definition.not_enforced;
    effect.is(OperationClass::Data);
    match &definition.constraint {
        TableConstraint::NotNull(column) => super::column::set_not_null(effect, change, table, column),
        TableConstraint::Check(_) if !later => {
            effect.scans(table);
            effect.blocks_all(table, "its rows are checked");
            effect.may_fail(object, format!("It fails where a row of {table} does not satisfy it."));
        }
        TableConstraint::ForeignKey(key) => {
            let referenced = resolve(&key.references);
            if !later {
                effect.scans(table);
                effect.blocks_writes(table, "its rows are checked");
                effect.may_fail(object, format!("It fails where a row of {table} refers to nothing."));
            }
            locks_referenced(effect, change, &referenced, later);
        }
        TableConstraint::Check(_) => {}
        TableConstraint::UsingIndex { primary, .. } => {
            if *primary {
                for column in primary_columns(change, table) {
                    super::column::set_not_null(effect, change, table, &column);
                }
            }
        }
        TableConstraint::PrimaryKey { columns, .. } => {
            index(effect, table, &object);
            if columns.iter().any(|column| !proven_not_null(change, table, column)) {
                effect.may_fail(&object, format!("It fails where rows of {table} are alike or NULL."));
            }
        }
        TableConstraint::Unique { .. } | TableConstraint::Exclude { .. } => index(effect, table, &object),
    }
}

fn index(effect: &mut Effect, table: &QName, object: &ObjectId) {
    effect.hazard(HazardCode::IndexBuild, table, format!("All of {table} is read and sorted."));
    effect.blocks_all(table, "the index is built");
    effect.may_fail(object, format!("It fails where rows of {table} are alike."));
}

fn locks_referenced(effect: &mut Effect, change: &Change<'_>, referenced: &QName, later: bool) {
    if !later && in_use(change, referenced) {
        effect.blocks_writes(referenced, "the rows that refer to it are checked");
    }
}

/// The columns of the primary key that a statement has made.
fn primary_columns(change: &Change<'_>, table: &QName) -> Vec<Ident> {
    let constraints = change.after.tables.get(table).map(|table| table.constraints.values());
    let mut found = constraints.into_iter().flatten().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(key.columns.clone()),
        _ => None,
    });
    found.next().unwrap_or_default()
}

/// `VALIDATE CONSTRAINT` reads the table under a lock that keeps nobody out.
pub(super) fn validate(effect: &mut Effect, change: &Change<'_>, table: &QName, name: &Ident) {
    effect.is(OperationClass::Data);
    if in_use(change, table) {
        effect.scans(table);
        let message = format!("It fails where a row of {table} does not satisfy {name}.");
        effect.may_fail(format!("constraint {table}.{name}"), message);
    }
}
