//! `COMMENT ON`.

use crate::{Ident, NameRef};

/// `COMMENT ON target IS 'text'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentOn {
    /// What is commented on.
    pub target: CommentTarget,
    /// The text; `None` for `NULL`.
    pub text: Option<String>,
}

/// What a comment is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentTarget {
    /// A schema.
    Schema(Ident),
    /// An extension.
    Extension(Ident),
    /// A table.
    Table(NameRef),
    /// A column.
    Column {
        /// The table.
        table: NameRef,
        /// The column.
        column: Ident,
    },
    /// A constraint of a table.
    Constraint {
        /// The table.
        table: NameRef,
        /// The constraint.
        name: Ident,
    },
    /// An index.
    Index(NameRef),
    /// A sequence.
    Sequence(NameRef),
    /// A type (enum, composite, ...).
    Type(NameRef),
    /// Anything else: its kind in lower case and its name as written.
    Other {
        /// `view`, `function`, ...
        kind: String,
        /// As written.
        name: String,
    },
}
