//! Prisma Migrate.

use novate_contract::QName;

use super::past::{is_true, value};
use super::shape::Kind::{Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "Prisma Migrate",
    guide: Some("prisma"),
    table: Shape {
        name: Name::Any,
        columns: &[
            ("id", Text),
            ("checksum", Text),
            ("finished_at", Time),
            ("migration_name", Text),
            ("logs", Text),
            ("rolled_back_at", Time),
            ("started_at", Time),
            ("applied_steps_count", Integer),
        ],
        optional: &[],
    },
    beside: &[],
    question,
    past,
};

fn question(table: &QName, _: &[QName]) -> String {
    format!(
        "SELECT migration_name, finished_at IS NOT NULL, rolled_back_at IS NOT NULL FROM {table} ORDER BY started_at, \
         migration_name"
    )
}

/// A migration that was rolled back has a row of its own, and another one where it was applied after all.
fn past(_: &Keeper, rows: &[Row]) -> Past {
    let applied: Vec<&Row> = rows.iter().filter(|row| is_true(row, 1) && !is_true(row, 2)).collect();
    let unfinished = rows.iter().find(|row| !is_true(row, 1) && !is_true(row, 2)).map(|row| {
        let name = value(row, 0);
        Unfinished {
            what: format!("the migration {name}"),
            why: "it has neither a time at which it finished nor one at which it was rolled back".to_owned(),
            fix: format!(
                "finish by hand what it left half done, then: npx prisma migrate resolve --applied {name} (or undo it, \
                 and --rolled-back)"
            ),
        }
    });
    Past { applied: Some(applied.len()), last: applied.last().map(|row| value(row, 0).to_owned()), unfinished }
}
