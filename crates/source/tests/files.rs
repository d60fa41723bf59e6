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
    files::read(folder, folder).unwrap().iter().map(|file| within(&file.path)).collect()
}

fn error(path: &Path) -> FileError {
    let within = if path.is_dir() { path } else { path.parent().unwrap() };
    files::read(path, within).unwrap_err()
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
    let contract =
        read(&files::read(folder.path(), folder.path()).unwrap(), &SourceOptions::default()).unwrap().contract;
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

#[test]
fn nothing_outside_of_the_project_is_read() {
    let outside = folder(&[("secret.sql", b"CREATE TABLE secret (id int);")]);
    let target = outside.path().join("secret.sql");
    let up = format!("../{}/secret.sql", outside.path().file_name().unwrap().to_string_lossy());
    let project = folder(&[
        ("absolute.sql", format!("\\i {}\n", target.display()).as_bytes()),
        ("relative.sql", format!("\\ir {up}\n").as_bytes()),
        ("system.sql", b"\\i /etc/passwd\n"),
    ]);
    let refused = |path: &Path| matches!(error(path), FileError::Outside { .. });
    for name in ["absolute.sql", "relative.sql", "system.sql"] {
        let error = error(&project.path().join(name));
        assert!(matches!(&error, FileError::Outside { included_by: Some(_), .. }), "{error}");
        assert_eq!(error.code(), "CONTRACT.OUTSIDE_PROJECT");
    }
    assert!(files::read(&project.path().join(&up), project.path()).is_err());
    #[cfg(unix)]
    {
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, project.path().join(name)).unwrap();
        link(&target, "file_link.sql");
        link(Path::new("/dev/zero"), "zero.sql");
        link(outside.path(), "folder_link");
        for name in ["file_link.sql", "zero.sql"] {
            let path = project.path().join(name);
            assert!(refused(&path), "{name}");
            fs_err::remove_file(path).unwrap();
        }
        for name in ["absolute.sql", "relative.sql", "system.sql"] {
            fs_err::remove_file(project.path().join(name)).unwrap();
        }
        assert!(refused(project.path()));
    }
}

#[cfg(unix)]
#[test]
fn links_within_the_project_are_followed() {
    let folder = folder(&[("real/a.sql", b"CREATE TABLE a (id int);")]);
    fs_err::create_dir(folder.path().join("contracts")).unwrap();
    std::os::unix::fs::symlink("../real/a.sql", folder.path().join("contracts/b.sql")).unwrap();
    assert_eq!(files::read(&folder.path().join("contracts"), folder.path()).unwrap().len(), 1);
    std::os::unix::fs::symlink("loop.sql", folder.path().join("contracts/loop.sql")).unwrap();
    assert_eq!(error(&folder.path().join("contracts/loop.sql")).code(), "CONTRACT.FILE_UNREADABLE");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let folder = folder(&[("folder.sql/readme.md", b"")]);
    let pipe = folder.path().join("pipe.sql");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = folder.path().join("socket.sql");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [&pipe, &socket] {
        assert!(matches!(error(path), FileError::NotRegular { .. }), "{}", path.display());
    }
    assert!(matches!(error(folder.path()), FileError::NotRegular { .. }));
    assert!(matches!(error(&folder.path().join("folder.sql")), FileError::NoFiles { .. }));
}

#[test]
fn what_is_too_large_is_not_read() {
    let folder = folder(&[]);
    // Sparse: a gigabyte that takes no room.
    let large = folder.path().join("large.sql");
    fs_err::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    assert!(matches!(error(&large), FileError::TooLarge { .. }));
    assert!(error(&large).to_string().ends_with("is larger than 64 MiB"));
    fs_err::remove_file(large).unwrap();
    for at in 0..5 {
        let part = folder.path().join(format!("{at}.sql"));
        fs_err::File::create(&part).unwrap().set_len(files::MAX_FILE_BYTES - 1).unwrap();
    }
    let error = error(folder.path());
    assert!(matches!(error, FileError::TooMuch { .. }), "{error}");
    assert!(error.to_string().contains("256 MiB"), "{error}");
}

#[test]
fn files_that_multiply_come_to_an_end() {
    let folder = folder(&[]);
    for level in 0..files::MAX_DEPTH - 1 {
        let twice = format!("\\ir {0}.sql\n\\ir {0}.sql\n", level + 1);
        fs_err::write(folder.path().join(format!("{level}.sql")), twice).unwrap();
    }
    let last = format!("{}.sql", files::MAX_DEPTH - 1);
    fs_err::write(folder.path().join(last), "").unwrap();
    assert!(matches!(error(&folder.path().join("0.sql")), FileError::TooMuch { .. }));
}
