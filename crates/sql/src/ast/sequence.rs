//! `CREATE SEQUENCE`, `ALTER SEQUENCE` and the options of an identity.

use super::Persistence;
use crate::{Ident, NameRef, Spanned, TypeName};

/// `CREATE SEQUENCE`.
#[derive(Debug, Clone)]
pub struct CreateSequence {
    /// Its name.
    pub name: Spanned<NameRef>,
    /// Permanent, unlogged (15) or temporary.
    pub persistence: Persistence,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its options.
    pub options: Vec<SequenceOption>,
}

/// `ALTER SEQUENCE` with options.
#[derive(Debug, Clone)]
pub struct AlterSequence {
    /// Its name.
    pub name: NameRef,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// What changes.
    pub options: Vec<SequenceOption>,
}

/// One option of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SequenceOption {
    /// `AS type`.
    As(TypeName),
    /// `INCREMENT BY n`.
    Increment(i64),
    /// `MINVALUE n`; `None` for `NO MINVALUE`.
    MinValue(Option<i64>),
    /// `MAXVALUE n`; `None` for `NO MAXVALUE`.
    MaxValue(Option<i64>),
    /// `START WITH n`.
    Start(i64),
    /// `RESTART [WITH n]`.
    Restart(Option<i64>),
    /// `CACHE n`.
    Cache(i64),
    /// `CYCLE` or `NO CYCLE`.
    Cycle(bool),
    /// `OWNED BY`.
    OwnedBy(OwnedBy),
    /// `SEQUENCE NAME s`, which `pg_dump` writes for identities.
    Name(NameRef),
    /// `LOGGED` (true) or `UNLOGGED` (false).
    Logged(bool),
}

/// The column that a sequence belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnedBy {
    /// `NONE`.
    None,
    /// A table's column.
    Column {
        /// The table.
        table: NameRef,
        /// Its column.
        column: Ident,
    },
}
