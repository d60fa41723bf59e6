//! Changes in lock-light form: in more, shorter steps.

use std::collections::BTreeSet;

use novate_contract::ddl::constraint::{self as ddl, KeyKind};
use novate_contract::ddl::index::{self as index_ddl, Build};
use novate_contract::{
    Check, Constraint, ConstraintKind, Expression, Ident, Index, IndexElement, IndexKey, NullsOrder, ObjectId, QName,
    SortOrder, StorageParameters, Table,
};
use novate_sql::expr::Expr;

use crate::changes::Work;
use crate::names::beside;
use crate::operation::Batch;
use crate::step::{Node, Pass, Place, Stage, Step, rank};
use crate::uses;

/// Rows a round for the transforms of a table that others keep using.
const ROUND: u32 = 5000;

/// The rounds in which a transform on a table runs.
pub(crate) fn batch(work: &Work<'_>, table: &QName) -> Option<Batch> {
    work.diff.is_online(table).then_some(Batch { size: ROUND })
}

/// A foreign key or check comes unvalidated and is validated afterwards; a key takes over an index that was built
/// beforehand. False where neither helps.
pub(crate) fn add_constraint(
    work: &mut Work<'_>,
    table: &QName,
    name: &Ident,
    constraint: &Constraint,
    place: &Place,
    needs: &BTreeSet<Node>,
) -> bool {
    let tag = constraint.kind.tag();
    let id = ObjectId::Constraint(tag, table.clone(), name.clone());
    let node = Node::Object(id.clone());
    let mut gives: Vec<Node> = uses::constraint_names(tag, table, name);
    let index = match &constraint.kind {
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {
            if !constraint.validated || !constraint.enforced {
                return false;
            }
            let unchecked = Constraint { validated: false, ..constraint.clone() };
            let action = ddl::add(name, &unchecked).to_string();
            let add = Step::alter(place.clone(), id.clone(), table, Pass::Alone, action);
            let own = Node::ConstraintName(table.clone(), name.clone());
            work.push(add.gives(gives).needs(needs.iter().cloned()));
            let then = Place { rank: place.rank + 1, ..place.clone() };
            let validate = Step::alter(then, id, table, Pass::Alone, ddl::validate(name).to_string());
            work.push(validate.gives([node]).needs([own]));
            return true;
        }
        ConstraintKind::PrimaryKey(key) => (KeyKind::PrimaryKey, &key.columns, &key.include, &key.storage, false),
        ConstraintKind::Unique(key) => {
            (KeyKind::Unique, &key.columns, &key.include, &key.storage, key.nulls_not_distinct)
        }
        ConstraintKind::Exclusion(_) => return false,
    };
    let (kind, columns, include, storage, nulls_not_distinct) = index;
    let payload = unique_index(columns, include, storage, nulls_not_distinct);
    let sql = index_ddl::create(table, name, &payload, Build::Concurrently);
    let index = Node::Relation(QName::new(table.schema.clone(), name.clone()));
    gives.retain(|given| *given != index);
    let step = Step::statement(place.clone(), id.clone(), sql);
    work.push(step.gives([index.clone()]).needs(needs.iter().cloned()));
    let then = Place { rank: place.rank + 1, ..place.clone() };
    let action = ddl::add_using_index(name, kind, name, constraint.deferral).to_string();
    let add = Step::alter(then, id, table, Pass::Alone, action);
    work.push(add.gives(gives).gives([node]).needs([index]));
    true
}

fn unique_index(columns: &[Ident], include: &[Ident], storage: &StorageParameters, nulls_not_distinct: bool) -> Index {
    let element = |column: &Ident| IndexElement {
        key: IndexKey::Column(column.clone()),
        collation: None,
        opclass: None,
        order: SortOrder::Asc,
        nulls: NullsOrder::Last,
    };
    Index {
        unique: true,
        nulls_not_distinct,
        method: Ident::new("btree"),
        elements: columns.iter().map(element).collect(),
        include: include.to_vec(),
        predicate: None,
        storage: storage.clone(),
        valid: true,
        comment: None,
    }
}

/// A changed index is built beside the old one, which goes when the new one is there. False where the old one cannot
/// stay meanwhile.
pub(crate) fn swap_index(work: &mut Work<'_>, table: &QName, new_table: &Table, name: &Ident, index: &Index) -> bool {
    let old = work.old_table(table).and_then(|t| t.indexes.get(name).map(|index| (t, index)));
    let Some((old_table, old)) = old else { return false };
    let columns = uses::index_columns(old, old_table);
    let touched =
        |c: &Ident| work.diff.is_lost(&ObjectId::Column(table.clone(), c.clone())) || work.diff.changes_type(table, c);
    if columns.iter().any(touched) {
        return false;
    }
    let id = ObjectId::Index(table.clone(), name.clone());
    let node = Node::Object(id.clone());
    let other = beside(name, "_new");
    let relation = |name: &Ident| Node::Relation(QName::new(table.schema.clone(), name.clone()));
    let place = |rank| Place::new(Stage::Tables, table, rank, name);
    let build = index_ddl::create(table, &other, index, Build::Concurrently);
    let build = Step::statement(place(rank::INDEX), id.clone(), build);
    let ready = Node::Built(table.clone(), name.clone());
    work.push(build.gives([relation(&other), ready.clone()]).needs(work.new_uses().index(table, new_table, index)));
    let drop = index_ddl::drop(table, name, Build::Concurrently);
    let drop = Step::statement(place(rank::INDEX + 1), id.clone(), drop);
    let drop = drop.takes([relation(name)]).needs([ready]);
    work.push(drop.releases(work.old_uses().index(table, old_table, old)));
    let rename = index_ddl::rename(table, &other, name);
    let rename = Step::statement(place(rank::INDEX + 2), id, rename);
    work.push(rename.gives([relation(name), node]).needs([relation(&other)]));
    true
}

/// `SET NOT NULL` by way of a check that is validated beforehand, so that the table is not read under its lock.
pub(crate) fn set_not_null(work: &mut Work<'_>, table: &QName, name: &Ident, needs: &[Node], last: Step) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let check_name = beside(name, "_not_null");
    let condition = Expr::Is(Box::new(Expr::Column(vec![name.clone()])), "NOT NULL".to_owned());
    let written = condition.to_string();
    let expr = Expression::new(condition, written);
    let check = Constraint { validated: false, ..Constraint::new(ConstraintKind::Check(Check { expr })) };
    let place = |rank| Place::new(Stage::Tables, table, rank, name);
    let step = |rank, action: String| Step::alter(place(rank), id.clone(), table, Pass::Alone, action);
    let added = Node::ConstraintName(table.clone(), check_name.clone());
    let valid = Node::Built(table.clone(), check_name.clone());
    let add = step(rank::NOT_NULL, ddl::add(&check_name, &check).to_string());
    work.push(add.gives([added.clone()]).needs(needs.iter().cloned()));
    let validate = step(rank::NOT_NULL, ddl::validate(&check_name).to_string());
    work.push(validate.gives([valid.clone()]).needs([added]));
    let set = Node::NotNull(table.clone(), name.clone());
    work.push(last.needs([valid]));
    work.push(step(rank::NOT_NULL + 1, ddl::drop(&check_name).to_string()).needs([set]));
}
