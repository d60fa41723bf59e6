//! What few columns have, those of indexes and views included: options, privileges, a collation of their own.

use novate_contract::{Ident, QName};

use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// What says so of an attribute `a`, among its other fields. 100 is the collation `default`.
pub(super) const FIELDS: &str = "\
a.attoptions, CASE WHEN a.attacl IS NOT NULL THEN a.attacl <> '{}' END,
  CASE WHEN a.attcollation NOT IN (0, 100) THEN a.attcollation END";

/// Whether there is anything of the kind.
pub(super) const IS_SPECIAL: &str =
    "a.attoptions IS NOT NULL OR a.attacl IS NOT NULL OR a.attcollation NOT IN (0, 100)";

/// What a column of a relation has that most have not.
#[derive(Debug, Default)]
pub(super) struct Attribute {
    /// `n_distinct=5` of a column, the parameters of the operator class of an index's.
    pub(super) options: Vec<String>,
    has_privileges: bool,
    /// Where it is not `default`.
    pub(super) collation: Option<Oid>,
}

impl Attribute {
    /// The fields of [`FIELDS`].
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, CatalogError> {
        let options = fields.texts()?;
        let has_privileges = fields.optional()? == Some("t");
        Ok(Self { options, has_privileges, collation: fields.object()? })
    }

    /// Keeps it for the indexes to come, if there is anything to keep, and names what is not modelled of it.
    pub(super) fn keep(self, draft: &mut Draft, relation: Oid, number: i16, name: &Ident) {
        let of: Option<(&QName, bool)> =
            draft.relations.get(&relation).filter(|of| of.counts).map(|of| (&of.name, of.is_table));
        let privilege = of.filter(|_| self.has_privileges).map(|(of, _)| format!("table {of} ({name})"));
        let option = of.filter(|(_, is_table)| *is_table && !self.options.is_empty());
        let option = option.map(|(of, _)| format!("{of}.{name}"));
        if let Some(name) = privilege {
            draft.unsupported("privilege", name);
        }
        if let Some(name) = option {
            draft.unsupported("column option", name);
        }
        if !self.options.is_empty() || self.collation.is_some() {
            draft.attributes.insert((relation, number), self);
        }
    }
}
