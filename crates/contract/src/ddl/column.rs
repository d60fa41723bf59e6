//! Columns.

use novate_sql::NameRef;
use novate_sql::expr::Expr;

use super::text::default_value;
use super::{Action, sequence};
use crate::{Column, Expression, GeneratedKind, Ident, Identity, IdentityKind, QName, TypeName};

/// A column as `CREATE TABLE` and `ADD COLUMN` take it. What neither can say on every version is left to [`settings`].
pub fn definition(table: &QName, name: &Ident, column: &Column) -> String {
    write(table, name, column, column.not_null)
}

/// As [`definition`], for a column that a primary key in the same statement makes `NOT NULL`.
pub(super) fn definition_of_key(table: &QName, name: &Ident, column: &Column) -> String {
    write(table, name, column, false)
}

fn write(table: &QName, name: &Ident, column: &Column, say_not_null: bool) -> String {
    // `storage` and `statistics` are in `settings`.
    let Column { ty, not_null: _, default, identity, generated, collation, compression, .. } = column;
    let mut words = vec![format!("{name} {ty}")];
    if let Some(compression) = compression {
        words.push(format!("COMPRESSION {compression}"));
    }
    if let Some(collation) = collation {
        words.push(format!("COLLATE {collation}"));
    }
    if let Some(default) = default {
        words.push(format!("DEFAULT {}", default_value(default)));
    }
    if let Some(generated) = generated {
        let kind = match generated.kind {
            GeneratedKind::Stored => "STORED",
            GeneratedKind::Virtual => "VIRTUAL",
        };
        words.push(format!("GENERATED ALWAYS AS ({}) {kind}", generated.expr.spelling()));
    }
    match identity {
        // An identity column is NOT NULL without being told so.
        Some(identity) => words.push(identity_clause(table, identity)),
        None if say_not_null => words.push("NOT NULL".to_owned()),
        None => {}
    }
    words.join(" ")
}

/// The actions that complete a column just made: its storage and statistics target.
pub fn settings(name: &Ident, column: &Column) -> Vec<Action> {
    let storage = column.storage.as_ref().map(|storage| set_storage(name, &column.ty, Some(storage)));
    let statistics = column.statistics.map(|target| set_statistics(name, Some(target)));
    storage.into_iter().chain(statistics).collect()
}

/// `ADD COLUMN`.
pub fn add(table: &QName, name: &Ident, column: &Column) -> Action {
    Action::new(format!("ADD COLUMN {}", definition(table, name, column)))
}

/// `DROP COLUMN`.
pub fn drop(name: &Ident) -> Action {
    Action::new(format!("DROP COLUMN {name}"))
}

/// `RENAME COLUMN`.
pub fn rename(table: &QName, name: &Ident, to: &Ident) -> String {
    format!("ALTER TABLE {table} RENAME COLUMN {name} TO {to}")
}

/// `SET DATA TYPE`, with its collation where that is not the type's own, and `USING` where PostgreSQL would not convert
/// by itself.
pub fn set_type(name: &Ident, ty: &TypeName, collation: Option<&NameRef>, using: Option<&Expr>) -> Action {
    let collation = collation.map(|c| format!(" COLLATE {c}")).unwrap_or_default();
    let using = using.map(|e| format!(" USING {e}")).unwrap_or_default();
    alter(name, &format!("SET DATA TYPE {ty}{collation}{using}"))
}

/// `SET DEFAULT`.
pub fn set_default(name: &Ident, value: &Expression) -> Action {
    alter(name, &format!("SET DEFAULT {}", default_value(value)))
}

/// `DROP DEFAULT`.
pub fn drop_default(name: &Ident) -> Action {
    alter(name, "DROP DEFAULT")
}

/// `SET NOT NULL`.
pub fn set_not_null(name: &Ident) -> Action {
    alter(name, "SET NOT NULL")
}

/// `DROP NOT NULL`.
pub fn drop_not_null(name: &Ident) -> Action {
    alter(name, "DROP NOT NULL")
}

/// `ADD GENERATED ... AS IDENTITY`. The column must be NOT NULL already.
pub fn add_identity(table: &QName, name: &Ident, identity: &Identity) -> Action {
    alter(name, &format!("ADD {}", identity_clause(table, identity)))
}

/// `SET GENERATED` and the options of the sequence that differ; `None` where none does. A change of the column's type
/// has already taken the sequence along, so `from` should be as [`sequence::retyped`] makes it.
pub fn set_identity(name: &Ident, from: &Identity, to: &Identity) -> Option<Action> {
    let mut said = Vec::new();
    if from.kind != to.kind {
        said.push(format!("SET GENERATED {}", kind(to.kind)));
    }
    said.extend(sequence::changed_but_type(&from.options, &to.options).iter().map(|option| format!("SET {option}")));
    (!said.is_empty()).then(|| alter(name, &said.join(" ")))
}

/// `DROP IDENTITY`. The column stays NOT NULL.
pub fn drop_identity(name: &Ident) -> Action {
    alter(name, "DROP IDENTITY")
}

/// `SET EXPRESSION AS (...)` (17), which computes every row again.
pub fn set_expression(name: &Ident, expression: &Expression) -> Action {
    alter(name, &format!("SET EXPRESSION AS ({})", expression.spelling()))
}

/// `DROP EXPRESSION`: the column keeps its values and becomes an ordinary one.
pub fn drop_expression(name: &Ident) -> Action {
    alter(name, "DROP EXPRESSION")
}

/// `SET STORAGE`; `None` is the type's own, for types that are not built in said as `DEFAULT`, which needs 16.
pub fn set_storage(name: &Ident, ty: &TypeName, storage: Option<&str>) -> Action {
    let words = storage.unwrap_or_else(|| own_storage(ty));
    alter(name, &format!("SET STORAGE {words}"))
}

/// `SET COMPRESSION` (14); `None` is the server's own.
pub fn set_compression(name: &Ident, compression: Option<&str>) -> Action {
    alter(name, &format!("SET COMPRESSION {}", compression.unwrap_or("DEFAULT")))
}

/// `SET STATISTICS`; `None` is the server's own target.
pub fn set_statistics(name: &Ident, target: Option<i32>) -> Action {
    alter(name, &format!("SET STATISTICS {}", target.unwrap_or(-1)))
}

fn alter(name: &Ident, change: &str) -> Action {
    Action::new(format!("ALTER COLUMN {name} {change}"))
}

fn identity_clause(table: &QName, identity: &Identity) -> String {
    let mut options = Vec::new();
    if let Some(sequence) = &identity.sequence {
        options.push(format!("SEQUENCE NAME {}.{sequence}", table.schema));
    }
    options.extend(sequence::options(&identity.options));
    let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    format!("GENERATED {} AS IDENTITY{options}", kind(identity.kind))
}

fn kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
    }
}

/// How a type is stored unless something else was asked for (`pg_type.typstorage`).
fn own_storage(ty: &TypeName) -> &'static str {
    if ty.array {
        return "EXTENDED";
    }
    if !ty.is_builtin() {
        return "DEFAULT";
    }
    match ty.name.as_str() {
        name if name.ends_with("range") => "EXTENDED",
        "numeric" | "inet" | "cidr" => "MAIN",
        "text" | "character varying" | "character" | "bytea" | "json" | "jsonb" | "jsonpath" | "xml" | "bit"
        | "bit varying" | "path" | "polygon" | "tsvector" | "refcursor" | "pg_snapshot" | "txid_snapshot" => "EXTENDED",
        _ => "PLAIN",
    }
}
