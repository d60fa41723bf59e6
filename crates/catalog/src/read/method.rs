//! Access methods of tables and indexes, by name.

use novate_contract::Ident;

use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

pub(super) const QUERY: &str = "SELECT m.oid AS novate_access_method, m.amname FROM pg_am m";

/// Keeps one access method.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let oid: Oid = fields.value()?;
    draft.methods.insert(oid, Ident::new(fields.text()?));
    Ok(())
}
