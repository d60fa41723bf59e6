//! Alembic, which remembers only where it is: a row for each head.

use novate_contract::QName;

use super::past::value;
use super::shape::Kind::Text;
use super::{Keeper, Name, Past, Row, Shape, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Alembic",
    guide: Some("alembic"),
    table: Shape { name: Name::Any, columns: &[("version_num", Text)], optional: &[] },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT version_num FROM {table} ORDER BY version_num")
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    let heads: Vec<&str> = rows.iter().map(|row| value(row, 0)).collect();
    Past { applied: None, last: (!heads.is_empty()).then(|| heads.join(" and ")), unfinished: None }
}
