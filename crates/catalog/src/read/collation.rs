//! Collations, by name.

use novate_contract::Ident;
use novate_sql::NameRef;

use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::numbers::Numbered;
use super::text::outside_catalog;
use crate::CatalogError;

pub(super) const QUERY: &str = "SELECT l.oid AS novate_collation, l.collnamespace, l.collname FROM pg_collation l";

/// What columns and keys of a type that can be collated have unless something else was said.
const DEFAULT: Oid = 100;

/// The collations of a database.
#[derive(Debug, Default)]
pub(super) struct Collations(Numbered<Oid, NameRef>);

impl Collations {
    /// What has to be said of the collation of something that would have another by itself; `None` where it has that.
    pub(super) fn unusual(&self, own: Option<Oid>, usual: Option<Oid>) -> Option<NameRef> {
        let (own, usual) = (own.unwrap_or(DEFAULT), usual.unwrap_or(DEFAULT));
        if own == usual { None } else { self.0.get(&own).cloned() }
    }
}

/// Keeps one collation.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, schema): (Oid, Ident) = (fields.value()?, draft.schema_name(fields.value()?));
    draft.collations.0.insert(oid, outside_catalog(schema, Ident::new(fields.text()?)));
    Ok(())
}
