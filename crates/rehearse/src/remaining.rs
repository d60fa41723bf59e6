//! What a run leaves unfinished: foreign keys that were never checked, and indexes that cannot be used.

use novate_runner::connection::Connected;

use crate::{RehearseError, query};

/// What is not as it should be, whatever any contract says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remaining {
    /// Foreign keys that are `NOT VALID`.
    pub keys: Vec<InvalidKey>,
    /// Indexes that are not valid, as `schema.name`.
    pub indexes: Vec<String>,
}

/// A foreign key that existing rows were not checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidKey {
    /// Its name and that of its table.
    pub name: String,
    /// How many rows refer to nothing: it cannot be validated before they are mended.
    pub orphans: u64,
}

const INDEXES: &str = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE NOT i.indisvalid ORDER BY 1";

/// Each key with the statement that counts its orphans, put together and quoted by the server.
const KEYS: &str = "SELECT pg_catalog.format('%I on %s', k.conname, k.conrelid::pg_catalog.regclass), \
    pg_catalog.format('SELECT pg_catalog.count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)', \
      k.conrelid::pg_catalog.regclass, \
      (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I IS NOT NULL', a.attname), ' AND ') \
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)), \
      k.confrelid::pg_catalog.regclass, \
      (SELECT pg_catalog.string_agg(pg_catalog.format('p.%I = c.%I', b.attname, a.attname), ' AND ') \
         FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) AS pair(own, other) \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own \
         JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other)) \
    FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND NOT k.convalidated ORDER BY 1";

/// Looks for both.
pub(crate) async fn look(connected: &Connected) -> Result<Remaining, RehearseError> {
    let indexes = query::column(connected, "look for invalid indexes", INDEXES).await?;
    let mut keys = Vec::new();
    for row in query::rows(connected, "look for foreign keys that are not valid", KEYS).await? {
        let mut cells = row.into_iter().flatten();
        let (Some(name), Some(count)) = (cells.next(), cells.next()) else { continue };
        let orphans = query::column(connected, "count rows that refer to nothing", &count).await?;
        let orphans = orphans.first().and_then(|count| count.parse().ok()).unwrap_or_default();
        keys.push(InvalidKey { name, orphans });
    }
    Ok(Remaining { keys, indexes })
}
