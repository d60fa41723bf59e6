//! Liquibase.

use novate_contract::QName;

use super::past::{finished, value};
use super::shape::Kind::{Boolean, Integer, Text, Time};
use super::{Keeper, Name, Past, Row, Shape, Tool, Unfinished};

pub(super) const TOOL: Tool = Tool {
    name: "Liquibase",
    guide: Some("others"),
    table: Shape {
        name: Name::Any,
        columns: &[
            ("id", Text),
            ("author", Text),
            ("filename", Text),
            ("dateexecuted", Time),
            ("orderexecuted", Integer),
            ("exectype", Text),
            ("md5sum", Text),
            ("description", Text),
            ("comments", Text),
            ("tag", Text),
            ("liquibase", Text),
        ],
        optional: &[("contexts", Text), ("labels", Text), ("deployment_id", Text)],
    },
    beside: &[Shape {
        name: Name::Any,
        columns: &[("id", Integer), ("locked", Boolean), ("lockgranted", Time), ("lockedby", Text)],
        optional: &[],
    }],
    question,
    past,
};

/// The lock is a row of the answer without a name, and only where it is held.
fn question(table: &QName, beside: &[QName]) -> String {
    let locks = beside.iter().map(|lock| format!(" UNION ALL SELECT NULL, 0 FROM {lock} WHERE locked"));
    format!(
        "SELECT name FROM (SELECT filename || '::' || id || '::' || author AS name, orderexecuted FROM {table}{}) m \
         ORDER BY name IS NULL DESC, orderexecuted",
        locks.collect::<String>()
    )
}

fn past(_: &Keeper, rows: &[Row]) -> Past {
    let (locked, rows): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| value(row, 0).is_empty());
    let rows: Vec<Row> = rows.into_iter().cloned().collect();
    let unfinished = locked.first().map(|_| Unfinished {
        what: "a run of Liquibase".to_owned(),
        why: "its lock is held: it is at work, or it ended without letting go".to_owned(),
        fix: "wait for it; if it is gone, finish or undo by hand what it left half done, then: liquibase \
              release-locks"
            .to_owned(),
    });
    Past { unfinished, ..finished(&rows) }
}
