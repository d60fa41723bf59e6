//! Refs: names for contracts that deploys move to.

use std::collections::BTreeSet;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::StorageHash;
use novate_contract::json::strict;
use serde_json::{Value, json};

use crate::files::MAX_REF_BYTES;
use crate::format::{RefFile, decode, parse};
use crate::origin::Kind;
use crate::{Files, HistoryError, files, hash};

/// A ref's name: letters, digits, `-`, `_`, `.` and, between them, `/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefName(String);

impl RefName {
    /// The name, where `text` can be one.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        let part_ok = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        // A folder of that name would stand where a ref's file does.
        let folders_ok = text.rsplit('/').skip(1).all(|part| part.strip_suffix(".json").is_none());
        let looks_like_hash = text.len() >= 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if text.len() <= 100 && text.split('/').all(part_ok) && folders_ok && !looks_like_hash && text != "empty" {
            Ok(Self(text.to_owned()))
        } else {
            Err(HistoryError::InvalidRefName { name: text.to_owned() })
        }
    }

    /// As people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A ref: the contract that it points at, and what a route there must have provided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// The contract.
    pub hash: StorageHash,
    /// Required invariants.
    pub invariants: BTreeSet<String>,
}

impl Ref {
    /// Reads the text of the ref `name`, which is that of the file `path`.
    pub fn from_json(name: &RefName, path: &Utf8Path, text: &str) -> Result<Self, HistoryError> {
        let file: RefFile = decode(path, parse(path, text, MAX_REF_BYTES)?)?;
        if file.digest.is_some() && file.digest != digest(name, &file) {
            return Err(HistoryError::RefMismatch { name: name.to_string(), path: path.to_owned() });
        }
        let hash = StorageHash::parse(&file.hash).ok_or_else(|| HistoryError::Corrupt {
            path: path.to_owned(),
            message: format!("{:?} is not a contract's hash", file.hash),
            line: 0,
        })?;
        Ok(Self { hash, invariants: file.invariants.into_iter().collect() })
    }

    /// The text of the ref `name`, its digest included.
    pub fn to_json(&self, name: &RefName) -> String {
        let mut file = RefFile {
            digest: None,
            hash: self.hash.as_str().to_owned(),
            invariants: self.invariants.iter().cloned().collect(),
        };
        file.digest = digest(name, &file);
        // Texts only: nothing in it can fail to become JSON.
        strict::pretty(serde_json::to_value(file).unwrap_or(Value::Null))
    }
}

pub(crate) fn path_of(folder: &Utf8Path, name: &RefName) -> Utf8PathBuf {
    folder.join(format!("{name}.json"))
}

/// The digest of what a ref says, its name included: SHA-256 of the canonical JSON of the three.
fn digest(name: &RefName, file: &RefFile) -> Option<String> {
    hash::sha256(&json!({ "hash": file.hash, "invariants": file.invariants, "name": name.as_str() }))
}

pub(crate) fn read(origin: &impl Files, folder: &Utf8Path, name: &RefName) -> Result<Ref, HistoryError> {
    let path = path_of(folder, name);
    // `a/b` lies in the folder `a`.
    for above in path.ancestors().skip(1).take_while(|above| above.starts_with(folder)) {
        origin.check_folder(above)?;
    }
    let text = match origin.read(&path, MAX_REF_BYTES) {
        Err(HistoryError::FileMissing { .. }) => return Err(HistoryError::RefMissing { name: name.to_string() }),
        other => other?,
    };
    Ref::from_json(name, &path, &text)
}

pub(crate) fn write(folder: &Utf8Path, name: &RefName, reference: &Ref) -> Result<(), HistoryError> {
    let path = path_of(folder, name);
    let text = reference.to_json(name);
    files::check_size(&path, &text, MAX_REF_BYTES)?;
    files::write(&path, &text)
}

pub(crate) fn delete(folder: &Utf8Path, name: &RefName) -> Result<(), HistoryError> {
    let path = path_of(folder, name);
    match fs_err::remove_file(&path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(HistoryError::RefMissing { name: name.to_string() })
        }
        Err(source) => Err(files::io(&path, "deleted")(source)),
    }
}

/// Every ref below `folder`, by name.
pub(crate) fn list(origin: &impl Files, folder: &Utf8Path) -> Result<Vec<RefName>, HistoryError> {
    let mut names = Vec::new();
    collect(origin, folder, "", &mut names)?;
    names.sort();
    Ok(names)
}

fn collect(origin: &impl Files, folder: &Utf8Path, prefix: &str, names: &mut Vec<RefName>) -> Result<(), HistoryError> {
    for entry in origin.list(folder)? {
        let path = folder.join(&entry);
        let is_folder = origin.kind(&path)? == Some(Kind::Folder);
        let stem = entry.strip_suffix(".json");
        if let (true, Some(_)) = (is_folder, stem) {
            return Err(HistoryError::NotRegular { path, expected: "file" });
        }
        if is_folder {
            collect(origin, &path, &format!("{prefix}{entry}/"), names)?;
        } else if let Some(stem) = stem {
            names.push(RefName::parse(&format!("{prefix}{stem}"))?);
        }
    }
    Ok(())
}
