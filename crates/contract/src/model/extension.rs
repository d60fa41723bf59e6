//! Extensions.

use super::{Control, Ident};

/// An extension. Its members belong to it and are never modelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The schema it was asked to be in; `None` where the contract leaves it to PostgreSQL.
    pub schema: Option<Ident>,
    /// The version, where the contract asks for one.
    pub version: Option<String>,
    /// What novate may do with it.
    pub control: Control,
    /// A comment that differs from the extension's own.
    pub comment: Option<String>,
}
