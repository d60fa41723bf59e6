//! Sequences, and the options that identity columns share with them.

use super::{Control, Ident, QName, TypeName};

/// A sequence that is an object of its own (identity columns have theirs inside).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Type, increment and bounds.
    pub options: SequenceOptions,
    /// `UNLOGGED` (15).
    pub unlogged: bool,
    /// The column it belongs to and is dropped with.
    pub owner: Option<SequenceOwner>,
    /// What novate may do with it.
    pub control: Control,
    /// Its comment.
    pub comment: Option<String>,
}

/// The column that a sequence belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SequenceOwner {
    /// The table, in the sequence's own schema.
    pub table: QName,
    /// The column.
    pub column: Ident,
}

/// A sequence's definition, with PostgreSQL's defaults filled in. Its current value is data and no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceOptions {
    /// `smallint`, `integer` or `bigint`.
    pub ty: TypeName,
    /// First value.
    pub start: i64,
    /// Step; never zero.
    pub increment: i64,
    /// Lowest value.
    pub min: i64,
    /// Highest value.
    pub max: i64,
    /// Values handed out at once.
    pub cache: i64,
    /// Whether it starts again at the end.
    pub cycle: bool,
}

impl SequenceOptions {
    /// The bounds of a sequence type: (min, max).
    pub fn bounds(ty: &TypeName) -> (i64, i64) {
        match ty.name.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        }
    }

    /// What PostgreSQL fills in for a type and a step: ascending from 1 to the type's end, descending from -1 to its
    /// beginning (`CREATE SEQUENCE` in the manual).
    pub fn defaults(ty: TypeName, increment: i64) -> Self {
        let (low, high) = Self::bounds(&ty);
        let (min, max, start) = if increment < 0 { (low, -1, -1) } else { (1, high, 1) };
        Self { ty, start, increment, min, max, cache: 1, cycle: false }
    }
}
