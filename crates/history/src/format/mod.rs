//! The files as they are on disk. These types exist to be read and written; the rest of the crate works with its own.

mod manifest;
mod ops;
mod reference;

pub(crate) use manifest::{ManifestFile, PlaceholderFile};
pub use ops::ops_json;
pub(crate) use ops::{ops_as_written, ops_from_value, ops_value};
pub(crate) use reference::RefFile;

use camino::Utf8Path;
use novate_contract::json::strict::{self, StrictError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::HistoryError;

/// The format that this version writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// Reads JSON text of at most `limit` bytes into a value.
pub(crate) fn parse(path: &Utf8Path, text: &str, limit: usize) -> Result<Value, HistoryError> {
    strict::read(text, limit).map_err(|error| match error {
        StrictError::TooLarge { limit } => HistoryError::TooLarge { path: path.to_owned(), limit },
        StrictError::Invalid { message, line } => HistoryError::Corrupt { path: path.to_owned(), message, line },
    })
}

/// A value as one of our file types.
pub(crate) fn decode<T: DeserializeOwned>(path: &Utf8Path, value: Value) -> Result<T, HistoryError> {
    serde_json::from_value(value).map_err(|error| HistoryError::Corrupt {
        path: path.to_owned(),
        message: error.to_string(),
        line: 0,
    })
}

/// Refuses a format that is not ours before anything else of a file is looked at.
pub(crate) fn check_format(path: &Utf8Path, value: &Value) -> Result<(), HistoryError> {
    match value.get("format") {
        Some(Value::Number(number)) if number.as_u64() == Some(u64::from(FORMAT)) => Ok(()),
        Some(found) => Err(HistoryError::FormatUnknown {
            path: path.to_owned(),
            found: found.to_string(),
            known: u64::from(FORMAT),
        }),
        None => Err(HistoryError::Corrupt {
            path: path.to_owned(),
            message: "the key \"format\" is missing".into(),
            line: 1,
        }),
    }
}
