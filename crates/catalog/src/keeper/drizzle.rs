//! Drizzle, which remembers a digest of each migration and no name.

use novate_contract::QName;

use super::past::finished;
use super::shape::Kind::{Integer, Text};
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Drizzle",
    guide: Some("drizzle"),
    table: Shape {
        name: Name::With(&["migration", "drizzle"]),
        columns: &[("id", Integer), ("hash", Text), ("created_at", Integer)],
        // Newer versions keep the name of the folder.
        optional: &[("name", Text), ("applied_at", super::shape::Kind::Time)],
    },
    beside: &[],
    question,
    past,
};

/// The journal of the project (`meta/_journal.json`) has the same number in `when`.
fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT 'the one of ' || created_at FROM {table} ORDER BY created_at, id")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    finished(rows)
}
