//! Extensions.

use novate_sql::Literal;

use crate::{Extension, Ident};

/// `CREATE EXTENSION`, in its schema and version where the contract names them.
pub fn create(name: &Ident, extension: &Extension) -> String {
    let schema = extension.schema.as_ref().map(|s| format!(" SCHEMA {s}")).unwrap_or_default();
    let version = extension.version.as_ref().map(|v| format!(" VERSION {}", Literal(v))).unwrap_or_default();
    let with = if schema.is_empty() && version.is_empty() { "" } else { " WITH" };
    format!("CREATE EXTENSION {name}{with}{schema}{version}")
}

/// `DROP EXTENSION`.
pub fn drop(name: &Ident) -> String {
    format!("DROP EXTENSION {name}")
}

/// `ALTER EXTENSION ... UPDATE`, to the newest version where none is given.
pub fn update(name: &Ident, version: Option<&str>) -> String {
    let to = version.map(|v| format!(" TO {}", Literal(v))).unwrap_or_default();
    format!("ALTER EXTENSION {name} UPDATE{to}")
}

/// `ALTER EXTENSION ... SET SCHEMA`.
pub fn set_schema(name: &Ident, schema: &Ident) -> String {
    format!("ALTER EXTENSION {name} SET SCHEMA {schema}")
}
