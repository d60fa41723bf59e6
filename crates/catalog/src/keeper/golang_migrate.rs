//! golang-migrate, which remembers only where it is, and whether it got there.

use novate_contract::QName;

use super::past::with_flag;
use super::shape::Kind::{Boolean, Integer};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "golang-migrate",
    guide: Some("others"),
    table: Shape { name: Name::Any, columns: &[("version", Integer), ("dirty", Boolean)], optional: &[] },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!("SELECT version, NOT dirty FROM {table} ORDER BY version")
}

fn past(keeper: &Keeper, rows: &[Row]) -> Past {
    let past = with_flag(rows, |version| Unfinished {
        what: format!("the migration {version}"),
        why: format!("{} says that it is dirty", keeper.table),
        fix: format!("finish by hand what it left half done, then: migrate force {version}"),
    });
    Past { applied: None, ..past }
}
