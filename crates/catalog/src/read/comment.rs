//! Comments on objects that are modelled.

use serde::Deserialize;

/// The fields of [`Row`], in order. Those of the system's objects are its own, but for that on the schema `public`.
pub(super) const QUERY: &str = "\
SELECT 'comment', json_build_array(CASE d.classoid WHEN 'pg_class'::regclass THEN 'relation'
    WHEN 'pg_type'::regclass THEN 'type' WHEN 'pg_constraint'::regclass THEN 'constraint'
    WHEN 'pg_namespace'::regclass THEN 'schema' ELSE 'extension' END, d.objoid::int8, d.objsubid, d.description)::text
FROM pg_description d
WHERE d.classoid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass, 'pg_namespace'::regclass,
    'pg_extension'::regclass)
  AND (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)";

/// One comment.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) on: On,
    pub(crate) oid: i64,
    /// The column's number, 0 for the object itself.
    pub(crate) column: i16,
    pub(crate) text: String,
}

/// The catalog that a commented object is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum On {
    Relation,
    Type,
    Constraint,
    Schema,
    Extension,
}
