//! Knex.

use novate_contract::QName;

use super::past::{finished, value};
use super::shape::Kind::{Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "Knex",
    guide: Some("others"),
    table: Shape {
        name: Name::Any,
        columns: &[("id", Integer), ("name", Text), ("batch", Integer), ("migration_time", Time)],
        optional: &[],
    },
    beside: &[Shape { name: Name::Any, columns: &[("index", Integer), ("is_locked", Integer)], optional: &[] }],
    question,
    past,
};

/// The lock is a row of the answer without a name, and only where it is held.
fn question(table: &QName, beside: &[QName]) -> String {
    let locks = beside.iter().map(|lock| format!(" UNION ALL SELECT NULL, 0 FROM {lock} WHERE is_locked <> 0"));
    format!(
        "SELECT name FROM (SELECT name, id FROM {table}{}) m ORDER BY name IS NULL DESC, id",
        locks.collect::<String>()
    )
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    let (locked, rows): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| value(row, 0).is_empty());
    let rows: Vec<Row> = rows.into_iter().cloned().collect();
    let unfinished = locked.first().map(|_| Unfinished {
        what: "a run of Knex".to_owned(),
        why: "its lock is held: it is at work, or it ended without letting go".to_owned(),
        fix: "wait for it; if it is gone, finish or undo by hand what it left half done, then: npx knex \
              migrate:unlock"
            .to_owned(),
    });
    Past { unfinished, ..finished(&rows) }
}
