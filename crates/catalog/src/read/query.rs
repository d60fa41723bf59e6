//! The one statement that reads a catalog: which objects count, and how its parts are put together.

use super::{column, comment, constraint, enumeration, extension, index, schema, sequence, table, unsupported};

/// A server's version as it counts them itself: `150004` for 15.4 (`server_version_num`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion(pub u32);

impl ServerVersion {
    /// The oldest version that can be read.
    pub const OLDEST: Self = Self(130_000);

    /// The major version.
    pub fn major(self) -> u32 {
        self.0 / 10_000
    }

    /// `text` on the given major version and later ones, `otherwise` before.
    pub(super) fn since(self, major: u32, text: &'static str, otherwise: &'static str) -> &'static str {
        if self.major() >= major { text } else { otherwise }
    }
}

/// What everything else selects from: the schemas that count, the relations in them, and what belongs to an extension.
///
/// `pg_` schemas are the system's and other sessions' own; `novate` is the runner's.
const COMMON: &str = "\
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), namespace AS MATERIALIZED (
  SELECT oid, nspname, nspacl, nspowner FROM pg_namespace
  WHERE NOT starts_with(nspname, 'pg_') AND nspname NOT IN ('information_schema', 'novate')
), relation AS MATERIALIZED (
  SELECT c.*, n.nspname FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
)
";

/// The statement, without `;`. It returns rows of `novate_kind` and `novate_object` (a JSON array), and expects the
/// settings of [`with_settings`].
pub(super) fn statement(version: ServerVersion) -> String {
    let parts = [
        "SELECT 'server' AS novate_kind, json_build_array(current_setting('server_version_num')::int)::text\
         \n  AS novate_object"
            .to_owned(),
        schema::QUERY.to_owned(),
        extension::QUERY.to_owned(),
        enumeration::QUERY.to_owned(),
        table::QUERY.to_owned(),
        table::REFERENCES.to_owned(),
        column::query(version),
        constraint::query(version),
        index::query(version),
        sequence::QUERY.to_owned(),
        comment::QUERY.to_owned(),
        unsupported::query(version),
    ];
    format!("{COMMON}{}", parts.join("\nUNION ALL\n"))
}

/// What the server's printing depends on. Compiling takes longer than running here.
const SETTINGS: &str = "\
('search_path', 'pg_catalog'), ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'),
  ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('quote_all_identifiers', 'off'), ('jit', 'off')";

/// `statements` (each without `;`) between the settings that printing needs and those that were there before: one
/// text for the simple query protocol, which runs it in one transaction, the caller's own where there is one. The
/// settings are that transaction's alone.
pub(crate) fn with_settings(statements: &str) -> String {
    format!(
        "SELECT pg_catalog.set_config('novate.before_' || name, pg_catalog.current_setting(name), true),\n  \
         pg_catalog.set_config(name, value, true)\nFROM (VALUES {SETTINGS}) s(name, value);\n\
         {statements};\n\
         SELECT set_config(name, current_setting('novate.before_' || name), true)\n\
         FROM (VALUES {SETTINGS}) s(name, value);\n"
    )
}
