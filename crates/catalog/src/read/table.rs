//! Tables, and the names of relations that tables here refer to and that are not read themselves.

use serde::Deserialize;

/// The fields of [`Row`], in order.
pub(super) const QUERY: &str = "\
SELECT 'table', json_build_array(r.oid::int8, r.nspname, r.relname, r.relpersistence = 'u',
  (SELECT m.amname FROM pg_am m WHERE m.oid = r.relam AND m.amname <> 'heap'), r.reloptions, t.reloptions,
  r.relrowsecurity, r.relforcerowsecurity, r.relreplident,
  CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
  CASE WHEN r.relispartition THEN pg_get_expr(r.relpartbound, r.oid) END, h.parents)::text
FROM relation r LEFT JOIN pg_class t ON t.oid = r.reltoastrelid
LEFT JOIN (SELECT i.inhrelid, json_agg(i.inhparent::int8 ORDER BY i.inhseqno) AS parents FROM pg_inherits i
  GROUP BY i.inhrelid) h ON h.inhrelid = r.oid
WHERE r.relkind IN ('r', 'p')";

/// One table without its parts.
// As many flags as the catalog has.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) unlogged: bool,
    pub(crate) access_method: Option<String>,
    pub(crate) storage: Option<Vec<String>>,
    pub(crate) toast_storage: Option<Vec<String>>,
    /// Row-level security.
    pub(crate) secured: bool,
    /// Row-level security for the owner too.
    pub(crate) forced: bool,
    pub(crate) replica_identity: String,
    pub(crate) partition_by: Option<String>,
    pub(crate) partition_bound: Option<String>,
    /// What it inherits from or is a partition of.
    pub(crate) parents: Option<Vec<i64>>,
}

/// The fields of [`ReferenceRow`], in order: an extension's table that a foreign key or a child names.
pub(super) const REFERENCES: &str = "\
SELECT 'reference', json_build_array(c.oid::int8, n.nspname, c.relname,
  (SELECT json_agg(json_build_array(a.attnum, a.attname)) FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))::text
FROM (SELECT k.confrelid FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype = 'f'
    UNION SELECT i.inhparent FROM relation r JOIN pg_inherits i ON i.inhrelid = r.oid) x(oid)
  JOIN pg_class c ON c.oid = x.oid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM relation r WHERE r.oid = c.oid)";

/// A relation that is only referred to.
#[derive(Debug, Deserialize)]
pub(crate) struct ReferenceRow {
    pub(crate) oid: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Option<Vec<(i16, String)>>,
}
