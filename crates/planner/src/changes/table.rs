//! Tables as wholes: made, dropped, and their own facts.

use std::collections::BTreeSet;

use novate_contract::ddl::{column as column_ddl, partition as partition_ddl, table as ddl};
use novate_contract::{Constraint, ConstraintKind, Ident, Object, ObjectId, QName, ReplicaIdentity, Table};

use super::{Work, column, constraint, identity};
use crate::diff::Fate;
use crate::heirs;
use crate::step::{Node, Pass, Place, Stage, Step, rank};
use crate::strategy::remake;
use crate::uses;

pub(super) fn steps(work: &mut Work<'_>, name: &QName, fate: &Fate) {
    let (old, new) = (work.old_table(name), work.new_table(name));
    match (fate, old, new) {
        (Fate::Replace, Some(old), Some(new)) => remake::steps(work, name, old, new),
        (Fate::Drop, Some(old), _) if !heirs::parents(old).any(|parent| work.table_is_remade(parent)) => {
            drop(work, name, old);
        }
        _ => {}
    }
    if super::makes(fate)
        && let Some(new) = new
    {
        create(work, name, new);
    }
    if let (Fate::Alter, Some(old), Some(new)) = (fate, old, new) {
        alter(work, name, old, new);
    }
}

/// The constraints that a new table is created with, keys first; those of its parents come by themselves.
fn inline_constraints(work: &Work<'_>, name: &QName, table: &Table) -> Vec<Ident> {
    let inline = |(constraint_name, constraint): &(&Ident, &Constraint)| {
        let id = ObjectId::Constraint(constraint.kind.tag(), name.clone(), (*constraint_name).clone());
        constraint::is_inline(table, constraint_name, constraint) && work.diff.is_made(&id)
    };
    let mut found: Vec<_> = table.constraints.iter().filter(inline).collect();
    found.sort_by_key(|(_, constraint)| constraint.kind.tag());
    found.into_iter().map(|(name, _)| name.clone()).collect()
}

/// A new table without the columns that come with its parents as they are wanted.
fn without_inherited(work: &Work<'_>, table: &Table) -> Table {
    let mut own = table.clone();
    own.columns.retain(|name, column| {
        let mut parents = table.inherits.iter().filter_map(|parent| work.new_table(parent));
        !parents.any(|parent| {
            parent.columns.get(name).is_some_and(|theirs| Object::Column(theirs).same(&Object::Column(column)))
        })
    });
    own
}

fn create(work: &mut Work<'_>, name: &QName, table: &Table) {
    let id = ObjectId::Table(name.clone());
    let inline = inline_constraints(work, name, table);
    let uses = work.new_uses();
    let mut gives: BTreeSet<Node> = super::table_names(name).into();
    gives.insert(id.clone().into());
    let mut needs = uses::table(name, table);
    for (column_name, payload) in &table.columns {
        gives.extend(column::nodes(name, column_name));
        gives.extend(identity::relation(name, column_name, payload));
        needs.extend(uses.column(name, table, column_name));
        needs.extend(uses.default(name, table, column_name));
    }
    for constraint_name in &inline {
        if let Some(payload) = table.constraints.get(constraint_name) {
            let tag = payload.kind.tag();
            gives.extend(uses::constraint_names(tag, name, constraint_name));
            gives.insert(ObjectId::Constraint(tag, name.clone(), constraint_name.clone()).into());
            needs.extend(uses.constraint(name, table, payload));
        }
    }
    needs.retain(|node| !gives.contains(node));
    if work.diff.is(&id, &Fate::Replace) {
        gives.retain(|node| !matches!(node, Node::Rows(..)));
    }
    let place = Place::new(Stage::Tables, name, rank::MAKE, name);
    let step = Step::statement(place, id.clone(), ddl::create(name, &without_inherited(work, table), &inline));
    work.push(step.gives(gives).needs(needs));
    for (column_name, payload) in &table.columns {
        let column_id = ObjectId::Column(name.clone(), column_name.clone());
        for action in column_ddl::settings(column_name, payload) {
            let place = Place::new(Stage::Tables, name, rank::SETTING, column_name);
            let step = Step::alter(place, column_id.clone(), name, Pass::Other, action.to_string());
            work.push(step.needs([Node::Object(id.clone())]));
        }
    }
    set(work, name, table, ddl::settings(table).iter().map(ToString::to_string));
}

fn drop(work: &mut Work<'_>, name: &QName, table: &Table) {
    let id = ObjectId::Table(name.clone());
    let detached = Node::Partition(name.clone());
    if let Some(partition) = table.partition_of.as_ref().filter(|partition| is_referenced(work, &partition.parent)) {
        // What points at the parent points at each of its partitions too, and lets go of those that are detached.
        let detach = partition_ddl::detach(name, partition);
        let step = Step::statement(Place::new(Stage::Remove, name, 0, name), id.clone(), detach);
        work.push(step.takes([detached.clone()]).releases(uses::table(name, table)));
    }
    let step = Step::statement(Place::new(Stage::Remove, name, 1, name), id, ddl::drop(name));
    let (nodes, rests_on) = leaving(work, name, table);
    work.push(step.takes(nodes).releases(rests_on).outlives([detached]));
}

/// Whether a partitioned table that stays is pointed at by a foreign key that stays.
fn is_referenced(work: &Work<'_>, parent: &QName) -> bool {
    !work.table_is_lost(parent)
        && work.diff.from.tables.iter().filter(|(name, _)| !work.table_is_lost(name)).any(|(name, table)| {
            table.constraints.iter().any(|(constraint, payload)| match &payload.kind {
                ConstraintKind::ForeignKey(key) => {
                    let id = ObjectId::Constraint(payload.kind.tag(), name.clone(), constraint.clone());
                    key.references == *parent && !work.diff.is_lost(&id)
                }
                _ => false,
            })
        })
}

/// What goes with a table, and what all of that rests on.
pub(crate) fn leaving(work: &Work<'_>, name: &QName, table: &Table) -> (BTreeSet<Node>, BTreeSet<Node>) {
    let uses = work.old_uses();
    let mut nodes: BTreeSet<Node> = super::table_names(name).into();
    nodes.insert(ObjectId::Table(name.clone()).into());
    let mut rests_on = uses::table(name, table);
    for (column_name, payload) in &table.columns {
        nodes.extend(column::taken_along(work, name, column_name, payload));
        rests_on.extend(uses.column(name, table, column_name));
        rests_on.extend(uses.default(name, table, column_name));
    }
    for (_, gone, used) in constraint::vanishing_with_table(work, name, table) {
        nodes.extend(gone);
        rests_on.extend(used);
    }
    rests_on.retain(|node| !nodes.contains(node));
    (nodes, rests_on)
}

fn alter(work: &mut Work<'_>, name: &QName, old: &Table, new: &Table) {
    let id = ObjectId::Table(name.clone());
    if old.partition_of != new.partition_of {
        let (gone, come) = (&old.partition_of, &new.partition_of);
        if let Some(partition) = gone {
            let place = Place::new(Stage::Tables, name, rank::FREE, name);
            let step = Step::statement(place, id.clone(), partition_ddl::detach(name, partition));
            let parent = Node::Object(ObjectId::Table(partition.parent.clone()));
            work.push(step.takes([Node::Partition(name.clone())]).releases([parent]));
        }
        if let Some(partition) = come {
            let place = Place::new(Stage::Tables, name, rank::TABLE, name);
            let step = Step::statement(place, id, partition_ddl::attach(name, partition));
            let parent = Node::Object(ObjectId::Table(partition.parent.clone()));
            work.push(step.gives([Node::Partition(name.clone())]).needs([parent]));
        }
    }
    let index_follows = match (&old.replica_identity, &new.replica_identity) {
        (ReplicaIdentity::Index(from), ReplicaIdentity::Index(to)) => is_renamed(work, name, from, to),
        _ => false,
    };
    let mut from = Table { columns: new.columns.clone(), ..old.clone() };
    if index_follows {
        from.replica_identity = new.replica_identity.clone();
    }
    if old.unlogged != new.unlogged {
        set_logged(work, name, new);
        from.unlogged = new.unlogged;
    }
    set(work, name, new, ddl::alter(&from, new).iter().map(ToString::to_string));
}

/// A logged table must never point at an unlogged one, not even for a moment.
fn set_logged(work: &mut Work<'_>, name: &QName, new: &Table) {
    let id = ObjectId::Table(name.clone());
    let points = |from: &Table, to: &QName| {
        let keys = from.constraints.values().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(&key.references),
            _ => None,
        });
        keys.into_iter().any(|table| table == to)
    };
    let first = work.diff.to.tables.iter().filter(|(other_name, other)| {
        *other_name != name && if new.unlogged { points(other, name) } else { points(new, other_name) }
    });
    let needs: Vec<Node> = first.map(|(other, _)| Node::Object(ObjectId::Table(other.clone()))).collect();
    let place = Place::new(Stage::Tables, name, rank::FREE, "");
    let step = Step::alter(place, id.clone(), name, Pass::Alone, ddl::set_logged(!new.unlogged).to_string());
    work.push(step.changes([id.into()]).needs(needs));
}

/// The actions on a table as a whole, once the index that one of them may name is there.
fn set(work: &mut Work<'_>, name: &QName, table: &Table, actions: impl Iterator<Item = String>) {
    let id = ObjectId::Table(name.clone());
    let mut needs = uses::table(name, table);
    needs.insert(id.clone().into());
    if let ReplicaIdentity::Index(index) = &table.replica_identity {
        needs.insert(Node::Relation(QName::new(name.schema.clone(), index.clone())));
    }
    for action in actions {
        let place = Place::new(Stage::Tables, name, rank::TABLE, "");
        work.push(Step::alter(place, id.clone(), name, Pass::Other, action).needs(needs.clone()));
    }
}

fn is_renamed(work: &Work<'_>, table: &QName, from: &Ident, to: &Ident) -> bool {
    work.diff.fates.iter().any(|(id, fate)| match (id, fate) {
        (ObjectId::Index(t, new), Fate::Rename(ObjectId::Index(_, old))) => t == table && new == to && old == from,
        (ObjectId::Constraint(_, t, new), Fate::Rename(ObjectId::Constraint(_, _, old))) => {
            t == table && new == to && old == from
        }
        _ => false,
    })
}

/// Where the index that replica identity names is made anew while the table's own facts stay, it has to be named again.
pub(super) fn name_replica_index_again(work: &mut Work<'_>) {
    for (name, table) in &work.diff.to.tables {
        let ReplicaIdentity::Index(index) = &table.replica_identity else { continue };
        let id = ObjectId::Table(name.clone());
        let lost = work.diff.fates.iter().any(|(id, fate)| match id {
            ObjectId::Index(t, i) | ObjectId::Constraint(_, t, i) => t == name && i == index && *fate == Fate::Replace,
            _ => false,
        });
        // Where it changes anyway, or the table is made anew, it is named already.
        let stays = work.old_table(name).is_some_and(|old| old.replica_identity == table.replica_identity);
        if lost && stays && !work.diff.is_lost(&id) {
            set(work, name, table, std::iter::once(ddl::set_replica_identity(&table.replica_identity).to_string()));
        }
    }
}
