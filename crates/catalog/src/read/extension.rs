//! Extensions.

use serde::Deserialize;

/// The fields of [`Row`], in order. What `initdb` brings (`plpgsql`) is the system's.
pub(super) const QUERY: &str = "\
SELECT 'extension', json_build_array(e.oid::int8, e.extname, n.nspname, e.extversion,
  (SELECT a.comment FROM pg_available_extensions a WHERE a.name = e.extname))::text
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.oid >= 16384";

/// One extension.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) version: String,
    pub(crate) own_comment: Option<String>,
}
