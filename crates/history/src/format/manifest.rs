//! `migration.json`.

use serde::{Deserialize, Serialize};

/// The manifest as it is on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManifestFile {
    pub(crate) created_at: String,
    pub(crate) format: u32,
    pub(crate) from: Option<String>,
    pub(crate) migration_hash: String,
    pub(crate) pending_placeholders: Vec<PlaceholderFile>,
    pub(crate) provided_invariants: Vec<String>,
    pub(crate) source_digest: String,
    pub(crate) space: String,
    pub(crate) to: String,
    pub(crate) transaction: String,
}

/// A placeholder as the manifest lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceholderFile {
    pub(crate) line: usize,
    pub(crate) question: String,
}
