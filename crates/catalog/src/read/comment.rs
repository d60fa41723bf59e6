//! Comments on objects that are modelled.

use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// Those of the system's objects are its own, but for that on the schema `public`.
pub(super) const QUERY: &str = "\
SELECT CASE d.classoid WHEN 'pg_class'::regclass THEN 'relation' WHEN 'pg_type'::regclass THEN 'type'
    WHEN 'pg_constraint'::regclass THEN 'constraint' WHEN 'pg_namespace'::regclass THEN 'schema'
    ELSE 'extension' END AS novate_comment, d.objoid, d.objsubid, d.description
FROM pg_description d
WHERE d.classoid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_namespace'::regclass,
    'pg_extension'::regclass)
  AND (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)";

/// The catalog that a commented object is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum On {
    Relation,
    Type,
    Constraint,
    Schema,
    Extension,
}

/// Keeps one comment until its object comes.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let on = match fields.text()? {
        "relation" => On::Relation,
        "type" => On::Type,
        "constraint" => On::Constraint,
        "schema" => On::Schema,
        _ => On::Extension,
    };
    let (oid, column): (Oid, i16) = (fields.value()?, fields.value()?);
    draft.comments.insert((on, oid, column), fields.text()?.to_owned());
    Ok(())
}
