//! Enum types: values added in place, everything else by rebuilding the type.

use std::collections::BTreeSet;

use novate_contract::ddl::enumeration::{self as ddl, Position};
use novate_contract::{Contract, Enum, ObjectId, QName};

use super::Work;
use crate::diff::Fate;
use crate::mentions;
use crate::step::{Node, Place, Stage, Step};
use crate::strategy::enum_rebuild;
use crate::uses;

/// Whether one becomes the other by values that are added.
pub(crate) fn can_alter(old: &Enum, new: &Enum) -> bool {
    let mut wanted = new.values.iter();
    old.values.iter().all(|value| wanted.any(|other| other == value))
}

/// Whether an expression of the contract to reach uses one of the values that `name` gains. PostgreSQL refuses that in
/// the transaction that adds the value.
pub(crate) fn uses_new_values(name: &QName, old: &Enum, to: &Contract) -> bool {
    let Some(new) = to.enums.get(name) else { return false };
    let added: BTreeSet<&String> = new.values.iter().filter(|value| !old.values.contains(value)).collect();
    to.tables.iter().any(|(table_name, table)| {
        let of_type: BTreeSet<_> = table
            .columns
            .iter()
            .filter(|(_, column)| mentions::enum_of(&column.ty, to).as_ref() == Some(name))
            .map(|(column, _)| column)
            .collect();
        let id = ObjectId::Enum(name.clone());
        uses::expressions(table).into_iter().any(|(column, expression)| {
            let about = column.is_some_and(|c| of_type.contains(c))
                || mentions::columns(&expression.canonical, table).iter().any(|c| of_type.contains(c))
                || mentions::objects(&expression.canonical, to, &table_name.schema).contains(&id);
            about && mentions::has_string(&expression.canonical, &added)
        })
    })
}

pub(super) fn steps(work: &mut Work<'_>, name: &QName, fate: &Fate) {
    let id = ObjectId::Enum(name.clone());
    let (old, new) = (work.diff.from.enums.get(name), work.diff.to.enums.get(name));
    match (fate, old, new) {
        (Fate::Create, _, Some(new)) => {
            let step = Step::statement(Place::new(Stage::Prepare, "", 2, name), id, ddl::create(name, new));
            work.push(step.gives(names(name)).needs([uses::schema(&name.schema)]));
        }
        (Fate::Drop, Some(_), _) => {
            let step = Step::statement(Place::new(Stage::Retire, "", 4, name), id, ddl::drop(name));
            work.push(step.takes(names(name)).releases([uses::schema(&name.schema)]));
        }
        (Fate::Alter, Some(old), Some(new)) => {
            for sql in added(name, old, new) {
                let place = Place::new(Stage::Prepare, "", 2, name);
                work.push(Step::statement(place, id.clone(), sql).changes([id.clone().into()]));
            }
        }
        (Fate::Replace, Some(old), Some(new)) => enum_rebuild::steps(work, name, old, new),
        _ => {}
    }
}

fn names(name: &QName) -> [Node; 2] {
    [Node::Object(ObjectId::Enum(name.clone())), Node::Type(name.clone())]
}

/// An `ADD VALUE` for each value that is new, each beside one that is there by then.
fn added(name: &QName, old: &Enum, new: &Enum) -> Vec<String> {
    let mut there: Vec<&String> = old.values.iter().collect();
    let mut statements = Vec::new();
    for (at, value) in new.values.iter().enumerate() {
        if there.get(at) == Some(&value) {
            continue;
        }
        let position = there.get(at).map_or(Position::Last, |next| Position::Before(next));
        statements.push(ddl::add_value(name, value, position));
        there.insert(at.min(there.len()), value);
    }
    statements
}
