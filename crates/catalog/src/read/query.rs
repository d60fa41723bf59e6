//! The statements that read a catalog, and the settings under which they run.
//!
//! Each reads one catalog as it stands: nothing is sorted, joined or named on the server that the client can sort, join
//! or name by itself, and what belongs to the system or to an extension is passed over there. What is left to the server
//! is printing expressions, which nobody else can.

use super::{
    collation, column, comment, constraint, default, enumeration, extension, index, inheritance, method,
    operator_class, schema, sequence, table, ty, unsupported,
};

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

/// What the rows of one statement are, in the order in which they are read: each needs only what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Comment,
    Schema,
    Extension,
    Type,
    EnumLabel,
    AccessMethod,
    Collation,
    OperatorClass,
    Table,
    Inheritance,
    Column,
    Default,
    Constraint,
    Index,
    Sequence,
    Unsupported,
}

impl Part {
    const ALL: [Self; 16] = [
        Self::Comment,
        Self::Schema,
        Self::Extension,
        Self::Type,
        Self::EnumLabel,
        Self::AccessMethod,
        Self::Collation,
        Self::OperatorClass,
        Self::Table,
        Self::Inheritance,
        Self::Column,
        Self::Default,
        Self::Constraint,
        Self::Index,
        Self::Sequence,
        Self::Unsupported,
    ];

    /// What its first field is called, which is how its rows are known among those of other statements.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Comment => "novate_comment",
            Self::Schema => "novate_schema",
            Self::Extension => "novate_extension",
            Self::Type => "novate_type",
            Self::EnumLabel => "novate_enum_label",
            Self::AccessMethod => "novate_access_method",
            Self::Collation => "novate_collation",
            Self::OperatorClass => "novate_operator_class",
            Self::Table => "novate_table",
            Self::Inheritance => "novate_inheritance",
            Self::Column => "novate_column",
            Self::Default => "novate_default",
            Self::Constraint => "novate_constraint",
            Self::Index => "novate_index",
            Self::Sequence => "novate_sequence",
            Self::Unsupported => "novate_unsupported",
        }
    }

    /// The part whose first field is called so.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The last of them, with which the answer is complete.
    pub(super) fn is_last(self) -> bool {
        self == Self::Unsupported
    }

    fn query(self, version: ServerVersion) -> String {
        match self {
            Self::Comment => comment::QUERY.to_owned(),
            Self::Schema => schema::query(),
            Self::Extension => extension::QUERY.to_owned(),
            Self::Type => ty::query(),
            Self::EnumLabel => enumeration::QUERY.to_owned(),
            Self::AccessMethod => method::QUERY.to_owned(),
            Self::Collation => collation::QUERY.to_owned(),
            Self::OperatorClass => operator_class::QUERY.to_owned(),
            Self::Table => table::query(),
            Self::Inheritance => inheritance::QUERY.to_owned(),
            Self::Column => column::query(version),
            Self::Default => default::QUERY.to_owned(),
            Self::Constraint => constraint::query(version),
            Self::Index => index::query(version),
            Self::Sequence => sequence::query(),
            Self::Unsupported => unsupported::query(),
        }
    }
}

/// The statements, without the last `;`. They expect the settings of [`with_settings`].
pub(super) fn statements(version: ServerVersion) -> String {
    Part::ALL.map(|part| part.query(version)).join(";\n")
}

/// Whether an object of a catalog belongs to an extension, in place of `{catalog}` and `{oid}`: asked of each row, read
/// once.
pub(super) fn is_member(catalog: &str, oid: &str) -> String {
    format!(
        "{oid} IN (SELECT m.objid FROM pg_depend m WHERE m.refclassid = 'pg_extension'::regclass \
         AND m.classid = '{catalog}'::regclass AND m.deptype = 'e')"
    )
}

/// What the server's printing depends on. Compiling, or starting workers, takes longer than running here.
const SETTINGS: &str = "\
('search_path', 'pg_catalog'), ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'postgres'),
  ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('quote_all_identifiers', 'off'), ('jit', 'off'),
  ('max_parallel_workers_per_gather', '0')";

/// `statements` (each without `;`) between the settings that printing needs and those that were there before: one
/// text for the simple query protocol, which runs it in one transaction, the caller's own where there is one. The
/// settings are that transaction's alone.
pub(crate) fn with_settings(statements: &str) -> String {
    format!(
        "SELECT pg_catalog.set_config('novate.before_' OPERATOR(pg_catalog.||) name, pg_catalog.current_setting(name), true),\n  \
         pg_catalog.set_config(name, value, true)\nFROM (VALUES {SETTINGS}) s(name, value);\n\
         {statements};\n\
         SELECT set_config(name, current_setting('novate.before_' || name), true)\n\
         FROM (VALUES {SETTINGS}) s(name, value);\n"
    )
}
