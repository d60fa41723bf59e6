//! dbmate, whose table is that of Rails but for the length of its column.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::ShortText;
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "dbmate",
    guide: Some("others"),
    table: Shape { name: Name::With(&["migration"]), columns: &[("version", ShortText)], optional: &[] },
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
