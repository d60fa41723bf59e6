//! Enum types.

use super::Control;

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enum {
    /// Labels in order.
    pub values: Vec<String>,
    /// What novate may do with it.
    pub control: Control,
    /// Its comment.
    pub comment: Option<String>,
}
