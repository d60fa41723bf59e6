//! `refs/<name>.json`.

use serde::{Deserialize, Serialize};

/// A ref as it is on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefFile {
    /// Left out by people who write a ref by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    pub(crate) hash: String,
    #[serde(default)]
    pub(crate) invariants: Vec<String>,
}
