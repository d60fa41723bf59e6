//! refinery.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::{Integer, Text};
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "refinery",
    guide: Some("refinery"),
    table: Shape {
        name: Name::Any,
        columns: &[("version", Integer), ("name", Text), ("applied_on", Text), ("checksum", Text)],
        optional: &[],
    },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT 'V' || version || '__' || name FROM {table} ORDER BY version")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    finished(rows)
}
