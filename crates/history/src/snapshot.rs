//! Snapshots: every contract that an edge touches, stored once under its hash.

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::{Contract, ContractError, StorageHash, json};

use crate::{Disk, Files, HistoryError, files};

pub(crate) fn path_of(folder: &Utf8Path, hash: &StorageHash) -> Utf8PathBuf {
    folder.join(hash.as_str()).join("contract.json")
}

/// Reads a snapshot; `needed_by` says who asks, for the error where there is none.
pub(crate) fn read(
    origin: &impl Files,
    folder: &Utf8Path,
    hash: &StorageHash,
    needed_by: &str,
) -> Result<Contract, HistoryError> {
    let path = path_of(folder, hash);
    origin.check_folder(folder)?;
    origin.check_folder(path.parent().unwrap_or(folder))?;
    let text = match origin.read(&path, json::MAX_BYTES) {
        Err(HistoryError::FileMissing { .. }) => {
            return Err(HistoryError::SnapshotMissing { hash: hash.clone(), path, needed_by: needed_by.to_owned() });
        }
        other => other?,
    };
    let (contract, found) = json::from_json_with_hash(&text).map_err(|source| match source {
        ContractError::FormatUnknown { found } => {
            HistoryError::FormatUnknown { path: path.clone(), found, known: json::FORMAT }
        }
        source => {
            HistoryError::SnapshotMismatch { hash: hash.clone(), path: path.clone(), source: Some(Box::new(source)) }
        }
    })?;
    // `from_json` has checked the content against the file's own hash; this checks that against the folder's.
    if found == *hash {
        Ok(contract)
    } else {
        Err(HistoryError::SnapshotMismatch { hash: hash.clone(), path, source: None })
    }
}

/// Stores a contract, unless it is there; a file that was changed is written anew.
pub(crate) fn write(folder: &Utf8Path, contract: &Contract) -> Result<StorageHash, HistoryError> {
    let hash = json::storage_hash(contract);
    let path = path_of(folder, &hash);
    match read(&Disk, folder, &hash, "") {
        Ok(_) => return Ok(hash),
        Err(error @ HistoryError::NotRegular { .. }) => return Err(error),
        Err(_) => {}
    }
    let text = json::to_json(contract);
    files::check_size(&path, &text, json::MAX_BYTES)?;
    files::write(&path, &text)?;
    Ok(hash)
}

/// The hashes that have a snapshot, sorted.
pub(crate) fn list(origin: &impl Files, folder: &Utf8Path) -> Result<Vec<StorageHash>, HistoryError> {
    Ok(origin.list(folder)?.iter().filter_map(|name| StorageHash::parse(name)).collect())
}
