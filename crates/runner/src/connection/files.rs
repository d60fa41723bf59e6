//! The one place that reads service, password and certificate files.

use std::io::{self, Read as _};
use std::path::Path;

use fs_err as fs;

/// The most that one of them may hold: a bundle of every certificate authority there is takes a quarter of it.
const MAX_BYTES: usize = 1 << 20;

/// The text of a file, or `None` if there is no such file.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>, String> {
    match bytes(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cause(&error)),
    }
}

/// The bytes of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    bytes(path).map_err(|error| error.to_string())
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(read_if_present(&path), Err("file too large".to_owned()));
        assert!(read(&path).unwrap_err().contains("file too large"));
        #[cfg(unix)]
        assert!(read(Path::new("/dev/zero")).is_err());
    }
}
