//! Comments.

use novate_sql::Literal;

use super::index::qualified;
use crate::ObjectId;

/// `COMMENT ON object IS 'text'`, or `IS NULL`, which removes it.
pub fn set(on: &ObjectId, text: Option<&str>) -> String {
    let object = match on {
        ObjectId::Schema(name) => format!("SCHEMA {name}"),
        ObjectId::Extension(name) => format!("EXTENSION {name}"),
        ObjectId::Enum(name) => format!("TYPE {name}"),
        ObjectId::Sequence(name) => format!("SEQUENCE {name}"),
        ObjectId::Table(name) => format!("TABLE {name}"),
        ObjectId::Column(table, name) => format!("COLUMN {table}.{name}"),
        ObjectId::Constraint(_, table, name) => format!("CONSTRAINT {name} ON {table}"),
        ObjectId::Index(table, name) => format!("INDEX {}", qualified(table, name)),
        ObjectId::Comment(inner) => return set(inner, text),
    };
    match text {
        Some(text) => format!("COMMENT ON {object} IS {}", Literal(text)),
        None => format!("COMMENT ON {object} IS NULL"),
    }
}
