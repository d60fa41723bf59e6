//! Flyway.

use novate_contract::QName;

use super::past::with_flag;
use super::shape::Kind::{Boolean, Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "Flyway",
    guide: Some("flyway"),
    table: Shape {
        name: Name::Any,
        columns: &[
            ("installed_rank", Integer),
            ("version", Text),
            ("description", Text),
            ("type", Text),
            ("script", Text),
            ("checksum", Integer),
            ("installed_by", Text),
            ("installed_on", Time),
            ("execution_time", Integer),
            ("success", Boolean),
        ],
        optional: &[],
    },
    beside: &[],
    question,
    past,
};

/// The row that notes the creation of a schema is no migration, and neither are those that undo or delete one.
fn question(table: &QName, _: &[QName]) -> String {
    format!(
        "SELECT script, success FROM {table} WHERE type NOT IN ('SCHEMA', 'DELETE') AND type NOT LIKE 'UNDO%' ORDER BY \
         installed_rank"
    )
}

fn past(keeper: &Keeper, rows: &[Row]) -> Past {
    with_flag(rows, |script| Unfinished {
        what: format!("the migration {script}"),
        why: format!("{} says that it did not succeed", keeper.table),
        fix: "finish or undo by hand what it left half done, then: flyway repair".to_owned(),
    })
}
