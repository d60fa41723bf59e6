//! The files as they are on disk. These types exist to be read and written; the rest of the crate works with its own.

mod manifest;
mod ops;
mod reference;
mod strict;

pub(crate) use manifest::{ManifestFile, PlaceholderFile};
pub use ops::ops_json;
pub(crate) use ops::{ops_from_value, ops_value};
pub(crate) use reference::RefFile;

use camino::Utf8Path;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::HistoryError;

/// The format that this version writes, and the only one that it reads.
pub const FORMAT: u32 = 1;

/// Reads JSON text into a value, without a key written twice in one object.
pub(crate) fn parse(path: &Utf8Path, text: &str) -> Result<Value, HistoryError> {
    serde_json::from_str::<strict::Strict>(text).map(|strict| strict.0).map_err(|error| corrupt(path, &error))
}

/// A value as one of our file types.
pub(crate) fn decode<T: DeserializeOwned>(path: &Utf8Path, value: Value) -> Result<T, HistoryError> {
    serde_json::from_value(value).map_err(|error| corrupt(path, &error))
}

/// JSON as files hold it: sorted keys, two-space indent, a final newline.
pub(crate) fn pretty(value: &Value) -> String {
    // `serde_json::Map` is sorted by key unless a feature of it is switched on, which the tests would notice.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

pub(crate) fn corrupt(path: &Utf8Path, error: &serde_json::Error) -> HistoryError {
    HistoryError::Corrupt { path: path.to_owned(), message: error.to_string(), line: error.line() }
}

/// Refuses a format that is not ours before anything else of a file is looked at.
pub(crate) fn check_format(path: &Utf8Path, value: &Value) -> Result<(), HistoryError> {
    match value.get("format") {
        Some(Value::Number(number)) if number.as_u64() == Some(u64::from(FORMAT)) => Ok(()),
        Some(found) => {
            Err(HistoryError::FormatUnknown { path: path.to_owned(), found: found.to_string(), known: FORMAT })
        }
        None => Err(HistoryError::Corrupt {
            path: path.to_owned(),
            message: "the key \"format\" is missing".into(),
            line: 1,
        }),
    }
}
