//! A folder that is read when the program runs: the same checks as at compile time, before any connection.
#![allow(clippy::unwrap_used)]

mod support;

use novate_embed::{ErrorKind, Migrations};
use support::{History, PACKAGES};

#[test]
fn a_folder_says_itself_which_space_it_is() {
    let migrations = History::whole().read();
    assert_eq!(migrations.spaces().collect::<Vec<_>>(), ["app"]);
}

#[test]
fn what_was_edited_and_not_emitted_is_refused_with_file_and_command() {
    let history = History::whole();
    let source = history.packages().join(PACKAGES[1]).join("migration.sql");
    let text = fs_err::read_to_string(&source).unwrap();
    fs_err::write(&source, format!("{text}-- a word\n")).unwrap();
    let error = Migrations::read(history.packages()).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("MIGRATION.SOURCE_STALE", ErrorKind::History));
    assert_eq!(error.file().unwrap().0, source.as_std_path());
    let shown = error.to_string();
    assert!(shown.contains(&format!("fix: novate migration emit {}", PACKAGES[1])), "{shown}");
    assert!(shown.contains("why: ops.json was compiled from another text"), "{shown}");
    assert_eq!(format!("{error:?}"), shown);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let history = History::whole();
    for package in &PACKAGES[..2] {
        let ops = history.packages().join(package).join("ops.json");
        let text = fs_err::read_to_string(&ops).unwrap();
        fs_err::write(&ops, text.replacen("\"label\": \"", "\"label\": \"x", 1)).unwrap();
    }
    let error = Migrations::read(history.packages()).unwrap_err();
    assert_eq!(error.code(), "MIGRATION.HASH_MISMATCH");
    assert_eq!(error.also().len(), 1);
    assert!(PACKAGES[..2].iter().all(|package| error.to_string().contains(package)), "{error}");
}

#[test]
fn a_folder_without_packages_is_refused() {
    let history = History::whole();
    let error = Migrations::read(history.packages().join("nowhere")).unwrap_err();
    assert_eq!(error.code(), "MIGRATION.NO_PACKAGES");
    let error = Migrations::read(history.packages().parent().unwrap()).unwrap_err();
    assert_eq!(error.code(), "MIGRATION.NO_PACKAGES");
    assert!(error.fix().unwrap().ends_with("migrations/app"), "{error}");
}

#[test]
fn two_ends_of_a_history_are_refused() {
    let history = History::whole();
    let store = history.store();
    let last = store.read_package(&novate_history::PackageName::parse(PACKAGES[2]).unwrap()).unwrap();
    let mut other =
        novate_history::NewPackage { manifest: last.manifest, operations: last.operations, source: last.source };
    // From the beginning's end to a contract of its own, which this test does not look into.
    let contract = store.contract(&Some(other.manifest.to.clone()), "the test").unwrap();
    let empty = novate_contract::Contract::empty(contract.space.clone());
    other.manifest.to = store.write_snapshot(&empty).unwrap();
    let stamp = novate_history::PackageStamp::from_unix(1_790_000_000).unwrap();
    store.write_package(&stamp, "other", &other).unwrap();
    let error = Migrations::read(history.packages()).unwrap_err();
    assert_eq!(error.code(), "MIGRATION.DIVERGED", "{error}");
}
