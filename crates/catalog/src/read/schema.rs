//! Schemas.

use novate_contract::{Control, Ident, Schema};

use super::comment::On;
use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::query::is_member;
use crate::CatalogError;

pub(super) fn query() -> String {
    let member = is_member("pg_namespace", "n.oid");
    format!("SELECT n.oid AS novate_schema, n.nspname, {member} FROM pg_namespace n")
}

/// A schema as what is in it needs it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: Ident,
    /// Whether what is in it counts.
    pub(super) counts: bool,
}

/// Puts one schema into the contract, unless it is the system's or an extension's. What is in an extension's schema
/// need not be the extension's.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, name): (Oid, &str) = (fields.value()?, fields.text()?);
    let is_members = fields.flag()?;
    let place = Place { name: Ident::new(name), counts: counts(name) };
    if place.counts && !is_members {
        // Every database has this one on `public`.
        let comment =
            draft.comment(On::Schema, oid).filter(|text| !(name == "public" && text == "standard public schema"));
        draft.contract.schemas.insert(place.name.clone(), Schema { control: Control::Managed, comment });
    }
    draft.schemas.insert(oid, place);
    Ok(())
}

/// Schemas that begin with `pg_` are the system's and other sessions' own; `novate` is the runner's.
fn counts(name: &str) -> bool {
    !name.starts_with("pg_") && name != "information_schema" && name != "novate"
}
