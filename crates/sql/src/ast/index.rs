//! `CREATE INDEX`, and the elements that exclusion constraints share with it.

use super::{ExprText, StorageParameter};
use crate::{Ident, NameRef, Spanned};

/// `CREATE INDEX`.
// Each of the flags is a word of the statement that stands or does not.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone)]
pub struct CreateIndex {
    /// Its name; PostgreSQL chooses one where it is left out.
    pub name: Option<Spanned<Ident>>,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// The table.
    pub table: NameRef,
    /// `USING method`, lower case; `btree` where left out.
    pub method: Option<Ident>,
    /// Its elements.
    pub elements: Vec<IndexElement>,
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT` (15).
    pub nulls_not_distinct: bool,
    /// `WITH (...)`.
    pub storage: Vec<StorageParameter>,
    /// `TABLESPACE t`.
    pub tablespace: Option<Ident>,
    /// `WHERE ...`.
    pub predicate: Option<ExprText>,
}

/// A column or expression of an index.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// What is indexed; a plain column is `Expr::Column` with one part.
    pub expr: ExprText,
    /// `COLLATE c`.
    pub collation: Option<NameRef>,
    /// Operator class, where given.
    pub opclass: Option<OperatorClass>,
    /// `ASC` or `DESC`, where given.
    pub order: Option<SortOrder>,
    /// `NULLS FIRST` or `NULLS LAST`, where given.
    pub nulls: Option<NullsOrder>,
}

/// An operator class and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorClass {
    /// Its name.
    pub name: NameRef,
    /// `(siglen='32')`.
    pub parameters: Vec<StorageParameter>,
}

/// Ascending or descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SortOrder {
    /// `ASC`.
    Asc,
    /// `DESC`.
    Desc,
}

/// Where nulls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NullsOrder {
    /// `NULLS FIRST`.
    First,
    /// `NULLS LAST`.
    Last,
}
