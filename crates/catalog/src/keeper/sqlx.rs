//! sqlx.

use novate_contract::QName;

use super::past::with_flag;
use super::shape::Kind::{Boolean, Bytes, Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "sqlx",
    guide: Some("sqlx"),
    table: Shape {
        name: Name::Any,
        columns: &[
            ("version", Integer),
            ("description", Text),
            ("installed_on", Time),
            ("success", Boolean),
            ("checksum", Bytes),
            ("execution_time", Integer),
        ],
        optional: &[],
    },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT version || ' ' || description, success FROM {table} ORDER BY version")
}

fn past(keeper: &Keeper, rows: &[Row]) -> Past {
    with_flag(rows, |name| {
        let version = name.split(' ').next().unwrap_or_default();
        Unfinished {
            what: format!("the migration {name}"),
            why: format!("{} says that it did not succeed", keeper.table),
            fix: format!(
                "finish by hand what it left half done, then: UPDATE {table} SET success = true WHERE version = {version} \
                 (or undo it, and delete that row)",
                table = keeper.table
            ),
        }
    })
}
