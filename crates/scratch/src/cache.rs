//! Where novate keeps what is worth keeping between runs: installed servers and initialised data directories.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::ScratchError;
use crate::identity;

/// The folder of novate's own cache; it need not exist yet.
///
/// `NOVATE_CACHE_DIR` where set; `/var/cache/novate` for root, whose servers run as another user that may not enter
/// root's home; else the platform's cache folder of the user, or a private folder under the temporary one where there
/// is no home.
pub fn cache_dir() -> Utf8PathBuf {
    if let Some(dir) = variable(crate::CACHE_VARIABLE) {
        return dir;
    }
    if identity::is_root() {
        return Utf8PathBuf::from("/var/cache/novate");
    }
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        let home = variable("HOME").filter(|home| home.is_dir());
        let own = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        variable("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(own)))
    };
    match base {
        Some(base) => base.join("novate"),
        None => temp_dir().join(format!("novate-cache-{}", identity::user_tag())),
    }
}

/// A folder of the cache, created when it is missing.
pub(crate) fn folder(name: &str) -> Result<Utf8PathBuf, ScratchError> {
    let cache = cache_dir();
    let dir = cache.join(name);
    let doing = || format!("create the cache folder {dir}");
    fs_err::create_dir_all(&dir).map_err(ScratchError::io(doing()))?;
    identity::let_enter(&[&cache, &dir]).map_err(ScratchError::io(doing()))?;
    identity::check_owner(&cache)?;
    Ok(dir)
}

/// Runs `work` while holding the named lock of the cache, so that two processes never build the same entry.
pub(crate) fn locked<T>(path: &Utf8Path, work: impl FnOnce() -> Result<T, ScratchError>) -> Result<T, ScratchError> {
    let doing = || format!("lock {path}");
    let lock = fs_err::File::create(path).map_err(ScratchError::io(doing()))?;
    lock.file().lock().map_err(ScratchError::io(doing()))?;
    let result = work();
    // Closing the file releases the lock; the empty file stays, because removing it would let a third process lock a
    // new one while a second still waits for this one.
    drop(lock);
    result
}

/// The system's temporary folder.
pub(crate) fn temp_dir() -> Utf8PathBuf {
    Utf8PathBuf::from_path_buf(env::temp_dir()).unwrap_or_else(|_| Utf8PathBuf::from("/tmp"))
}

/// An environment variable that holds a path; an empty one counts as unset.
pub(crate) fn variable(name: &str) -> Option<Utf8PathBuf> {
    env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from)
}
