//! Contract files from disk.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use novate_source::{FileError, SourceOptions, files, read};

/// A folder with these files.
fn folder(contents: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in contents {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let within = |path: &str| Path::new(path).strip_prefix(folder).unwrap().to_string_lossy().into_owned();
    files::read(folder).unwrap().iter().map(|file| within(&file.path)).collect()
}

fn error(path: &Path) -> FileError {
    files::read(path).unwrap_err()
}

#[test]
fn a_folder_is_read_in_name_order_and_what_is_included_once() {
    let folder = folder(&[
        ("b.sql", b"\\ir parts/one.sql\nCREATE TABLE b (id int);\n"),
        ("a.SQL", b"CREATE TABLE a (id int);"),
        ("parts/one.sql", b"CREATE TABLE one (id int);"),
        ("parts/two.sql", b"CREATE TABLE two (id int);"),
        ("notes.md", b"not SQL"),
        (".hidden.sql", b"not SQL"),
    ]);
    assert_eq!(names(folder.path()), ["a.SQL", "b.sql", "parts/two.sql"]);
    let contract = read(&files::read(folder.path()).unwrap(), &SourceOptions::default()).unwrap().contract;
    assert_eq!(contract.tables.len(), 4);
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = folder(&[
        ("binary.sql", b"CREATE TABLE \xff"),
        ("self.sql", b"\\i missing.sql\n"),
        ("circle.sql", b"\\ir circle.sql\n"),
        ("empty/readme.txt", b""),
    ]);
    let at = |name: &str| error(&folder.path().join(name));
    assert!(matches!(at("binary.sql"), FileError::NotUtf8 { at: 13, .. }));
    assert!(matches!(at("self.sql"), FileError::NotFound { included_by: Some(_), .. }));
    assert!(matches!(at("circle.sql"), FileError::Cycle { included_by: Some(_), .. }));
    assert!(matches!(at("empty"), FileError::NoFiles { .. }));
    assert!(matches!(at("nowhere"), FileError::NotFound { included_by: None, .. }));
    for name in ["binary.sql", "self.sql", "circle.sql", "empty", "nowhere"] {
        let error = at(name);
        assert!(error.code().starts_with("CONTRACT."), "{error}");
        assert!(error.fix().is_some(), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_links_to_itself_is_an_error() {
    let folder = folder(&[("a.sql", b"")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    assert!(matches!(error(folder.path()), FileError::Cycle { included_by: None, .. }));
}
