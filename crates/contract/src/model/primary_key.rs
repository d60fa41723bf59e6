//! Primary keys.

use super::{Ident, StorageParameters};

/// `PRIMARY KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryKey {
    /// Key columns in order.
    pub columns: Vec<Ident>,
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// The index's storage parameters.
    pub storage: StorageParameters,
}
