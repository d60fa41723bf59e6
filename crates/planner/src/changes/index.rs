//! Indexes of tables, those of constraints left out.

use novate_contract::ddl::index::{self as ddl, Build};
use novate_contract::{Ident, Index, ObjectId, QName, Table};

use super::{Work, constraint};
use crate::diff::Fate;
use crate::step::{Node, Place, Stage, Step, rank};
use crate::strategy::online;
use crate::uses;

/// Access methods that build by their parameters: another value changes nothing of what is built already.
const BUILT_BY_PARAMETERS: [&str; 2] = ["hnsw", "ivfflat"];

/// Whether one index can become the other in place: its storage parameters can change, and an invalid one be rebuilt.
pub(crate) fn can_alter(old: &Index, new: &Index) -> bool {
    if BUILT_BY_PARAMETERS.contains(&old.method.as_str()) && old.storage != new.storage {
        return false;
    }
    let state = Index {
        storage: new.storage.clone(),
        valid: old.valid || new.valid,
        comment: new.comment.clone(),
        ..old.clone()
    };
    state == *new
}

/// What an index is and takes.
pub(super) fn nodes(table: &QName, name: &Ident) -> Vec<Node> {
    vec![Node::Object(ObjectId::Index(table.clone(), name.clone())), Node::Relation(ddl::qualified(table, name))]
}

pub(super) fn steps(work: &mut Work<'_>, table: &QName, name: &Ident, fate: &Fate) {
    let id = ObjectId::Index(table.clone(), name.clone());
    let old = work.old_table(table).and_then(|t| Some((t, t.indexes.get(name)?)));
    let new = work.new_table(table).and_then(|t| Some((t, t.indexes.get(name)?)));
    if let (Fate::Replace, Some((_, _)), Some((new_table, index))) = (fate, old, new)
        && work.diff.is_online(table)
        && online::swap_index(work, table, new_table, name, index)
    {
        return;
    }
    if super::ends(fate)
        && let Some((old_table, index)) = old
    {
        drop(work, table, old_table, name, index);
    }
    if super::makes(fate)
        && let Some((new_table, index)) = new
    {
        let build = if work.diff.is_online(table) { Build::Concurrently } else { Build::Locking };
        let place = Place::new(Stage::Tables, table, rank::INDEX, name);
        let step = Step::statement(place, id.clone(), ddl::create(table, name, index, build));
        work.push(step.gives(nodes(table, name)).needs(work.new_uses().index(table, new_table, index)));
    }
    let place = Place::new(Stage::Tables, table, rank::INDEX, name);
    if let (Fate::Alter, Some((_, old)), Some((_, new))) = (fate, old, new) {
        for sql in ddl::set_storage(table, name, &old.storage, &new.storage) {
            work.push(Step::statement(place.clone(), id.clone(), sql).changes([id.clone().into()]));
        }
        if !old.valid && new.valid {
            let build = if work.diff.is_online(table) { Build::Concurrently } else { Build::Locking };
            let sql = ddl::rebuild(table, name, build);
            work.push(Step::statement(place, id.clone(), sql).changes([id.into()]));
        }
    } else if let Fate::Rename(ObjectId::Index(_, from)) = fate {
        let place = Place::new(Stage::Tables, table, rank::FREE, name);
        let step = Step::statement(place, id, ddl::rename(table, from, name));
        work.push(step.takes(nodes(table, from)).gives(nodes(table, name)));
    }
}

fn drop(work: &mut Work<'_>, table_name: &QName, table: &Table, name: &Ident, index: &Index) {
    let columns = uses::index_columns(index, table);
    let vanishes = work.table_is_lost(table_name) || constraint::goes_with_column(work, table_name, &columns);
    if vanishes && !work.table_is_remade(table_name) {
        return;
    }
    let id = ObjectId::Index(table_name.clone(), name.clone());
    let build = if work.diff.is_online(table_name) { Build::Concurrently } else { Build::Locking };
    let place = Place::new(Stage::Tables, table_name, rank::FREE, name);
    let step = Step::statement(place, id, ddl::drop(table_name, name, build));
    work.push(step.takes(nodes(table_name, name)).releases(work.old_uses().index(table_name, table, index)));
}
