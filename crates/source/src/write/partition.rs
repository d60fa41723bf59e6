//! What a partition has of its parent, and what is its own.

use std::collections::BTreeSet;

use novate_contract::{Column, Constraint, ConstraintKind, Ident, Index, IndexKey, Partition, QName, Table, names};
use novate_sql::expr::parse_expr;

use super::names::first_choice;

/// A partition that `PARTITION OF` makes as it is.
pub(super) struct Implied {
    /// Constraints that come with the parent's.
    pub(super) constraints: BTreeSet<Ident>,
    /// Indexes that come with the parent's.
    pub(super) indexes: BTreeSet<Ident>,
    /// What it says of columns beside the parent: `name DEFAULT 1 NOT NULL`.
    pub(super) columns: Vec<String>,
}

/// What of a partition need not be written down; `None` where something of it is not what `PARTITION OF` makes, so that
/// it has to be written as a table of its own and attached.
pub(super) fn implied(name: &QName, table: &Table, parent: &Table) -> Option<Implied> {
    let mut implied =
        Implied { constraints: BTreeSet::new(), indexes: BTreeSet::new(), columns: columns(table, parent)? };
    for (parent_name, passed) in &parent.constraints {
        let own = match &passed.kind {
            ConstraintKind::Check(_) if passed.no_inherit => continue,
            // They keep their name.
            ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => parent_name.clone(),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => first_choice(name, passed)?,
            ConstraintKind::Exclusion(_) => continue,
        };
        let same = table.constraints.get(&own).is_some_and(|payload| same_constraint(payload, passed));
        if !same || !implied.constraints.insert(own) {
            return None;
        }
    }
    for passed in parent.indexes.values() {
        let own = names::index(&name.name, &column_names(passed)?, &|_| false);
        let same = table.indexes.get(&own).is_some_and(|payload| same_index(payload, passed));
        if !same || !implied.indexes.insert(own) {
            return None;
        }
    }
    Some(implied)
}

fn same_constraint(own: &Constraint, passed: &Constraint) -> bool {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = own;
    *kind == passed.kind
        && *deferral == passed.deferral
        && (*validated || !*enforced)
        && *no_inherit == passed.no_inherit
        && *enforced == passed.enforced
}

fn same_index(own: &Index, passed: &Index) -> bool {
    let plain = |index: &Index| Index { valid: true, comment: None, ..index.clone() };
    own.valid && passed.valid && plain(own) == plain(passed)
}

fn column_names(index: &Index) -> Option<Vec<Ident>> {
    let keys = index.elements.iter().map(|element| match &element.key {
        IndexKey::Column(column) => Some(column.clone()),
        IndexKey::Expression(it) => parse_expr(&it.written).ok().map(|written| names::of_expression(&written.expr)),
    });
    keys.chain(index.include.iter().cloned().map(Some)).collect()
}

/// What a partition says of columns otherwise than its parent; `None` where a list after `PARTITION OF` cannot say it.
fn columns(table: &Table, parent: &Table) -> Option<Vec<String>> {
    if table.columns.len() != parent.columns.len() {
        return None;
    }
    let mut said = Vec::new();
    for (name, passed) in &parent.columns {
        let own = table.columns.get(name)?;
        let Column { default, not_null, statistics, .. } = own;
        let passed = Column { identity: None, comment: None, statistics: *statistics, ..passed.clone() };
        let rest = Column { default: passed.default.clone(), not_null: passed.not_null, comment: None, ..own.clone() };
        if rest != passed || (passed.not_null && !not_null) {
            return None;
        }
        let mut words = Vec::new();
        if *default != passed.default {
            let value = default.as_ref().map_or_else(|| "NULL".to_owned(), novate_contract::ddl::default_value);
            words.push(format!("DEFAULT {value}"));
        }
        if *not_null && !passed.not_null && !in_key(table, name) {
            words.push("NOT NULL".to_owned());
        }
        if !words.is_empty() {
            said.push(format!("{name} {}", words.join(" ")));
        }
    }
    Some(said)
}

fn in_key(table: &Table, column: &Ident) -> bool {
    let has = |constraint: &Constraint| matches!(&constraint.kind, ConstraintKind::PrimaryKey(key) if key.columns.contains(column));
    table.constraints.values().any(has)
}

/// `ATTACH PARTITION`.
pub(super) fn attach(name: &QName, partition: &Partition) -> String {
    novate_contract::ddl::partition::attach(name, partition)
}
