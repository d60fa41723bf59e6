//! Diesel.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::{Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Diesel",
    guide: Some("diesel"),
    table: Shape { name: Name::Any, columns: &[("version", Text), ("run_on", Time)], optional: &[] },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT version FROM {table} ORDER BY version")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    finished(rows)
}
