//! Extensions.

use novate_contract::{Control, Extension, Ident};

use super::InstalledExtension;
use super::comment::On;
use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// What `initdb` brings (`plpgsql`) is the system's. The comments that extensions bring are in files, which are looked
/// at only where there is an extension to begin with.
pub(super) const QUERY: &str = "\
SELECT e.oid AS novate_extension, e.extname, e.extnamespace, e.extversion, a.comment
FROM pg_extension e
LEFT JOIN LATERAL (SELECT v.comment FROM pg_available_extensions v WHERE v.name = e.extname) a ON true
WHERE e.oid >= 16384";

/// Puts one extension into the contract.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, name): (Oid, Ident) = (fields.value()?, Ident::new(fields.text()?));
    let schema = draft.schema_name(fields.value()?);
    let version = fields.text()?.to_owned();
    let brought = fields.optional()?;
    let comment = draft.comment(On::Extension, oid);
    let is_own = brought.is_none() || comment.as_deref() == brought;
    let entry = Extension {
        schema: Some(schema.clone()),
        version: None,
        control: Control::Managed,
        comment: comment.clone().filter(|_| !is_own),
    };
    draft.contract.extensions.insert(name.clone(), entry);
    draft.extensions.insert(name, InstalledExtension { schema, version, comment });
    Ok(())
}
