//! Tables by what they look like.

use novate_contract::{QName, Table, TypeName};

/// What a table has to look like. Lengths, constraints and indexes do not matter: versions of a tool differ in them, and
/// people change them.
pub(super) struct Shape {
    /// What it has to be called.
    pub(super) name: Name,
    /// The columns that it must have.
    pub(super) columns: &'static [(&'static str, Kind)],
    /// The columns that it may have beside those; with any other it is something else.
    pub(super) optional: &'static [(&'static str, Kind)],
}

/// What a table has to be called.
pub(super) enum Name {
    /// Anything: nobody else has such columns.
    Any,
    /// Something with one of these in it.
    With(&'static [&'static str]),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text of any length.
    Text,
    /// Text whose length is limited.
    ShortText,
    /// Text whose length is not.
    LongText,
    /// A whole number.
    Integer,
    /// A point in time.
    Time,
    /// Yes or no.
    Boolean,
    /// Bytes.
    Bytes,
}

impl Shape {
    pub(super) fn fits(&self, name: &QName, table: &Table) -> bool {
        let is_called = match self.name {
            Name::Any => true,
            Name::With(words) => words.iter().any(|word| name.name.as_str().to_lowercase().contains(word)),
        };
        let column = |name: &str, kind: Kind| {
            table.columns.iter().any(|(column, found)| column.as_str() == name && kind.fits(&found.ty))
        };
        let is_known = |name: &str| self.columns.iter().chain(self.optional).any(|(known, _)| *known == name);
        is_called
            && self.columns.iter().all(|(name, kind)| column(name, *kind))
            && table.columns.keys().all(|name| is_known(name.as_str()))
    }
}

impl Kind {
    fn fits(self, ty: &TypeName) -> bool {
        let name = ty.name.as_str();
        let text = ["text", "character varying", "character"].contains(&name);
        ty.schema.is_none()
            && !ty.array
            && match self {
                Self::Text => text,
                Self::ShortText => text && !ty.modifiers.is_empty(),
                Self::LongText => text && ty.modifiers.is_empty(),
                Self::Integer => ["smallint", "integer", "bigint"].contains(&name),
                Self::Time => name.starts_with("timestamp"),
                Self::Boolean => name == "boolean",
                Self::Bytes => name == "bytea",
            }
    }
}
