//! Columns of tables that stay.

use std::collections::BTreeSet;

use novate_contract::ddl::column as ddl;
use novate_contract::{Column, Expression, GeneratedKind, Ident, ObjectId, QName, Table};
use novate_sql::expr::Expr;

use super::{Work, constraint, identity, sequence};
use crate::conversion;
use crate::diff::Fate;
use crate::heirs::family;
use crate::plan::PlanOptions;
use crate::step::{Node, Pass, Place, Stage, Step, rank};
use crate::strategy::{backfill, online, type_change};
use crate::uses;

/// Whether one column can become the other without being made anew.
pub(crate) fn can_alter(old: &Column, new: &Column, options: &PlanOptions) -> bool {
    match (&old.generated, &new.generated) {
        (None, None) => true,
        (None, Some(_)) => false,
        // What is computed on reading has no values to keep.
        (Some(from), None) => from.kind == GeneratedKind::Stored,
        (Some(from), Some(to)) => {
            let same_type = old.ty == new.ty && old.collation == new.collation;
            same_type && from.kind == to.kind && (from.expr == to.expr || options.target_major >= 17)
        }
    }
}

pub(super) fn steps(work: &mut Work<'_>, table: &QName, name: &Ident, fate: &Fate) {
    let (old, new) = (work.old_table(table), work.new_table(table));
    if super::ends(fate)
        && !work.table_is_lost(table)
        && let Some(old) = old
    {
        drop(work, table, name, old, fate);
    }
    if super::makes(fate)
        && !work.table_is_made(table)
        && let Some(new) = new
    {
        add(work, table, name, new);
    }
    if *fate == Fate::Alter {
        alter(work, table, name);
    }
}

/// Columns that stay as they are, but for their enum, which is made anew.
pub(super) fn follow_enums(work: &mut Work<'_>) {
    for (table_name, table) in &work.diff.from.tables {
        for (name, column) in &table.columns {
            let id = ObjectId::Column(table_name.clone(), name.clone());
            let stays = work.diff.fate(&id).is_none() && work.diff.both(table_name, name).is_some();
            if stays && work.diff.is_rebuilt(column) && !work.table_is_lost(table_name) {
                alter(work, table_name, name);
            }
        }
    }
}

/// Everything that a column is: itself and the parts with a life of their own.
pub(crate) fn nodes(table: &QName, name: &Ident) -> [Node; 6] {
    [
        uses::column(table, name),
        Node::Default(table.clone(), name.clone()),
        Node::Source(table.clone(), name.clone()),
        Node::NotNull(table.clone(), name.clone()),
        Node::Identity(table.clone(), name.clone()),
        Node::Rows(table.clone(), name.clone()),
    ]
}

/// What goes along with a column, or with its whole table: its sequences, and the name of its identity's.
pub(crate) fn taken_along(work: &Work<'_>, table: &QName, name: &Ident, payload: &Column) -> Vec<Node> {
    let mut taken = nodes(table, name).to_vec();
    for (sequence, payload) in &work.diff.from.sequences {
        let owned = payload.owner.as_ref().is_some_and(|o| (&o.table, &o.column) == (table, name));
        if owned && work.diff.is_lost(&ObjectId::Sequence(sequence.clone())) {
            taken.extend(sequence::nodes(sequence));
        }
    }
    taken.extend(identity::relation(table, name, payload));
    taken
}

fn drop(work: &mut Work<'_>, table_name: &QName, name: &Ident, table: &Table, fate: &Fate) {
    let id = ObjectId::Column(table_name.clone(), name.clone());
    let Some(payload) = table.columns.get(name) else { return };
    let place = match fate {
        Fate::Replace => Place::new(Stage::Tables, table_name, rank::LOSE, name),
        _ => Place::new(Stage::Remove, table_name, 0, name),
    };
    let mut step = Step::alter(place, id.clone(), table_name, Pass::Drop, ddl::drop(name).to_string());
    step = step.takes(taken_along(work, table_name, name, payload));
    step = step.takes(family(work.diff.from, table_name).iter().flat_map(|table| nodes(table, name)));
    step = step.releases(work.old_uses().column(table_name, table, name));
    step = step.releases(work.old_uses().default(table_name, table, name));
    for (gone, nodes, rests_on) in constraint::vanishing_with(work, table_name, table, name) {
        step.objects.push(gone);
        step = step.takes(nodes).releases(rests_on);
    }
    work.push(step);
}

fn add(work: &mut Work<'_>, table_name: &QName, name: &Ident, table: &Table) {
    let Some(column) = table.columns.get(name) else { return };
    let id = ObjectId::Column(table_name.clone(), name.clone());
    let place = |rank| Place::new(Stage::Tables, table_name, rank, name);
    let mut needs: BTreeSet<Node> = work.new_uses().column(table_name, table, name);
    needs.extend(work.new_uses().default(table_name, table, name));
    let filled = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
    let late = column.not_null && !filled && !work.diff.options.script;
    let nodes = nodes(table_name, name);
    needs.retain(|node| !nodes.contains(node));
    // Compression is set apart: PostgreSQL's grammar takes it in ADD COLUMN, its manual and other readers do not.
    let payload = Column { not_null: column.not_null && !late, compression: None, ..column.clone() };
    let action = ddl::add(table_name, name, &payload).to_string();
    let mut step = Step::alter(place(rank::MAKE), id.clone(), table_name, Pass::AddColumn, action);
    step = step.needs(needs).gives(identity::relation(table_name, name, column));
    let family = family(work.diff.to, table_name);
    if late {
        work.push(step.gives(family.iter().map(|table| uses::column(table, name))));
        backfill::steps(work, table_name, name, None);
        set_not_null(work, table_name, name);
    } else {
        work.push(step.gives(family.iter().flat_map(|table| self::nodes(table, name))));
    }
    let compression = column.compression.as_deref().map(|asked| ddl::set_compression(name, Some(asked)));
    for action in compression.into_iter().chain(ddl::settings(name, column)) {
        let step = Step::alter(place(rank::SETTING), id.clone(), table_name, Pass::Other, action.to_string());
        work.push(step.needs([uses::column(table_name, name)]));
    }
}

/// `SET NOT NULL` once the rows allow it.
fn set_not_null(work: &mut Work<'_>, table: &QName, name: &Ident) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let place = Place::new(Stage::Tables, table, rank::NOT_NULL, name);
    let needs = [
        uses::column(table, name),
        Node::Rows(table.clone(), name.clone()),
        Node::Default(table.clone(), name.clone()),
    ];
    let step = Step::alter(place, id, table, Pass::Column, ddl::set_not_null(name).to_string());
    let step = step.needs(needs.clone()).gives([Node::NotNull(table.clone(), name.clone())]);
    if work.diff.is_online(table) {
        online::set_not_null(work, table, name, &needs, step);
    } else {
        work.push(step);
    }
}

fn alter(work: &mut Work<'_>, table_name: &QName, name: &Ident) {
    let Some((old, new)) = work.diff.both(table_name, name) else { return };
    let (Some(old_table), Some(new_table)) = (work.old_table(table_name), work.new_table(table_name)) else { return };
    let id = ObjectId::Column(table_name.clone(), name.clone());
    let own = uses::column(table_name, name);
    let default = Node::Default(table_name.clone(), name.clone());
    let source = Node::Source(table_name.clone(), name.clone());
    let place = |rank| Place::new(Stage::Tables, table_name, rank, name);
    let step = |rank, pass, action: String| Step::alter(place(rank), id.clone(), table_name, pass, action);

    let retyped = work.diff.changes_type(table_name, name);
    let rebuilt = work.diff.is_rebuilt(old);
    let keeps_default = match (&old.default, &new.default) {
        (Some(from), Some(to)) => from == to && (!retyped || !rebuilt && survives(from, old, new)),
        _ => false,
    };
    if let (Some(from), Some(to)) = (&old.generated, &new.generated)
        && from.expr != to.expr
    {
        let change = step(rank::SETTING, Pass::Alone, ddl::set_expression(name, &to.expr).to_string());
        work.push(change.changes([own.clone()]).needs(work.new_uses().expression(&to.expr, table_name, new_table)));
    }
    if old.generated.is_some() && new.generated.is_none() {
        let drop = step(rank::UNSET, Pass::Drop, ddl::drop_expression(name).to_string());
        // It stands between the column and what it was computed from.
        work.push(drop.takes([source.clone()]).releases(work.old_uses().column(table_name, old_table, name)));
    }
    identity::alter(work, table_name, name, old, new);
    if old.default.is_some() && !keeps_default && (retyped || new.default.is_none()) {
        let drop = step(rank::UNSET, Pass::Drop, ddl::drop_default(name).to_string());
        work.push(
            drop.takes([default.clone(), source.clone()])
                .releases(work.old_uses().default(table_name, old_table, name)),
        );
    }
    if retyped {
        type_change::steps(work, table_name, name, old, new);
    }
    if let Some(value) = new.default.as_ref().filter(|_| !keeps_default) {
        let set = step(rank::DEFAULT, Pass::Other, ddl::set_default(name, value).to_string());
        let mut set = set.needs(work.new_uses().default(table_name, new_table, name));
        set = if old.default.is_some() && !retyped {
            set.changes([default.clone()]).releases(work.old_uses().default(table_name, old_table, name))
        } else {
            set.gives([default.clone(), source.clone()])
        };
        work.push(set);
    }
    match (old.not_null, new.not_null) {
        (false, true) => {
            backfill::steps(work, table_name, name, new.default.as_ref());
            set_not_null(work, table_name, name);
        }
        (true, false) => {
            let drop = step(rank::UNSET, Pass::Drop, ddl::drop_not_null(name).to_string());
            let node = Node::NotNull(table_name.clone(), name.clone());
            work.push(drop.takes([node]));
        }
        _ => {}
    }
    for action in settings(old, new, name, retyped) {
        work.push(step(rank::SETTING, Pass::Other, action).needs([own.clone()]));
    }
}

/// Whether a default means the same after the column has changed its type, in PostgreSQL's own text too.
fn survives(default: &Expression, old: &Column, new: &Column) -> bool {
    let simple = match &default.canonical {
        Expr::Number(_) => true,
        Expr::Unary(operator, inner) => operator == "-" && matches!(**inner, Expr::Number(_)),
        Expr::Call { name, .. } => name.schema.is_none() && name.name.as_str() == "nextval",
        _ => false,
    };
    simple && conversion::are_integers(&old.ty, &new.ty) || conversion::same_base(&old.ty, &new.ty) && old.ty == new.ty
}

/// Storage, compression and statistics. Whenever a type is set, PostgreSQL forgets the first two.
fn settings(old: &Column, new: &Column, name: &Ident, retyped: bool) -> Vec<String> {
    let mut actions = Vec::new();
    let (storage, compression) =
        if retyped { (None, None) } else { (old.storage.as_deref(), old.compression.as_deref()) };
    if storage != new.storage.as_deref() {
        actions.push(ddl::set_storage(name, &new.ty, new.storage.as_deref()).to_string());
    }
    if compression != new.compression.as_deref() {
        actions.push(ddl::set_compression(name, new.compression.as_deref()).to_string());
    }
    if old.statistics != new.statistics {
        actions.push(ddl::set_statistics(name, new.statistics).to_string());
    }
    actions
}
