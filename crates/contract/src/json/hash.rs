//! The hash that a contract is known by.

use std::fmt;
use std::io::{BufWriter, Write};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::strict;
use super::view::StorageView;
use crate::Contract;

/// The SHA-256 of a contract's storage: 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorageHash(Box<str>);

/// How many digits people see.
const SHORT: usize = 12;

impl StorageHash {
    /// Reads the 64 lower-case digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 64 && text.bytes().all(digit)).then(|| Self(text.into()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..SHORT).unwrap_or(&self.0)
    }
}

impl fmt::Display for StorageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for StorageHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        Self::parse(text).ok_or(NotAHash)
    }
}

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a storage hash is 64 lower-case hexadecimal digits")]
pub struct NotAHash;

/// The hash of what the contract says must be stored: SHA-256 of the canonical JSON (RFC 8785) of `storage`. The space,
/// the order of columns, what people wrote and what is not modelled have no part in it.
pub fn storage_hash(contract: &Contract) -> StorageHash {
    of_storage(&StorageView::of(contract))
}

fn of_storage(storage: &impl Serialize) -> StorageHash {
    StorageHash(of_ordered(storage).into())
}

/// The SHA-256 of the canonical JSON of one of the file's types.
///
/// They have their fields in order and keep their maps sorted, so that they are written canonically where keys sort in
/// UTF-8 as they do in UTF-16: see `strict::canonical`.
fn of_ordered(it: &impl Serialize) -> String {
    let mut hashing = BufWriter::with_capacity(BUFFER, Hashing { state: Sha256::new(), plain: true });
    let written = serde_json::to_writer(&mut hashing, it).is_ok();
    match hashing.into_inner() {
        Ok(Hashing { state, plain: true }) if written => hex::encode(state.finalize()),
        _ => sha256(&serde_json::to_value(it).unwrap_or(Value::Null)),
    }
}

/// The digest of a whole file, of everything in it but `digest` itself and `storage`: see [`digest_of`].
pub(super) fn digest_of_rest(rest: &impl Serialize) -> String {
    of_ordered(rest)
}

/// How much JSON is made before it is hashed, in bytes.
const BUFFER: usize = 1 << 14;

/// JSON goes in and is never held as a whole.
struct Hashing {
    state: Sha256,
    /// Whether nothing has come by that sorts otherwise in UTF-16.
    plain: bool,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.plain &= bytes.iter().all(|byte| *byte < 0xEE);
        self.state.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The hash of a `storage` object as it stands in a file.
pub(super) fn of_value(storage: &Value) -> StorageHash {
    StorageHash(sha256(storage).into())
}

/// The digest of a whole file: SHA-256 of the canonical JSON of everything in it but `digest` itself and `storage`, for
/// which `storageHash` stands.
pub(super) fn digest_of(file: &Value) -> String {
    let keys = file.as_object().into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "digest" | "storage"));
    sha256(&Value::Object(keys.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

fn sha256(value: &Value) -> String {
    // Without floats and with unique keys every value has a canonical form.
    let bytes = strict::canonical(value).unwrap_or_else(|| value.to_string().into_bytes());
    hex::encode(Sha256::digest(bytes))
}
