//! Questions to the catalog: what must hold before an operation, and what tells that its whole result is there.
//!
//! Every question is one `SELECT` of one boolean, answers without an error whatever is or is not there, names everything
//! in full, and means the same on PostgreSQL 13 to 18. What is asked of an object is a list of [`Fact`]s; a statement
//! that makes the object asks for all of them, one that alters it for those that it changes.

mod check;
mod column;
mod comment;
mod constraint;
mod enumeration;
mod exclusion;
mod expression;
mod extension;
mod fact;
mod foreign_key;
mod index;
mod key;
mod rows;
mod schema;
mod sequence;
mod sql;
mod stated;
mod table;

use novate_contract::{Contract, Object, ObjectId, QName};
use novate_sql::ast::{AlterTableAction, Statement};

use super::plain::Change;
use super::subject;
use crate::operation::Check;
use fact::{Fact, Place};
pub use stated::{Stated, stated};

/// What must hold before a statement runs. What the migration itself has made is taken to be as it was made.
pub(super) fn before(change: &Change<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    for id in outer(&change.touched.created, change.before, change.after) {
        if change.before.object(id).is_none() {
            checks.extend(free(change, id));
        }
    }
    if !is_lenient(change.statement) {
        let touched = change.touched;
        // What goes along may have gone before.
        let along = subject::dropped_along(change);
        let named = touched.dropped.iter().filter(|id| !along.contains(id));
        let old = named.chain(touched.renamed.iter().map(|(from, _)| from)).chain(&touched.altered);
        let there = |id: &&ObjectId| !change.fresh.has(id) && change.before.object(id).is_some();
        for id in old.filter(there) {
            push(&mut checks, exists(id, change.before));
        }
    }
    for (from, to) in &change.touched.renamed {
        if !change.fresh.has(from) {
            push(&mut checks, absent(to, change.before));
        }
    }
    for check in rows::checks(change) {
        push(&mut checks, Some(check));
    }
    checks
}

/// What tells that a statement has done its work. Empty where nothing in the catalog would tell.
pub(super) fn after(change: &Change<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let touched = change.touched;
    for (from, to) in &touched.renamed {
        push(&mut checks, exists(to, change.after));
        push(&mut checks, absent(from, change.after));
    }
    let changed = touched.created.iter().chain(&touched.altered);
    for id in changed {
        let made = change.before.object(id).is_none();
        if made && is_inner(id, change) {
            continue;
        }
        checks.extend(present(id, change));
    }
    for id in &touched.dropped {
        let whole = id.table().map(|table| ObjectId::Table(table.clone()));
        let goes_along = whole.as_ref().is_some_and(|whole| whole != id && touched.dropped.contains(whole));
        if change.after.object(id).is_none() && !goes_along {
            push(&mut checks, absent(id, change.after));
        }
    }
    checks
}

fn push(checks: &mut Vec<Check>, check: Option<Check>) {
    checks.extend(check.filter(|check| !checks.contains(check)));
}

/// The objects that are not a part of others in the list.
fn outer<'a>(created: &'a [ObjectId], before: &'a Contract, after: &'a Contract) -> impl Iterator<Item = &'a ObjectId> {
    let new_table = move |id: &ObjectId| {
        let table = id.table().filter(|_| !matches!(id, ObjectId::Table(_)));
        table.is_some_and(|table| !before.tables.contains_key(table) && after.tables.contains_key(table))
    };
    created.iter().filter(move |id| !new_table(id) && !matches!(id, ObjectId::Comment(_)))
}

/// Whether a new object is told of with the table that it is a part of.
fn is_inner(id: &ObjectId, change: &Change<'_>) -> bool {
    match id {
        ObjectId::Column(table, _) => !change.before.tables.contains_key(table),
        _ => false,
    }
}

/// Statements that do nothing where there is nothing to do.
fn is_lenient(statement: &Statement) -> bool {
    match statement {
        Statement::Drop { if_exists, .. } => *if_exists,
        Statement::AlterTable(alter) => {
            let lenient = |action: &AlterTableAction| {
                matches!(
                    action,
                    AlterTableAction::DropColumn { if_exists: true, .. }
                        | AlterTableAction::DropConstraint { if_exists: true, .. }
                )
            };
            alter.if_exists || alter.actions.iter().any(|action| lenient(&action.value))
        }
        Statement::AlterSequence(alter) => alter.if_exists,
        _ => false,
    }
}

/// Whether a statement does nothing where its object is there already.
fn tolerates_existing(statement: &Statement) -> bool {
    match statement {
        Statement::CreateSchema { if_not_exists, .. } | Statement::CreateExtension { if_not_exists, .. } => {
            *if_not_exists
        }
        Statement::CreateTable(create) => create.if_not_exists,
        Statement::CreateIndex(create) => create.if_not_exists,
        Statement::CreateSequence(create) => create.if_not_exists,
        Statement::AlterTable(alter) => {
            alter.actions.iter().any(|a| matches!(a.value, AlterTableAction::AddColumn { if_not_exists: true, .. }))
        }
        _ => false,
    }
}

/// That a new object's name is free.
fn free(change: &Change<'_>, id: &ObjectId) -> Option<Check> {
    if tolerates_existing(change.statement) {
        return None;
    }
    // An index that becomes a constraint's, or a constraint that is put back in another form.
    if let ObjectId::Constraint(_, table, name) = id {
        let taken = change.before.tables.get(table)?;
        if taken.constraints.contains_key(name) || taken.indexes.contains_key(name) {
            return None;
        }
    }
    absent(id, change.before)
}

/// Where an object's row is found, and everything that the model says of it.
fn facts(id: &ObjectId, contract: &Contract) -> Option<(Place, Vec<Fact>)> {
    Some(match (id, contract.object(id)?) {
        (ObjectId::Schema(name), Object::Schema(_)) => (schema::place(name), Vec::new()),
        (ObjectId::Extension(name), Object::Extension(payload)) => (extension::place(name), extension::facts(payload)),
        (ObjectId::Enum(name), Object::Enum(payload)) => (enumeration::place(name), enumeration::facts(payload)),
        (ObjectId::Sequence(name), Object::Sequence(payload)) => (sequence::place(name), sequence::facts(payload)),
        (ObjectId::Table(name), Object::Table(payload)) => (table::place(name), table::facts(payload)),
        (ObjectId::Column(table, name), Object::Column(payload)) => {
            (column::place(table, name), column::facts(table, name, payload))
        }
        (ObjectId::Constraint(_, table, name), Object::Constraint(payload)) => {
            (constraint::place(table, name), constraint::facts(payload))
        }
        (ObjectId::Index(table, name), Object::Index(payload)) => {
            (index::place(table, name), index::facts(table, payload))
        }
        (ObjectId::Comment(on), Object::Comment(text)) => comment::facts(on, text)?,
        _ => return None,
    })
}

/// That an object is there as it is after a statement: whole where it is new, else what has changed of it.
fn present(id: &ObjectId, change: &Change<'_>) -> Vec<Check> {
    let Some((_, old)) = facts(id, change.before) else { return whole(id, change.after) };
    let Some((place, facts)) = facts(id, change.after) else { return Vec::new() };
    let changed: Vec<Fact> = facts.into_iter().filter(|fact| !old.contains(fact)).collect();
    if changed.is_empty() { Vec::new() } else { vec![place.check(id, &changed)] }
}

/// That an object is there as a contract has it.
fn whole(id: &ObjectId, contract: &Contract) -> Vec<Check> {
    let Some((place, facts)) = facts(id, contract) else { return Vec::new() };
    let mut checks = vec![place.check(id, &facts)];
    if let (ObjectId::Table(name), Some(Object::Table(table))) = (id, contract.object(id)) {
        checks.extend(table::columns(name, table));
    }
    checks
}

/// That an object is there at all.
fn exists(id: &ObjectId, contract: &Contract) -> Option<Check> {
    let place = match id {
        ObjectId::Table(name) => return Some(sql::relation_exists(id, name)),
        ObjectId::Sequence(name) => return Some(sql::relation_exists(id, name)),
        ObjectId::Index(table, name) => {
            return Some(sql::relation_exists(id, &QName::new(table.schema.clone(), name.clone())));
        }
        ObjectId::Comment(_) => return None,
        other => facts(other, contract)?.0,
    };
    Some(Check { description: format!("{id} is there"), sql: place.exists() })
}

/// That a table is there, and a part of it is not.
fn in_table(table: &QName, part: &Place) -> String {
    let absent = part.absent();
    let absent = absent.strip_prefix("SELECT ").unwrap_or(&absent);
    format!("SELECT {} IS NOT NULL AND {absent}", sql::regclass(table))
}

/// That an object is not there.
fn absent(id: &ObjectId, contract: &Contract) -> Option<Check> {
    let sql = match id {
        ObjectId::Table(name) | ObjectId::Sequence(name) => sql::relation_absent(name),
        ObjectId::Index(table, name) => {
            let full = QName::new(table.schema.clone(), name.clone());
            let now_key = contract.tables.get(table).is_some_and(|table| table.constraints.contains_key(name));
            if now_key { index::is_key(&full) } else { sql::relation_absent(&full) }
        }
        ObjectId::Schema(name) => schema::place(name).absent(),
        ObjectId::Extension(name) => extension::place(name).absent(),
        ObjectId::Enum(name) => enumeration::place(name).absent(),
        ObjectId::Column(table, name) => in_table(table, &column::place(table, name)),
        ObjectId::Constraint(tag, table, name) => in_table(table, &constraint::place_of(*tag, table, name)),
        ObjectId::Comment(on) => comment::absent(on)?,
    };
    Some(Check { description: format!("{id} is not there"), sql })
}
