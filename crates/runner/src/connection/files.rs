//! The one place that reads service, password and certificate files.

use std::io;
use std::path::Path;

use fs_err as fs;

/// The text of a file, or `None` if there is no such file.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>, String> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cause(&error)),
    }
}

/// The bytes of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| error.to_string())
}

/// Whether a path leads to a file.
pub(super) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether a path leads to anything, such as a socket.
pub(super) fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether people other than the owner can read a file.
///
/// A file of root's may be readable by its group: that is how a key is shared with a service.
#[cfg(unix)]
pub(super) fn others_can_read(path: &Path, root_may_share: bool) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|metadata| {
        let allowed = if root_may_share && metadata.uid() == 0 { 0o640 } else { 0o700 };
        metadata.mode() & 0o777 & !allowed & 0o077 != 0
    })
}

#[cfg(not(unix))]
pub(super) fn others_can_read(_path: &Path, _root_may_share: bool) -> bool {
    false
}

fn cause(error: &io::Error) -> String {
    // The path is named where this text is shown; the kind says the rest.
    error.kind().to_string()
}
