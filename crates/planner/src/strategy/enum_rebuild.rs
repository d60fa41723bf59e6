//! Enum types that lose a value or change their order: made anew, with every column that uses them.

use novate_contract::ddl::enumeration as ddl;
use novate_contract::{Column, Contract, Enum, ObjectId, QName};
use novate_sql::Literal;

use crate::changes::Work;
use crate::mentions;
use crate::names::beside;
use crate::plan::{Placeholder, Run, Transform};
use crate::step::{Act, Node, Place, Stage, Step, rank};
use crate::strategy::online;
use crate::uses;

/// The old type steps aside, the new one is made, and once no column is of the old one any more it goes. The columns
/// themselves follow in [`crate::changes::column`].
pub(crate) fn steps(work: &mut Work<'_>, name: &QName, old: &Enum, new: &Enum) {
    let id = ObjectId::Enum(name.clone());
    let aside = aside(work, name);
    let place = |rank| Place::new(Stage::Prepare, "", rank, name);
    let own_name = Node::Type(name.clone());
    let rename = Step::statement(place(2), id.clone(), ddl::rename(name, &aside.name));
    work.push(rename.takes([own_name.clone()]).gives([Node::Type(aside.clone())]));
    let create = Step::statement(place(3), id.clone(), ddl::create(name, new));
    work.push(create.gives([own_name]).changes([id.clone().into()]));
    let drop = Step::statement(Place::new(Stage::Tables, "~", 0, name), id.clone(), ddl::drop(&aside));
    work.push(drop.takes([id.into()]).needs([Node::Type(aside)]));
    let removed: Vec<&String> = old.values.iter().filter(|value| !new.values.contains(value)).collect();
    if !removed.is_empty() && !work.diff.options.script {
        replace_removed(work, name, &removed);
    }
}

/// A name under which the old type can wait until it goes.
fn aside(work: &Work<'_>, name: &QName) -> QName {
    let taken = |candidate: &QName| {
        let in_one = |c: &Contract| c.enums.contains_key(candidate) || c.tables.contains_key(candidate);
        in_one(work.diff.from) || in_one(work.diff.to)
    };
    let named = |suffix: &str| QName::new(name.schema.clone(), beside(&name.name, suffix));
    let mut candidates = std::iter::once(named("_old")).chain((2_u32..).map(|n| named(&format!("_old{n}"))));
    candidates.find(|candidate| !taken(candidate)).unwrap_or_else(|| named("_old"))
}

/// Rows that hold a removed value must be given another before their column changes its type.
fn replace_removed(work: &mut Work<'_>, name: &QName, removed: &[&String]) {
    let values: Vec<String> = removed.iter().map(|value| Literal(value).to_string()).collect();
    let values = values.join(", ");
    let is_one = |column: &Column| mentions::enum_of(&column.ty, work.diff.from).as_ref() == Some(name);
    let mut found = Vec::new();
    for (table_name, table) in &work.diff.from.tables {
        for (column_name, column) in &table.columns {
            let stays = work
                .diff
                .both(table_name, column_name)
                .is_some_and(|(_, new)| mentions::enum_of(&new.ty, work.diff.to).is_some() && new.generated.is_none());
            if is_one(column) && stays {
                found.push((table_name, column_name, column));
            }
        }
    }
    for (table, column, payload) in found {
        let id = ObjectId::Column(table.clone(), column.clone());
        let condition = if payload.ty.array {
            format!("{column}::text[] && ARRAY[{values}]")
        } else {
            format!("{column}::text IN ({values})")
        };
        let ask = Placeholder {
            subject: format!("{table}.{column}"),
            question: format!("what should rows with {values} get?"),
        };
        let transform = Transform {
            name: format!("replace removed values of {table}.{column}"),
            invariant: None,
            check: format!("SELECT 1 FROM {table} WHERE {condition} LIMIT 1"),
            run: vec![Run::Placeholder(ask)],
            batch: online::batch(work, table),
            objects: vec![id.clone()],
        };
        let place = Place::new(Stage::Tables, table, rank::FREE, column);
        let step = Step::new(place, id, Act::Transform(transform));
        work.push(step.gives([Node::Rows(table.clone(), column.clone())]).releases([uses::column(table, column)]));
    }
}
