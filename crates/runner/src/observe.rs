//! What operations do to tables beside what they say: which locks they take, and what is written anew on disk.
//!
//! It is asked within the program that runs them, and only where a run is to be observed: a rehearsal.

use serde::Deserialize;

/// What an operation was seen to do to relations that were there when its block began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Observation {
    /// The locks on tables that it was the first to take; they are held until the transaction ends.
    pub locks: Vec<TableLock>,
    /// Tables that were written anew, as `schema.name`.
    pub rewritten: Vec<String>,
    /// Indexes that were built anew, as `schema.name`.
    pub rebuilt: Vec<String>,
}

/// A lock on a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct TableLock {
    /// The table, as `schema.name`.
    pub table: String,
    /// The mode as `LOCK TABLE` names it: `ACCESS EXCLUSIVE`.
    pub mode: String,
}

/// Variables of the block.
pub(crate) const DECLARE: &str = r"
  files pg_catalog.jsonb;
  held pg_catalog.jsonb;
  locked pg_catalog.jsonb;
  anew pg_catalog.jsonb;";

/// Before the first operation: every relation with its file, and the locks that are held already.
///
/// What `pg_class.relfilenode` says changes when a table is written anew; partitioned tables have none.
pub(crate) const BEGIN: &str = r"
  SELECT coalesce(pg_catalog.jsonb_object_agg(c.oid::pg_catalog.text, pg_catalog.jsonb_build_array(
      pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind, c.relfilenode)), '{}') INTO files
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'i') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'novate');
  SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(l.relation, l.mode)), '[]') INTO held
    FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted;";

/// After an operation.
pub(crate) const AFTER: &str = r#"
    SELECT coalesce(pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_build_array(l.relation, l.mode)), '[]') INTO locked
      FROM pg_catalog.pg_locks l
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted;
    SELECT coalesce(pg_catalog.jsonb_object_agg(c.oid::pg_catalog.text, c.relfilenode), '{}') INTO anew
      FROM pg_catalog.pg_class c
      WHERE files ? c.oid::pg_catalog.text AND files -> c.oid::pg_catalog.text ->> 2 <> c.relfilenode::pg_catalog.text;
    RAISE NOTICE 'novate:{"observed": %, "seen": %}', i + %F%, pg_catalog.jsonb_build_object(
      'locks', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
          'table', files -> (it ->> 0) -> 0, 'mode',
          pg_catalog.upper(pg_catalog.regexp_replace(pg_catalog.regexp_replace(it ->> 1, 'Lock$', ''), '([a-z])([A-Z])', '\1 \2', 'g')))
          ORDER BY it), '[]')
        FROM pg_catalog.jsonb_array_elements(locked) it
        WHERE NOT held @> pg_catalog.jsonb_build_array(it) AND files -> (it ->> 0) ->> 1 <> 'i'),
      'rewritten', (SELECT coalesce(pg_catalog.jsonb_agg(files -> oid -> 0 ORDER BY oid), '[]')
        FROM pg_catalog.jsonb_object_keys(anew) oid WHERE files -> oid ->> 1 <> 'i'),
      'rebuilt', (SELECT coalesce(pg_catalog.jsonb_agg(files -> oid -> 0 ORDER BY oid), '[]')
        FROM pg_catalog.jsonb_object_keys(anew) oid WHERE files -> oid ->> 1 = 'i'));
    held := locked;
    SELECT coalesce(pg_catalog.jsonb_object_agg(key, CASE WHEN anew ? key
        THEN pg_catalog.jsonb_set(value, '{2}', anew -> key) ELSE value END), '{}') INTO files
      FROM pg_catalog.jsonb_each(files);"#;
