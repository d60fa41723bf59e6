//! Schemas.

use super::Control;

/// A schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// What novate may do with it.
    pub control: Control,
    /// Its comment. `public`'s own (`standard public schema`) is not kept.
    pub comment: Option<String>,
}
