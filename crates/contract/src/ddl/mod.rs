//! Objects as DDL: one file a kind, each with the statements that make, change and drop it.
//!
//! A statement is complete and has no final semicolon; names are schema-qualified and quoted only where they have to
//! be, so that nothing depends on `search_path`. What goes into `ALTER TABLE` is an [`Action`]: several for one table
//! can share a statement ([`alter_table`]). Expressions are written as people wrote them, with their names resolved
//! ([`Expression::spelling`](crate::Expression::spelling)), or from their canonical tree where nobody's words are known.

pub mod check;
pub mod column;
pub mod comment;
pub mod constraint;
pub mod enumeration;
pub mod exclusion;
pub mod extension;
pub mod foreign_key;
pub mod index;
pub mod partition;
pub mod primary_key;
pub mod schema;
mod script;
pub mod sequence;
mod storage;
pub mod table;
mod text;
pub mod unique;

use std::fmt;

use crate::{ObjectId, QName};

pub use script::script;
pub use storage::parameters;
pub use text::{default_value, index_key};

/// One action of an `ALTER TABLE`: `ALTER COLUMN name SET NOT NULL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action(String);

impl Action {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The statement that does this alone.
    pub fn on(&self, table: &QName) -> String {
        format!("ALTER TABLE {table} {self}")
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One statement with several actions, a line each where there is more than one; `None` where there is nothing to do.
pub fn alter_table(table: &QName, actions: &[Action]) -> Option<String> {
    match actions {
        [] => None,
        [only] => Some(only.on(table)),
        several => {
            let lines: Vec<String> = several.iter().map(|action| format!("    {action}")).collect();
            Some(format!("ALTER TABLE {table}\n{}", lines.join(",\n")))
        }
    }
}

/// The statement that drops an object, whatever its kind. Nothing is dropped along with it: where something depends on
/// it PostgreSQL refuses.
pub fn drop(id: &ObjectId) -> String {
    match id {
        ObjectId::Schema(name) => schema::drop(name),
        ObjectId::Extension(name) => extension::drop(name),
        ObjectId::Enum(name) => enumeration::drop(name),
        ObjectId::Sequence(name) => sequence::drop(name),
        ObjectId::Table(name) => table::drop(name),
        ObjectId::Column(table, name) => column::drop(name).on(table),
        ObjectId::Constraint(_, table, name) => constraint::drop(name).on(table),
        ObjectId::Index(table, name) => index::drop(table, name, index::Build::Locking),
        ObjectId::Comment(on) => comment::set(on, None),
    }
}

#[cfg(test)]
mod tests;
