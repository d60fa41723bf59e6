//! Schemas.

use crate::Ident;

/// `CREATE SCHEMA`.
pub fn create(name: &Ident) -> String {
    format!("CREATE SCHEMA {name}")
}

/// `DROP SCHEMA`.
pub fn drop(name: &Ident) -> String {
    format!("DROP SCHEMA {name}")
}

/// `ALTER SCHEMA ... RENAME TO`.
pub fn rename(name: &Ident, to: &Ident) -> String {
    format!("ALTER SCHEMA {name} RENAME TO {to}")
}
