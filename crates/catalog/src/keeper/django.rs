//! Django.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::{Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Django",
    guide: Some("others"),
    table: Shape {
        name: Name::With(&["migration"]),
        columns: &[("id", Integer), ("app", Text), ("name", Text), ("applied", Time)],
        optional: &[],
    },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT app || '.' || name FROM {table} ORDER BY id")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    finished(rows)
}
