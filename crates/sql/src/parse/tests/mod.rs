#![allow(clippy::unwrap_used, clippy::expect_used)]

mod alter;
mod dump;
mod index;
mod objects;
mod query;
mod robust;
mod second_opinion;
mod session;
mod table;
mod types;

use super::parse;
use crate::ast::Statement;

/// The one statement of a text without errors.
#[track_caller]
fn one(sql: &str) -> Statement {
    let script = parse(sql);
    assert_eq!(script.errors, [], "{sql}");
    assert_eq!(script.statements.len(), 1, "{sql}");
    script.statements.into_iter().next().unwrap().value
}
