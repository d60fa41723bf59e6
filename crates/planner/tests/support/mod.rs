//! What the tests against a real server share.

use novate_contract::{Contract, Space};
use novate_scratch::Database;

pub(crate) fn empty() -> Contract {
    Contract::empty(Space::app())
}

/// The answer to a question, or what the server says of it.
pub(crate) fn ask(database: &Database, sql: &str) -> Result<Option<bool>, String> {
    let rows = database.execute(sql).map_err(|error| error.to_string())?;
    match rows.as_slice() {
        [row] => match row.as_slice() {
            [value] => Ok(value.as_deref().map(|value| value == "t")),
            other => Err(format!("{other:?}")),
        },
        other => Err(format!("{other:?}")),
    }
}
