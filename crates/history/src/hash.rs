//! The identities that packages are known by.

use std::fmt;

use novate_contract::json::strict;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A package's identity: 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MigrationHash(String);

impl MigrationHash {
    /// The hash that `text` spells, where it does.
    pub fn parse(text: &str) -> Option<Self> {
        is_digest(text).then(|| Self(text.to_owned()))
    }

    /// SHA-256 over the canonical JSON array of two hex digests: that of the manifest without `migrationHash`, and
    /// that of the operations, each SHA-256 of RFC 8785 canonical JSON.
    pub(crate) fn compute(manifest: &Value, ops: &Value) -> Option<Self> {
        Self::compute_with(manifest, sha256(ops)?)
    }

    /// The same where the digest of the operations is known.
    pub(crate) fn compute_with(manifest: &Value, ops: String) -> Option<Self> {
        let mut manifest = manifest.clone();
        if let Value::Object(map) = &mut manifest {
            map.remove("migrationHash");
        }
        let parts = Value::from(vec![sha256(&manifest)?, ops]);
        sha256(&parts).map(Self)
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MigrationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// BLAKE3 of `migration.sql` with its line endings as LF: 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDigest(String);

impl SourceDigest {
    /// The digest of a text.
    pub fn of(source: &str) -> Self {
        Self(blake3::hash(source.replace("\r\n", "\n").as_bytes()).to_hex().to_string())
    }

    /// The digest that `text` spells, where it does.
    pub fn parse(text: &str) -> Option<Self> {
        is_digest(text).then(|| Self(text.to_owned()))
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Hex SHA-256 of the canonical JSON; `None` where the value has no canonical form (a number that is none).
pub(crate) fn sha256(value: &Value) -> Option<String> {
    let bytes = strict::canonical(value)?;
    Some(hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_ignores_itself_and_the_order_of_keys() {
        let ops = serde_json::json!([{"id": "a", "label": "b"}]);
        let one: Value = serde_json::from_str(r#"{"to":"x","from":null}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"from":null,"migrationHash":"zz","to":"x"}"#).unwrap();
        assert_eq!(MigrationHash::compute(&one, &ops), MigrationHash::compute(&two, &ops));
    }

    #[test]
    fn the_digest_ignores_the_kind_of_line_ending() {
        assert_eq!(SourceDigest::of("a\r\nb\r\n"), SourceDigest::of("a\nb\n"));
        assert_ne!(SourceDigest::of("a\nb\n"), SourceDigest::of("a\nb"));
    }
}
