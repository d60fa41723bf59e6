//! Where a store's files are: on disk, or in the program that reads them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::ErrorKind;
use std::ops::Bound;
use std::sync::Arc;

use camino::Utf8Path;

use crate::{HistoryError, files};

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Anything else, a link among them.
    Other,
}

/// Where files are read from. There are two such places, and no more are expected.
pub trait Files: sealed::Sealed + Debug + Clone {
    /// The text of a regular file of at most `limit` bytes.
    fn read(&self, path: &Utf8Path, limit: usize) -> Result<String, HistoryError>;

    /// Refuses what is in a folder's place and is none.
    fn check_folder(&self, path: &Utf8Path) -> Result<(), HistoryError>;

    /// Names of what is in a folder, sorted; nothing where there is no folder.
    fn list(&self, path: &Utf8Path) -> Result<Vec<String>, HistoryError>;

    /// What is at a path, if anything is.
    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, HistoryError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Disk {}
    impl Sealed for super::Embedded {}
}

/// Files on disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Utf8Path, limit: usize) -> Result<String, HistoryError> {
        files::read(path, limit)
    }

    fn check_folder(&self, path: &Utf8Path) -> Result<(), HistoryError> {
        files::check_folder(path)
    }

    fn list(&self, path: &Utf8Path) -> Result<Vec<String>, HistoryError> {
        files::list(path)
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, HistoryError> {
        match fs_err::symlink_metadata(path) {
            Ok(meta) if meta.is_file() => Ok(Some(Kind::File)),
            Ok(meta) if meta.is_dir() => Ok(Some(Kind::Folder)),
            Ok(_) => Ok(Some(Kind::Other)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(files::io(path, "read")(source)),
        }
    }
}

/// Files that a program carries, by the paths that they had when it was built.
#[derive(Debug, Clone, Default)]
pub struct Embedded(Arc<BTreeMap<String, Cow<'static, str>>>);

impl Embedded {
    /// These files.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, str>)>) -> Self {
        Self(Arc::new(files.into_iter().map(|(path, text)| (key(path.as_str().into()), text)).collect()))
    }

    /// What lies below a folder, with its path from there.
    fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.0.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
        from.map_while(move |(path, _)| path.strip_prefix(prefix.as_str()))
    }
}

/// A path as [`Embedded`] has it: with `/` between its parts, whatever the system.
fn key(path: &Utf8Path) -> String {
    path.as_str().replace('\\', "/")
}

impl Files for Embedded {
    fn read(&self, path: &Utf8Path, limit: usize) -> Result<String, HistoryError> {
        let text = self.0.get(&key(path)).ok_or_else(|| HistoryError::FileMissing { path: path.to_owned() })?;
        files::check_size(path, text, limit)?;
        Ok(text.clone().into_owned())
    }

    fn check_folder(&self, path: &Utf8Path) -> Result<(), HistoryError> {
        match self.kind(path)? {
            Some(Kind::File) => Err(HistoryError::NotRegular { path: path.to_owned(), expected: "folder" }),
            _ => Ok(()),
        }
    }

    fn list(&self, path: &Utf8Path) -> Result<Vec<String>, HistoryError> {
        let folder = key(path);
        let first = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = self.below(&folder).map(first).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<Kind>, HistoryError> {
        let key = key(path);
        if self.0.contains_key(&key) {
            return Ok(Some(Kind::File));
        }
        Ok(self.below(&key).next().map(|_| Kind::Folder))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn embedded(paths: &[&str]) -> Embedded {
        Embedded::new(paths.iter().map(|path| ((*path).to_owned(), Cow::Borrowed("text"))))
    }

    #[test]
    fn folders_are_what_files_lie_in() {
        let files =
            embedded(&["m/app/b/ops.json", "m/app/a/ops.json", "m/app/a/migration.sql", "m/app.txt", "m/appl/x"]);
        assert_eq!(files.list("m/app".into()).unwrap(), ["a", "b"]);
        assert_eq!(files.list("m".into()).unwrap(), ["app", "app.txt", "appl"]);
        assert!(files.list("m/nothing".into()).unwrap().is_empty());
        assert_eq!(files.kind("m/app".into()).unwrap(), Some(Kind::Folder));
        assert_eq!(files.kind("m/app.txt".into()).unwrap(), Some(Kind::File));
        assert_eq!(files.kind("m/ap".into()).unwrap(), None);
        assert!(files.check_folder("m/app.txt".into()).is_err());
    }

    #[test]
    fn what_is_larger_than_its_limit_or_missing_is_refused_as_on_disk() {
        let files = embedded(&["a"]);
        assert_eq!(files.read("a".into(), 4).unwrap(), "text");
        assert_eq!(files.read("a".into(), 3).unwrap_err().code(), "MIGRATION.TOO_LARGE");
        assert_eq!(files.read("b".into(), 3).unwrap_err().code(), "MIGRATION.FILE_MISSING");
    }
}
