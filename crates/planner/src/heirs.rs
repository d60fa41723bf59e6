//! Partitions and heirs: what PostgreSQL does to them by itself when their parent changes.

use std::collections::BTreeSet;

use novate_contract::{Constraint, ConstraintKind, ConstraintTag, Contract, ObjectId, QName, Table};

use crate::diff::{Difference, Fate};

/// The tables that a table is a partition or heir of.
pub(crate) fn parents(table: &Table) -> impl Iterator<Item = &QName> {
    table.partition_of.iter().map(|partition| &partition.parent).chain(&table.inherits)
}

/// A table and everything below it.
pub(crate) fn family(contract: &Contract, name: &QName) -> BTreeSet<QName> {
    let mut found = BTreeSet::from([name.clone()]);
    loop {
        let below = |(_, table): &(&QName, &Table)| parents(table).any(|parent| found.contains(parent));
        let more: Vec<QName> = contract.tables.iter().filter(below).map(|(name, _)| name.clone()).collect();
        let before = found.len();
        found.extend(more);
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a contract has tables below others.
pub(crate) fn any(contract: &Contract) -> bool {
    contract.tables.values().any(|table| parents(table).next().is_some())
}

/// Whether what happens to a part of a table follows from what happens to its parent, at least for the most part. Only
/// carrying out the parent's change tells what is left to do.
pub(crate) fn follows(diff: &Difference<'_>, id: &ObjectId, fate: &Fate) -> bool {
    let Some(name) = id.table() else { return false };
    let (old, new) = (diff.from.tables.get(name), diff.to.tables.get(name));
    let of = |table: Option<&'_ Table>| -> BTreeSet<QName> { table.into_iter().flat_map(parents).cloned().collect() };
    let (before, after) = (of(old), of(new));
    let shared: BTreeSet<&QName> = before.intersection(&after).collect();
    match (id, fate) {
        (ObjectId::Column(_, column), Fate::Create) => {
            let has = |parent: &QName| diff.to.tables.get(parent).is_some_and(|t| t.columns.contains_key(column));
            after.iter().any(has)
        }
        (ObjectId::Column(_, column), _) => {
            let same = |parent: &&QName| diff.is(&ObjectId::Column((*parent).clone(), column.clone()), fate);
            shared.iter().any(same)
        }
        (ObjectId::Constraint(..) | ObjectId::Index(..), Fate::Create) => {
            after.iter().any(|parent| counterpart(diff.to, id, parent).is_some())
        }
        // A check is renamed along; what has an index is not.
        (ObjectId::Constraint(ConstraintTag::Check, _, own), Fate::Rename(_)) => shared.iter().any(|parent| {
            let theirs = ObjectId::Constraint(ConstraintTag::Check, (*parent).clone(), own.clone());
            matches!(diff.fate(&theirs), Some(Fate::Rename(_)))
        }),
        (_, Fate::Rename(_)) => false,
        (ObjectId::Constraint(..) | ObjectId::Index(..), _) => shared.iter().any(|parent| {
            counterpart(diff.from, id, parent).is_some_and(|theirs| match fate {
                Fate::Alter => diff.is(&theirs, &Fate::Alter),
                _ => diff.is_lost(&theirs),
            })
        }),
        _ => false,
    }
}

/// The constraint or index of a parent that one of its partition or heir comes from.
fn counterpart(side: &Contract, id: &ObjectId, parent: &QName) -> Option<ObjectId> {
    let own = side.object(id)?;
    let table = side.tables.get(parent)?;
    let partitioned = table.partition_by.is_some();
    let passes_on = |constraint: &Constraint| match constraint.kind {
        ConstraintKind::Check(_) => !constraint.no_inherit,
        _ => partitioned,
    };
    let constraints = table.constraints.iter().filter(|(_, c)| passes_on(c));
    let constraints = constraints.map(|(name, c)| ObjectId::Constraint(c.kind.tag(), parent.clone(), name.clone()));
    let indexes =
        table.indexes.keys().filter(|_| partitioned).map(|name| ObjectId::Index(parent.clone(), name.clone()));
    let mut candidates = constraints.chain(indexes);
    candidates.find(|other| other.kind() == id.kind() && side.object(other).is_some_and(|other| own.same(&other)))
}
