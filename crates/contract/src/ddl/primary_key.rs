//! Primary keys.

use super::storage::with;
use super::text::{columns, include};
use crate::PrimaryKey;

/// `PRIMARY KEY (...)`, without its name.
pub fn definition(key: &PrimaryKey) -> String {
    format!("PRIMARY KEY ({}){}{}", columns(&key.columns), include(&key.include), with(&key.storage))
}
