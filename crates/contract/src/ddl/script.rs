//! A whole contract as statements.

use std::collections::BTreeSet;

use super::{alter_table, column, comment, constraint, enumeration, extension, index, schema, sequence, table};
use crate::{Constraint, ConstraintKind, Contract, Object, ObjectId, QName, Table};

/// The statements that make everything in a contract in an empty database, in an order in which PostgreSQL takes them.
/// The schema `public` is taken to be there. Policies play no part: external objects are made too.
pub fn script(contract: &Contract) -> Vec<String> {
    let mut made = Vec::new();
    made.extend(contract.schemas.keys().filter(|name| name.as_str() != "public").map(schema::create));
    made.extend(contract.extensions.iter().map(|(name, payload)| extension::create(name, payload)));
    made.extend(contract.enums.iter().map(|(name, payload)| enumeration::create(name, payload)));
    made.extend(contract.sequences.iter().map(|(name, payload)| sequence::create(name, payload)));
    let tables = parents_first(contract);
    for (name, payload) in &tables {
        made.push(table::create(name, payload, &table::inline(payload)));
    }
    for (name, payload) in &contract.sequences {
        made.extend(payload.owner.as_ref().map(|owner| sequence::owned_by(name, Some(owner))));
    }
    made.extend(tables.iter().flat_map(|(name, payload)| late(name, payload, false)));
    for (name, payload) in &tables {
        let indexes = payload.indexes.iter();
        made.extend(indexes.map(|(own, it)| index::create(name, own, it, index::Build::Locking)));
        let mut actions: Vec<_> = payload.columns.iter().flat_map(|(own, it)| column::settings(own, it)).collect();
        actions.extend(table::settings(payload));
        made.extend(alter_table(name, &actions));
    }
    // Foreign keys rest on keys and unique indexes.
    made.extend(tables.iter().flat_map(|(name, payload)| late(name, payload, true)));
    for (id, object) in contract.objects() {
        if let (ObjectId::Comment(on), Object::Comment(text)) = (id, object) {
            made.push(comment::set(&on, Some(text)));
        }
    }
    made
}

/// The constraints that a table does not have from its `CREATE TABLE`: its foreign keys, or all others.
fn late(name: &QName, table: &Table, foreign: bool) -> Vec<String> {
    let inline = table::inline(table);
    let is_foreign = |it: &Constraint| matches!(it.kind, ConstraintKind::ForeignKey(_));
    let wanted = table.constraints.iter().filter(|(own, it)| is_foreign(it) == foreign && !inline.contains(own));
    wanted.map(|(own, it)| constraint::add(own, it).on(name)).collect()
}

/// The tables, each behind those that it takes columns from.
fn parents_first(contract: &Contract) -> Vec<(&QName, &Table)> {
    let mut ordered = Vec::with_capacity(contract.tables.len());
    let mut done: BTreeSet<&QName> = BTreeSet::new();
    let mut waiting: Vec<(&QName, &Table)> = contract.tables.iter().collect();
    while !waiting.is_empty() {
        let ready = |table: &Table| {
            let parents = table.inherits.iter().chain(table.partition_of.as_ref().map(|it| &it.parent));
            parents.into_iter().all(|parent| done.contains(parent) || !contract.tables.contains_key(parent))
        };
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, table)| ready(table));
        if now.is_empty() {
            // Tables that descend from each other: no order is right, and PostgreSQL will say so.
            ordered.extend(later);
            break;
        }
        done.extend(now.iter().map(|(name, _)| *name));
        ordered.extend(now);
        waiting = later;
    }
    ordered
}
