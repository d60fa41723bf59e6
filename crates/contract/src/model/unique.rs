//! Unique constraints.

use super::{Ident, StorageParameters};

/// `UNIQUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Key columns in order.
    pub columns: Vec<Ident>,
    /// `NULLS NOT DISTINCT` (15).
    pub nulls_not_distinct: bool,
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// The index's storage parameters.
    pub storage: StorageParameters,
}
