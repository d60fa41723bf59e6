//! Rails.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::{LongText, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Rails",
    guide: Some("rails"),
    table: Shape { name: Name::With(&["migration"]), columns: &[("version", LongText)], optional: &[] },
    beside: &[Shape {
        name: Name::With(&["metadata"]),
        columns: &[("key", Text), ("value", Text), ("created_at", Time), ("updated_at", Time)],
        optional: &[],
    }],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT version FROM {table} ORDER BY version")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    finished(rows)
}
