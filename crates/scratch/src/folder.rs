//! The private folder of one running server: made in memory where that is possible, known to be in use by a lock, and
//! swept by the next server when its owner died without a chance to clean up.

use std::fs::TryLockError;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cache;
use crate::error::ScratchError;
use crate::identity;

const PREFIX: &str = "novate-";
/// Held by the owner as long as it lives; the kernel releases it however the owner ends, also across containers that
/// share the folder, where process ids would mislead.
const LOCK: &str = "owner";
/// What a server with a handful of databases takes, with room for a proof's data.
const MEMORY_NEEDED: u64 = 512 << 20;
/// `sun_path` holds 104 bytes on the strictest platform, one of them the final zero.
const LONGEST_SOCKET_PATH: usize = 103;

/// A folder that exists until its server's supervisor removes it.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: Utf8PathBuf,
    _lock: fs_err::File,
}

impl Folder {
    pub(crate) fn create() -> Result<Self, ScratchError> {
        let base = base();
        sweep(&base);
        let doing = || format!("create a folder for a scratch server in {base}");
        let made = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(&base)
            .map_err(ScratchError::io(doing()))?;
        let path = Utf8PathBuf::from_path_buf(made.path().to_owned())
            .map_err(|_| ScratchError::io(doing())(std::io::ErrorKind::InvalidFilename.into()))?;
        // Locked before it has the name that a sweep looks for, so that no sweep finds it unlocked.
        let early = path.join("owner.new");
        let lock = fs_err::File::create(&early).map_err(ScratchError::io(doing()))?;
        lock.file().lock().map_err(ScratchError::io(doing()))?;
        fs_err::rename(&early, path.join(LOCK)).map_err(ScratchError::io(doing()))?;
        identity::give(&path, identity::unprivileged())?;
        // From here on the supervisor of the server, or the caller's error path, removes it.
        let _ = made.keep();
        Ok(Self { path, _lock: lock })
    }

    /// Removes the folder; for the paths on which no supervisor does.
    pub(crate) fn remove(&self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Memory where there is enough of it, else the temporary folder.
fn base() -> Utf8PathBuf {
    let memory = Utf8Path::new("/dev/shm");
    if memory.is_dir() && free_bytes(memory) >= MEMORY_NEEDED && writable(memory) {
        return memory.to_owned();
    }
    let temp = cache::temp_dir();
    let socket = temp.as_str().len() + "/novate-4194304-abcdef/.s.PGSQL.5432".len();
    let reachable = identity::barrier(&temp).is_none();
    if socket <= LONGEST_SOCKET_PATH && reachable { temp } else { Utf8PathBuf::from("/tmp") }
}

fn free_bytes(dir: &Utf8Path) -> u64 {
    rustix::fs::statvfs(dir.as_std_path()).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn writable(dir: &Utf8Path) -> bool {
    rustix::fs::access(dir.as_std_path(), rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
}

/// Removes the folders of owners that are dead, such as those a crash of the machine or an out-of-memory kill of
/// everything left behind. A server that still runs in one stops by itself when it misses its files.
fn sweep(base: &Utf8Path) {
    let Ok(entries) = base.read_dir_utf8() else { return };
    let owner = identity::unprivileged().map_or_else(|| rustix::process::geteuid().as_raw(), |user| user.uid);
    for entry in entries.flatten().filter(|entry| entry.file_name().starts_with(PREFIX)) {
        let path = entry.path();
        let ours = path.symlink_metadata().is_ok_and(|meta| meta.is_dir() && meta.uid() == owner);
        if ours && abandoned(path) {
            tracing::debug!(%path, "removing the folder of a dead owner");
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// Whether the owner of a server's folder lives.
pub(crate) fn is_owned(path: &Utf8Path) -> bool {
    std::fs::File::open(path.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

fn abandoned(path: &Utf8Path) -> bool {
    match std::fs::File::open(path.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        // Its owner is between two system calls, or died there.
        Err(_) => path
            .metadata()
            .and_then(|meta| meta.modified())
            .is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age > Duration::from_mins(1))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_folder_in_use_survives_a_sweep_and_an_abandoned_one_does_not() {
        let folder = Folder::create().unwrap();
        let path = folder.path.clone();
        sweep(path.parent().unwrap());
        assert!(path.exists());
        drop(folder);
        // Who starts a program meanwhile holds every lock until that runs, and another server's sweep may be at it.
        for _ in 0..100 {
            sweep(path.parent().unwrap());
            if !path.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!path.exists());
    }
}
