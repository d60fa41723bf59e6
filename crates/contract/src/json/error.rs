//! What can be wrong with a `contract.json`.

use thiserror::Error;

use super::StorageHash;
use super::strict::StrictError;

/// A contract file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContractError {
    /// It is not JSON, or not a contract.
    #[error("the contract is damaged{}: {message}", at(place))]
    Corrupt {
        /// The keys that lead to the place, with dots: `storage.schemas.public`; empty for the whole file.
        place: String,
        /// One clause.
        message: String,
    },
    /// Its hash is not that of what it holds.
    #[error("the contract has the storage hash {found}, but names {declared}")]
    HashMismatch {
        /// What the file says.
        declared: StorageHash,
        /// What it holds.
        found: StorageHash,
    },
    /// What stands beside the storage is not what the file's digest says: the space, or the order of columns.
    #[error("the contract's file has the digest {found}, but names {declared:?}")]
    DigestMismatch {
        /// What the file says.
        declared: String,
        /// What it has.
        found: String,
    },
    /// Another version's format.
    #[error("the contract is in format {found}, which this version does not know")]
    FormatUnknown {
        /// As written.
        found: String,
    },
    /// A contract for something else.
    #[error("the contract is for the target {found:?}, not for \"postgres\"")]
    TargetUnknown {
        /// As written.
        found: String,
    },
    /// More than any contract needs.
    #[error("the contract is too large: {message}")]
    TooLarge {
        /// One clause with the limit.
        message: String,
    },
}

impl ContractError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Corrupt { .. } => "CONTRACT.CORRUPT",
            Self::HashMismatch { .. } | Self::DigestMismatch { .. } => "CONTRACT.HASH_MISMATCH",
            Self::FormatUnknown { .. } => "CONTRACT.FORMAT_UNKNOWN",
            Self::TargetUnknown { .. } => "CONTRACT.TARGET_UNKNOWN",
            Self::TooLarge { .. } => "CONTRACT.TOO_LARGE",
        }
    }

    /// Why it is an error, where the message does not say so.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::HashMismatch { .. } => Some(
                "a contract is known by the hash of what it holds; this file was changed after it was written".into(),
            ),
            Self::DigestMismatch { .. } => {
                Some("the space or the order of columns was changed after the file was written".into())
            }
            Self::FormatUnknown { .. } => Some("a newer version of novate wrote it".into()),
            Self::Corrupt { .. } | Self::TargetUnknown { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// What to do next.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::Corrupt { .. } | Self::HashMismatch { .. } | Self::DigestMismatch { .. } | Self::TooLarge { .. } => {
                "restore the file from version control; `novate contract emit` writes that of the sources anew".into()
            }
            Self::FormatUnknown { .. } => "use the version of novate that wrote it, or a newer one".into(),
            Self::TargetUnknown { .. } => "give a contract whose target is \"postgres\"".into(),
        })
    }
}

impl From<StrictError> for ContractError {
    fn from(error: StrictError) -> Self {
        match error {
            StrictError::TooLarge { .. } => Self::TooLarge { message: error.to_string() },
            StrictError::Invalid { message, .. } => Self::Corrupt { place: String::new(), message },
        }
    }
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" at {place}") }
}
