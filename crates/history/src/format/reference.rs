//! `refs/<name>.json`.

use serde::{Deserialize, Serialize};

/// A ref as it is on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefFile {
    pub(crate) hash: String,
    #[serde(default)]
    pub(crate) invariants: Vec<String>,
}
