//! Constraints of tables that stay: what all kinds have in common.

use std::collections::BTreeSet;

use novate_contract::ddl::constraint as ddl;
use novate_contract::ddl::index as index_ddl;
use novate_contract::{Constraint, ConstraintKind, Ident, ObjectId, QName, StorageParameters, Table};

use super::{Work, foreign_key, index};
use crate::diff::Fate;
use crate::step::{Node, Pass, Place, Stage, Step, rank};
use crate::strategy::online;
use crate::uses;

/// Whether one constraint can become the other in place: a foreign key its deferral, anything its validity (one way),
/// and what an index backs the parameters of that index.
pub(crate) fn can_alter(old: &Constraint, new: &Constraint) -> bool {
    let mut state = old.clone();
    if new.validated {
        state.validated = true;
    }
    if matches!(new.kind, ConstraintKind::ForeignKey(_)) {
        state.deferral = new.deferral;
    }
    if let (Some(storage), Some(wanted)) = (storage_mut(&mut state), storage(new)) {
        storage.clone_from(wanted);
    }
    state.comment.clone_from(&new.comment);
    state == *new
}

fn storage(constraint: &Constraint) -> Option<&StorageParameters> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(&key.storage),
        ConstraintKind::Unique(key) => Some(&key.storage),
        ConstraintKind::Exclusion(exclusion) => Some(&exclusion.storage),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    }
}

fn storage_mut(constraint: &mut Constraint) -> Option<&mut StorageParameters> {
    match &mut constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(&mut key.storage),
        ConstraintKind::Unique(key) => Some(&mut key.storage),
        ConstraintKind::Exclusion(exclusion) => Some(&mut exclusion.storage),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    }
}

/// Whether a constraint can be part of its table's `CREATE TABLE`.
pub(crate) fn is_inline(table: &Table, name: &Ident, constraint: &Constraint) -> bool {
    let foreign = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
    !foreign && ddl::fits_inline(constraint) && !repeats(table, name, constraint)
}

/// Whether a table has an earlier key just like this one. Where both come in one statement, PostgreSQL makes only one.
pub(crate) fn repeats(table: &Table, name: &Ident, constraint: &Constraint) -> bool {
    let shape = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some((key.columns.clone(), key.include.clone(), false, constraint.deferral)),
        ConstraintKind::Unique(key) => {
            Some((key.columns.clone(), key.include.clone(), key.nulls_not_distinct, constraint.deferral))
        }
        _ => None,
    };
    let Some(own) = shape(constraint) else { return false };
    table.constraints.iter().any(|(other_name, other)| {
        (other.kind.tag(), other_name) < (constraint.kind.tag(), name) && shape(other).as_ref() == Some(&own)
    })
}

pub(super) fn steps(work: &mut Work<'_>, table: &QName, name: &Ident, fate: &Fate) {
    let old = work.old_table(table).and_then(|t| Some((t, t.constraints.get(name)?)));
    let new = work.new_table(table).and_then(|t| Some((t, t.constraints.get(name)?)));
    if super::ends(fate)
        && let Some((old_table, constraint)) = old
        && !vanishes(work, table, old_table, constraint)
    {
        drop(work, table, old_table, name, constraint);
    }
    if super::makes(fate)
        && let Some((new_table, constraint)) = new
        && !(work.table_is_made(table) && is_inline(new_table, name, constraint))
    {
        add(work, table, new_table, name, constraint);
    }
    if let (Fate::Alter, Some((_, old)), Some((_, new))) = (fate, old, new) {
        alter(work, table, name, old, new);
    }
    if let (Fate::Rename(ObjectId::Constraint(tag, _, from)), Some((_, new))) = (fate, new) {
        let id = ObjectId::Constraint(*tag, table.clone(), name.clone());
        let place = Place::new(Stage::Tables, table, rank::FREE, name);
        let rename = Step::statement(place, id.clone(), ddl::rename(table, from, name));
        let gives = uses::constraint_names(new.kind.tag(), table, name);
        let rename = rename.takes(uses::constraint_names(*tag, table, from)).gives(gives);
        work.push(rename.gives([Node::Object(id)]));
    }
}

fn nodes(table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Node> {
    let tag = constraint.kind.tag();
    let mut nodes = uses::constraint_names(tag, table, name);
    nodes.push(Node::Object(ObjectId::Constraint(tag, table.clone(), name.clone())));
    nodes
}

/// Whether a constraint that goes does so with its table or its only column. A foreign key is dropped by itself where
/// what it points at goes too, so that two that point at each other's tables are no knot.
fn vanishes(work: &Work<'_>, table_name: &QName, table: &Table, constraint: &Constraint) -> bool {
    if let ConstraintKind::ForeignKey(key) = &constraint.kind
        && foreign_key::must_go_first(work, table_name, key)
    {
        return false;
    }
    // The old table waits aside for its rows to move, and the new one needs the names of its indexes.
    let has_index = !matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_));
    if has_index && work.table_is_remade(table_name) {
        return false;
    }
    work.table_is_lost(table_name) || goes_with_column(work, table_name, &uses::constraint_columns(constraint, table))
}

/// Whether what mentions just these columns goes along with the one that it mentions.
pub(super) fn goes_with_column(work: &Work<'_>, table: &QName, columns: &BTreeSet<Ident>) -> bool {
    columns.len() == 1 && columns.iter().all(|c| work.diff.is_lost(&ObjectId::Column(table.clone(), c.clone())))
}

/// Something that goes along with something else: the object, its nodes, and what it rests on.
pub(super) type Vanishing = (ObjectId, Vec<Node>, BTreeSet<Node>);

/// What goes along with a table.
pub(super) fn vanishing_with_table(work: &Work<'_>, name: &QName, table: &Table) -> Vec<Vanishing> {
    vanishing(work, name, table, |_| true)
}

/// What goes along with a column.
pub(super) fn vanishing_with(work: &Work<'_>, table_name: &QName, table: &Table, column: &Ident) -> Vec<Vanishing> {
    vanishing(work, table_name, table, |columns| columns.len() == 1 && columns.contains(column))
}

fn vanishing(
    work: &Work<'_>,
    table_name: &QName,
    table: &Table,
    fits: impl Fn(&BTreeSet<Ident>) -> bool,
) -> Vec<Vanishing> {
    let mut found = Vec::new();
    for (name, constraint) in &table.constraints {
        let id = ObjectId::Constraint(constraint.kind.tag(), table_name.clone(), name.clone());
        let fits = fits(&uses::constraint_columns(constraint, table));
        if fits && work.diff.is_lost(&id) && vanishes(work, table_name, table, constraint) {
            let rests_on = work.old_uses().constraint(table_name, table, constraint);
            found.push((id, nodes(table_name, name, constraint), rests_on));
        }
    }
    for (name, payload) in &table.indexes {
        let id = ObjectId::Index(table_name.clone(), name.clone());
        let explicit = work.table_is_remade(table_name);
        if !explicit && fits(&uses::index_columns(payload, table)) && work.diff.is_lost(&id) {
            let rests_on = work.old_uses().index(table_name, table, payload);
            found.push((id, index::nodes(table_name, name), rests_on));
        }
    }
    found
}

fn drop(work: &mut Work<'_>, table_name: &QName, table: &Table, name: &Ident, constraint: &Constraint) {
    let id = ObjectId::Constraint(constraint.kind.tag(), table_name.clone(), name.clone());
    let stage = match &constraint.kind {
        ConstraintKind::ForeignKey(_) => Stage::Unlink,
        _ => Stage::Tables,
    };
    let place = Place::new(stage, table_name, rank::FREE, name);
    let step = Step::alter(place, id, table_name, Pass::Drop, ddl::drop(name).to_string());
    let step = step.takes(nodes(table_name, name, constraint));
    work.push(step.releases(work.old_uses().constraint(table_name, table, constraint)));
}

fn add(work: &mut Work<'_>, table_name: &QName, table: &Table, name: &Ident, constraint: &Constraint) {
    let id = ObjectId::Constraint(constraint.kind.tag(), table_name.clone(), name.clone());
    let (stage, rank) = match &constraint.kind {
        ConstraintKind::ForeignKey(_) => (Stage::Link, rank::CONSTRAINT),
        ConstraintKind::PrimaryKey(_) => (Stage::Tables, rank::PRIMARY_KEY),
        _ => (Stage::Tables, rank::CONSTRAINT),
    };
    let place = Place::new(stage, table_name, rank, name);
    let needs = work.new_uses().constraint(table_name, table, constraint);
    if work.diff.is_online(table_name) && online::add_constraint(work, table_name, name, constraint, &place, &needs) {
        return;
    }
    let pass = if repeats(table, name, constraint) { Pass::Alone } else { Pass::AddConstraint };
    let step = Step::alter(place, id, table_name, pass, ddl::add(name, constraint).to_string());
    let step = step.gives(nodes(table_name, name, constraint)).needs(needs);
    work.push(step.outlives(foreign_key::rivals(work, constraint)));
}

fn alter(work: &mut Work<'_>, table: &QName, name: &Ident, old: &Constraint, new: &Constraint) {
    let id = ObjectId::Constraint(new.kind.tag(), table.clone(), name.clone());
    let stage = match &new.kind {
        ConstraintKind::ForeignKey(_) => Stage::Link,
        _ => Stage::Tables,
    };
    let place = Place::new(stage, table, rank::CONSTRAINT, name);
    if old.deferral != new.deferral {
        let action = ddl::set_deferral(name, new.deferral).to_string();
        work.push(Step::alter(place.clone(), id.clone(), table, Pass::Other, action).changes([id.clone().into()]));
    }
    if !old.validated && new.validated {
        let action = ddl::validate(name).to_string();
        work.push(Step::alter(place.clone(), id.clone(), table, Pass::Other, action).changes([id.clone().into()]));
    }
    if let (Some(from), Some(to)) = (storage(old), storage(new)) {
        for sql in index_ddl::set_storage(table, name, from, to) {
            work.push(Step::statement(place.clone(), id.clone(), sql).changes([id.clone().into()]));
        }
    }
}
