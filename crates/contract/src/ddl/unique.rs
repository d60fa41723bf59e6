//! Unique constraints.

use super::storage::with;
use super::text::{columns, include};
use crate::Unique;

/// `UNIQUE (...)`, without its name.
pub fn definition(unique: &Unique) -> String {
    let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    format!("UNIQUE{nulls} ({}){}{}", columns(&unique.columns), include(&unique.include), with(&unique.storage))
}
