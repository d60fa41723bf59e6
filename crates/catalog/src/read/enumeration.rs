//! Enum types.

use serde::Deserialize;

/// The fields of [`Row`], in order.
pub(super) const QUERY: &str = "\
SELECT 'enum', json_build_array(t.oid::int8, n.nspname, t.typname,
  ARRAY(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder))::text
FROM pg_type t JOIN namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e'
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)";

/// One enum type.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}
