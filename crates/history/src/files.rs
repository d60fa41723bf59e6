//! Reading and writing of files: bounded, without following links, atomic.

use std::io::{ErrorKind, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::HistoryError;

/// `migration.sql`: as much as a contract file may hold.
pub(crate) const MAX_SOURCE_BYTES: usize = 64 << 20;
/// `ops.json`: the checks of each statement make it some four times the contract that a first package leads to.
pub(crate) const MAX_OPS_BYTES: usize = 256 << 20;
/// `migration.json`: it has a fixed number of keys, and this is room for 20,000 placeholders.
pub(crate) const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// A ref: a hash, and room for 10,000 invariants.
pub(crate) const MAX_REF_BYTES: usize = 1 << 20;

/// The text of a regular file of at most `limit` bytes.
pub(crate) fn read(path: &Utf8Path, limit: usize) -> Result<String, HistoryError> {
    let too_large = || HistoryError::TooLarge { path: path.to_owned(), limit };
    let limit = limit as u64;
    let meta = match fs_err::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(HistoryError::FileMissing { path: path.to_owned() });
        }
        Err(source) => return Err(io(path, "read")(source)),
    };
    if !meta.is_file() {
        return Err(HistoryError::NotRegular { path: path.to_owned(), expected: "file" });
    }
    if meta.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    fs_err::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(io(path, "read"))?;
    // It may have grown since.
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    String::from_utf8(bytes)
        .map_err(|error| HistoryError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
}

/// Refuses a text that [`read`] would refuse.
pub(crate) fn check_size(path: &Utf8Path, text: &str, limit: usize) -> Result<(), HistoryError> {
    if text.len() > limit { Err(HistoryError::TooLarge { path: path.to_owned(), limit }) } else { Ok(()) }
}

/// Refuses what is in a folder's place and is none: a link, which could lead anywhere, or a file.
pub(crate) fn check_folder(path: &Utf8Path) -> Result<(), HistoryError> {
    match fs_err::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(HistoryError::NotRegular { path: path.to_owned(), expected: "folder" }),
        // What is read from it will be missing, and that is said better then.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io(path, "read")(source)),
    }
}

/// Names of what is in a folder, sorted; nothing where there is no folder. Names starting with a dot are left out.
pub(crate) fn list(path: &Utf8Path) -> Result<Vec<String>, HistoryError> {
    check_folder(path)?;
    let entries = match path.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io(path, "read")(source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(io(path, "read"))?.file_name().to_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Writes a file so that a crash leaves either the old or the new text.
pub(crate) fn write(path: &Utf8Path, text: &str) -> Result<(), HistoryError> {
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    fs_err::create_dir_all(folder).map_err(io(folder, "written"))?;
    let mut file = tempfile::Builder::new().prefix(".novate-").tempfile_in(folder).map_err(io(path, "written"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(io(path, "written"))?;
    set_readable(file.path(), 0o644).map_err(io(path, "written"))?;
    file.persist(path).map_err(|error| io(path, "written")(error.error))?;
    sync_folder(folder)
}

/// Writes a folder of files so that a crash leaves nothing or the whole. `replace` says whether one may be there.
pub(crate) fn write_folder(path: &Utf8Path, files: &[(&str, &str)], replace: bool) -> Result<(), HistoryError> {
    let parent = path.parent().unwrap_or(Utf8Path::new("."));
    fs_err::create_dir_all(parent).map_err(io(parent, "written"))?;
    let staging = tempfile::Builder::new().prefix(".novate-").tempdir_in(parent).map_err(io(path, "written"))?;
    for (name, text) in files {
        let target = staging.path().join(name);
        let mut file = fs_err::File::create(&target).map_err(io(path, "written"))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io(path, "written"))?;
    }
    set_readable(staging.path(), 0o755).map_err(io(path, "written"))?;
    let exists = fs_err::symlink_metadata(path).is_ok();
    if exists && !replace {
        return Err(HistoryError::PackageExists { name: path.file_name().unwrap_or_default().to_owned() });
    }
    if exists {
        // The old folder steps aside first: a rename onto a folder that is not empty is refused everywhere.
        let aside = tempfile::Builder::new().prefix(".novate-old-").tempdir_in(parent).map_err(io(path, "written"))?;
        fs_err::rename(path, aside.path().join("old")).map_err(io(path, "written"))?;
        if let Err(source) = fs_err::rename(staging.path(), path) {
            fs_err::rename(aside.path().join("old"), path).map_err(io(path, "written"))?;
            return Err(io(path, "written")(source));
        }
    } else {
        fs_err::rename(staging.path(), path).map_err(io(path, "written"))?;
    }
    // The folder has moved away, so there is nothing left to remove.
    let _ = staging.keep();
    sync_folder(parent)
}

/// A closure that turns a system error into ours.
pub(crate) fn io(path: &Utf8Path, action: &'static str) -> impl FnOnce(std::io::Error) -> HistoryError {
    let path: Utf8PathBuf = path.to_owned();
    move |source| HistoryError::Io { path, action, source }
}

#[cfg(unix)]
fn set_readable(path: &std::path::Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_readable(_path: &std::path::Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Utf8Path) -> Result<(), HistoryError> {
    fs_err::File::open(folder).and_then(|dir| dir.sync_all()).map_err(io(folder, "written"))
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Utf8Path) -> Result<(), HistoryError> {
    Ok(())
}
