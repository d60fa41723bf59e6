//! Exclusion constraints.

use super::{Expression, Ident, IndexElement, StorageParameters};

/// `EXCLUDE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Index method, `btree` where nothing was said.
    pub method: Ident,
    /// Its elements.
    pub elements: Vec<ExclusionElement>,
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// The index's storage parameters.
    pub storage: StorageParameters,
    /// `WHERE (...)`.
    pub predicate: Option<Expression>,
}

/// One element of an exclusion: what is compared, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExclusionElement {
    /// What is compared.
    pub element: IndexElement,
    /// The operator, with its schema only where it is not found on the default path: `&&`, `ext.<->`.
    pub operator: String,
}
