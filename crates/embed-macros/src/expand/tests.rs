#![allow(clippy::unwrap_used)]

use novate_contract::Space;
use novate_history::{NewPackage, PackageName, Placeholder, Store};

use super::*;

const FIRST: &str = "20260504T0900_start";

/// A copy of this repository's own history, as a crate's.
struct Crate {
    cargo: Cargo,
    _folder: tempfile::TempDir,
}

impl Crate {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        copy(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations"), &manifest.join("migrations"));
        Self { cargo: Cargo { here: manifest.clone(), manifest, watches: true }, _folder: folder }
    }

    fn expand(&self, folder: &str) -> Result<String, String> {
        let failures = expand(&self.cargo, &[folder.to_owned()]);
        failures.map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// Changes a file of the first package.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.cargo.manifest.join("migrations/app").join(FIRST).join(file);
        let text = fs_err::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs_err::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

fn copy(from: &Utf8Path, to: &Utf8Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_history_in_order_is_embedded_and_every_file_watched() {
    let krate = Crate::new();
    let text = krate.expand("migrations/app").unwrap();
    assert!(text.contains("name: \"app\", folder: \"migrations/app\""), "{text}");
    let files = 3 * 9 + 8;
    assert_eq!(text.matches("::core::include_bytes!").count(), files);
    assert_eq!(text.matches("as &[u32])").count(), files);
    let snapshots: u64 = 88_741;
    let ops = "\"migrations/app/20260504T0900_start/ops.json\"";
    assert!(text.contains(ops), "{text}");
    assert!(!text.contains(&format!("({:?}", krate.cargo.manifest.as_str())), "a path of the machine is no name");
    assert!(text.len() as u64 <= 2 * (210_644 - snapshots), "snapshots are shared: {}", text.len());
}

#[test]
fn what_was_tampered_with_is_an_error_that_names_the_file() {
    let krate = Crate::new();
    krate.edit("ops.json", "CREATE", "CREATE ");
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("[MIGRATION.HASH_MISMATCH]"), "{error}");
    assert!(error.contains("in: migrations/app/20260504T0900_start/migration.json"), "{error}");
    assert!(error.contains("fix: novate migration emit 20260504T0900_start"), "{error}");
}

#[test]
fn what_is_no_json_any_more_is_named_with_its_line() {
    let krate = Crate::new();
    krate.edit("ops.json", "\"id\":", "\"id\"");
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("[MIGRATION.CORRUPT]"), "{error}");
    let line = error.split("start/ops.json:").nth(1).and_then(|rest| rest.lines().next());
    assert!(line.and_then(|line| line.parse::<usize>().ok()).is_some_and(|line| line > 1), "{error}");
}

#[test]
fn what_was_edited_and_not_emitted_is_an_error_with_the_command() {
    let krate = Crate::new();
    krate.edit("migration.sql", "CREATE", "-- a word\nCREATE");
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("[MIGRATION.SOURCE_STALE]"), "{error}");
    assert!(error.contains("in: migrations/app/20260504T0900_start/migration.sql"), "{error}");
    assert!(error.contains("fix: novate migration emit 20260504T0900_start"), "{error}");
}

#[test]
fn what_is_half_filled_is_an_error_with_the_line_to_fill() {
    let krate = Crate::new();
    let store = Store::new(Space::app(), krate.cargo.manifest.join("migrations/app"));
    let name = PackageName::parse(FIRST).unwrap();
    let package = store.read_package(&name).unwrap();
    let mut new = NewPackage { manifest: package.manifest, operations: package.operations, source: package.source };
    new.manifest.placeholders = vec![Placeholder { question: "what should rows get?".to_owned(), line: 12 }];
    store.rewrite_package(&name, &new).unwrap();
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("[MIGRATION.UNFILLED_PLACEHOLDER]"), "{error}");
    assert!(error.contains("in: migrations/app/20260504T0900_start/migration.sql:12"), "{error}");
    assert!(error.contains("what should rows get?") && error.contains("fix: replace the line"), "{error}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let krate = Crate::new();
    krate.edit("ops.json", "CREATE", "CREATE ");
    let other = krate.cargo.manifest.join("migrations/app/20260511T1030_add_display_name/migration.sql");
    fs_err::write(&other, "-- nothing\n").unwrap();
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("HASH_MISMATCH") && error.contains("SOURCE_STALE"), "{error}");
}

#[test]
fn a_snapshot_that_was_changed_or_is_missing_is_an_error() {
    let krate = Crate::new();
    let snapshots = krate.cargo.manifest.join("migrations/snapshots");
    let one = snapshots.read_dir_utf8().unwrap().next().unwrap().unwrap().into_path();
    let text = fs_err::read_to_string(one.join("contract.json")).unwrap();
    fs_err::write(one.join("contract.json"), text.replacen("text", "bytea", 1)).unwrap();
    assert!(krate.expand("migrations/app").unwrap_err().contains("[SNAPSHOT.HASH_MISMATCH]"));
    fs_err::remove_dir_all(&one).unwrap();
    assert!(krate.expand("migrations/app").unwrap_err().contains("[SNAPSHOT.MISSING]"));
}

#[test]
fn the_folder_above_says_which_folder_is_meant() {
    let krate = Crate::new();
    let error = krate.expand("migrations").unwrap_err();
    assert!(error.contains("[MIGRATION.NO_PACKAGES]") && error.contains("migrations/app"), "{error}");
    let error = krate.expand("migrationz/app").unwrap_err();
    assert!(error.contains("there is no package in migrationz/app"), "{error}");
}

#[test]
fn without_a_build_script_nothing_is_embedded() {
    let mut krate = Crate::new();
    krate.cargo.watches = false;
    let error = krate.expand("migrations/app").unwrap_err();
    assert!(error.contains("[EMBED.NO_BUILD_SCRIPT]"), "{error}");
    assert!(error.contains("cargo::rerun-if-changed=migrations\""), "{error}");
}
