//! Indexes that are not a constraint's.

use std::collections::BTreeMap;

use super::{Expression, Ident, NullsOrder, SortOrder, StorageParameters};
use novate_sql::NameRef;

/// An index. Its name is its key in the table; it lives in the table's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// `UNIQUE`.
    pub unique: bool,
    /// `NULLS NOT DISTINCT` (15).
    pub nulls_not_distinct: bool,
    /// Access method in stored form: `btree`, `gin`, `hnsw`, ...
    pub method: Ident,
    /// Key columns and expressions in order.
    pub elements: Vec<IndexElement>,
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// `WHERE ...`.
    pub predicate: Option<Expression>,
    /// `WITH (...)`.
    pub storage: StorageParameters,
    /// Whether PostgreSQL considers it usable; an index whose concurrent build failed is not.
    pub valid: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// One element of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexElement {
    /// What is indexed.
    pub key: IndexKey,
    /// `COLLATE`, where it is not the column's own.
    pub collation: Option<NameRef>,
    /// Operator class, where it is not the type's default.
    pub opclass: Option<OperatorClass>,
    /// Direction; always `Asc` for methods without order.
    pub order: SortOrder,
    /// Where nulls stand; `Last` for ascending and `First` for descending unless asked otherwise.
    pub nulls: NullsOrder,
}

/// A column or an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A plain column.
    Column(Ident),
    /// An expression.
    Expression(Expression),
}

/// An operator class with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorClass {
    /// Its name, with a schema only where it is not found on the default path.
    pub name: NameRef,
    /// `(siglen='32')`.
    pub parameters: BTreeMap<String, String>,
}
