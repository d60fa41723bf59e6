//! Enum types.

use novate_sql::Literal;

use super::text::{LINE, list};
use crate::{Enum, Ident, QName};

/// Where `ADD VALUE` puts a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<'a> {
    /// Behind all others.
    Last,
    /// Right before this one.
    Before(&'a str),
    /// Right behind this one.
    After(&'a str),
}

/// `CREATE TYPE ... AS ENUM`, a label a line where they do not fit on one.
pub fn create(name: &QName, payload: &Enum) -> String {
    let values: Vec<String> = payload.values.iter().map(|value| Literal(value).to_string()).collect();
    let line = format!("CREATE TYPE {name} AS ENUM ({})", values.join(", "));
    if line.chars().count() <= LINE { line } else { format!("CREATE TYPE {name} AS ENUM {}", list(&values)) }
}

/// `DROP TYPE`.
pub fn drop(name: &QName) -> String {
    format!("DROP TYPE {name}")
}

/// `ALTER TYPE ... RENAME TO`.
pub fn rename(name: &QName, to: &Ident) -> String {
    format!("ALTER TYPE {name} RENAME TO {to}")
}

/// `ALTER TYPE ... SET SCHEMA`.
pub fn set_schema(name: &QName, schema: &Ident) -> String {
    format!("ALTER TYPE {name} SET SCHEMA {schema}")
}

/// `ALTER TYPE ... ADD VALUE`.
pub fn add_value(name: &QName, value: &str, position: Position<'_>) -> String {
    let place = match position {
        Position::Last => String::new(),
        Position::Before(other) => format!(" BEFORE {}", Literal(other)),
        Position::After(other) => format!(" AFTER {}", Literal(other)),
    };
    format!("ALTER TYPE {name} ADD VALUE {}{place}", Literal(value))
}

/// `ALTER TYPE ... RENAME VALUE`.
pub fn rename_value(name: &QName, from: &str, to: &str) -> String {
    format!("ALTER TYPE {name} RENAME VALUE {} TO {}", Literal(from), Literal(to))
}
