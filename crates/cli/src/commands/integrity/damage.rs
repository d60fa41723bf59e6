//! Bytes that changed, were cut off, or went to another place.

use std::collections::BTreeSet;
use std::io::{Seek as _, SeekFrom, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::StorageHash;
use novate_history::{PackageName, RefName, Store};

use super::{Kind, Sample};
use crate::emitted::Emitted;
use crate::problem::Problem;

/// The codes that say what happened to a file; any other would mislead.
fn fitting(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Source => &["MIGRATION.SOURCE_STALE", "MIGRATION.NOT_UTF8"],
        Kind::Ops => &["MIGRATION.HASH_MISMATCH", "MIGRATION.CORRUPT", "MIGRATION.NOT_UTF8"],
        Kind::Manifest => {
            &["MIGRATION.HASH_MISMATCH", "MIGRATION.CORRUPT", "MIGRATION.NOT_UTF8", "MIGRATION.FORMAT_UNKNOWN"]
        }
        Kind::Snapshot => &["SNAPSHOT.HASH_MISMATCH", "MIGRATION.NOT_UTF8", "MIGRATION.FORMAT_UNKNOWN"],
        Kind::Ref => &["REF.HASH_MISMATCH", "MIGRATION.CORRUPT", "MIGRATION.NOT_UTF8"],
        Kind::Emitted => &[
            "CONTRACT.HASH_MISMATCH",
            "CONTRACT.CORRUPT",
            "CONTRACT.NOT_UTF8",
            "CONTRACT.FORMAT_UNKNOWN",
            "CONTRACT.TARGET_UNKNOWN",
        ],
    }
}

/// Reads one file as the commands do, and nothing else.
struct Reader {
    store: Store,
    emitted: Utf8PathBuf,
    contract: novate_contract::Contract,
}

impl Reader {
    fn new(sample: &Sample) -> Self {
        let project = sample.context.project().unwrap();
        let contract = project.sources().unwrap().contract;
        Self { store: project.store().unwrap(), emitted: project.emitted_path().unwrap(), contract }
    }

    fn code(&self, file: &Utf8Path) -> &'static str {
        self.read(file).map_or_else(|problem| problem.code, |()| "-")
    }

    fn read(&self, file: &Utf8Path) -> Result<(), Problem> {
        let folder = file.parent().and_then(Utf8Path::file_name).unwrap();
        match Kind::of(file) {
            Kind::Source | Kind::Ops | Kind::Manifest => {
                self.store.read_package(&PackageName::parse(folder)?)?.check_runnable()?;
            }
            Kind::Snapshot => {
                self.store.contract(&StorageHash::parse(folder), "the test")?;
            }
            Kind::Ref => {
                self.store.read_ref(&RefName::parse("production")?)?;
            }
            Kind::Emitted => {
                assert_eq!(Emitted::find(&self.emitted, &self.contract)?, Emitted::Current);
            }
        }
        Ok(())
    }
}

/// Writes one byte of a file.
fn put(mut file: &std::fs::File, at: usize, byte: u8) {
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

/// Whether the byte at `at` is white space between two tokens of JSON.
fn between_tokens(json: &[u8], at: usize) -> bool {
    let (mut in_string, mut escaped) = (false, false);
    for byte in &json[..at] {
        in_string = if *byte == b'"' && !escaped { !in_string } else { in_string };
        escaped = in_string && *byte == b'\\' && !escaped;
    }
    !in_string && json[at].is_ascii_whitespace()
}

#[test]
fn no_flipped_byte_is_used() {
    let sample = Sample::new();
    let reader = Reader::new(&sample);
    let mut kinds = BTreeSet::new();
    let mut turn = 0_usize;
    for file in sample.files() {
        let kind = Kind::of(&file);
        kinds.insert(kind);
        let whole = sample.read(&file);
        assert_eq!(reader.code(&file), "-");
        let disk = sample.open(&file);
        for (at, byte) in whole.iter().copied().enumerate() {
            for mask in [0x01, 0x20, 0x80] {
                put(&disk, at, byte ^ mask);
                let what = || format!("{file}, byte {at} {:?} as {:?}", byte as char, (byte ^ mask) as char);
                let code = reader.code(&file);
                assert!(fitting(kind).contains(&code), "{}: {code}", what());
                // Whole commands take longer, so they are asked about some.
                turn += 1;
                if turn.is_multiple_of(23) {
                    assert_eq!(sample.ready_code(&file), code, "{}", what());
                }
                if turn.is_multiple_of(101) {
                    assert_eq!(sample.check_code(), code, "{}", what());
                }
            }
            put(&disk, at, byte);
        }
    }
    assert_eq!(kinds.len(), 6);
    sample.check().unwrap();
}

#[test]
fn white_space_between_tokens_means_nothing() {
    let sample = Sample::new();
    let reader = Reader::new(&sample);
    for file in sample.files().into_iter().filter(|file| Kind::of(file).is_json()) {
        let whole = sample.read(&file);
        let disk = sample.open(&file);
        for at in (0..whole.len()).filter(|at| between_tokens(&whole, *at)) {
            put(&disk, at, if whole[at] == b' ' { b'\n' } else { b'\t' });
            assert_eq!(reader.code(&file), "-", "{file}, byte {at}");
        }
        let spread: Vec<u8> = (0..whole.len())
            .flat_map(|at| if between_tokens(&whole, at) { vec![b' ', b'\r', b'\n'] } else { vec![whole[at]] })
            .collect();
        let tight: Vec<u8> = (0..whole.len()).filter(|at| !between_tokens(&whole, *at)).map(|at| whole[at]).collect();
        for other in [spread, tight] {
            sample.write(file.as_str(), &other);
            assert_eq!((sample.ready_code(&file), sample.check_code()), ("-", "-"), "{file}");
        }
    }
}

#[test]
fn line_endings_mean_nothing() {
    let sample = Sample::new();
    for file in sample.files() {
        let text = String::from_utf8(sample.read(&file)).unwrap();
        sample.write(file.as_str(), text.replace('\n', "\r\n").as_bytes());
        assert_eq!((sample.ready_code(&file), sample.check_code()), ("-", "-"), "{file}");
    }
}

#[test]
fn nothing_that_was_cut_off_is_used() {
    let sample = Sample::new();
    let reader = Reader::new(&sample);
    for file in sample.files() {
        let kind = Kind::of(&file);
        let whole = sample.read(&file);
        // All that may be missing is white space at the end.
        let last = whole.len() - 1;
        let disk = sample.open(&file);
        for length in (0..if kind.is_json() { last } else { whole.len() }).rev() {
            disk.set_len(length as u64).unwrap();
            let code = reader.code(&file);
            assert!(fitting(kind).contains(&code), "{file} cut at {length}: {code}");
            if length.is_multiple_of(101) {
                assert_eq!((sample.ready_code(&file), sample.check_code()), (code, code), "{file} cut at {length}");
            }
        }
        sample.write(file.as_str(), &whole);
    }
}

#[test]
fn files_that_changed_places_are_not_used() {
    let sample = Sample::new();
    let files = sample.files();
    for (kind, expected) in [
        (Kind::Source, "MIGRATION.SOURCE_STALE"),
        (Kind::Ops, "MIGRATION.HASH_MISMATCH"),
        (Kind::Manifest, "MIGRATION.HASH_MISMATCH"),
        (Kind::Snapshot, "SNAPSHOT.HASH_MISMATCH"),
    ] {
        let [one, two] = files.iter().filter(|file| Kind::of(file) == kind).collect::<Vec<_>>()[..] else {
            panic!("there are not two files of the kind {kind:?}")
        };
        let (first, second) = (sample.read(one), sample.read(two));
        sample.write(one.as_str(), &second);
        sample.write(two.as_str(), &first);
        assert_eq!((sample.ready_code(one), sample.check_code()), (expected, expected), "{one}");
        sample.write(one.as_str(), &first);
        sample.write(two.as_str(), &second);
    }
    // A ref knows its own name.
    let reference = files.iter().find(|file| Kind::of(file) == Kind::Ref).unwrap();
    sample.write("migrations/app/refs/staging.json", &sample.read(reference));
    assert_eq!(sample.ready(Some("staging")).unwrap_err().code, "REF.HASH_MISMATCH");
    assert_eq!(sample.check_code(), "REF.HASH_MISMATCH");
}

#[test]
fn a_missing_file_is_named() {
    let sample = Sample::new();
    for file in sample.files() {
        let whole = sample.read(&file);
        std::fs::remove_file(sample.root.join(&file)).unwrap();
        let (ready, check) = match Kind::of(&file) {
            Kind::Source | Kind::Ops | Kind::Manifest => ("MIGRATION.FILE_MISSING", "MIGRATION.FILE_MISSING"),
            Kind::Snapshot => ("SNAPSHOT.MISSING", "SNAPSHOT.MISSING"),
            // Nothing else speaks of it.
            Kind::Ref => ("STATE.UNKNOWN", "-"),
            // What is migrated to is what the sources say; that they were not emitted is for the check.
            Kind::Emitted => ("-", "CONTRACT.STALE"),
        };
        assert_eq!((sample.ready_code(&file), sample.check_code()), (ready, check), "{file}");
        sample.write(file.as_str(), &whole);
    }
}

#[test]
fn a_snapshot_that_nothing_needs_is_checked_too() {
    let sample = Sample::new();
    let snapshot = sample.files().into_iter().find(|file| Kind::of(file) == Kind::Snapshot).unwrap();
    let hash = "11".repeat(32);
    let stray = format!("migrations/snapshots/{hash}/contract.json");
    sample.write(&stray, b"{}");
    assert_eq!((sample.ready_code("x/ops.json".into()), sample.check_code()), ("-", "MIGRATION.FORMAT_UNKNOWN"));
    sample.write(&stray, &sample.read(&snapshot));
    assert_eq!(sample.check_code(), "SNAPSHOT.HASH_MISMATCH");
}

#[test]
fn stale_is_not_edited_by_hand() {
    let sample = Sample::new();
    sample.write("contracts/app.sql", b"CREATE TABLE users (id bigint PRIMARY KEY);\n");
    let problem = sample.check().unwrap_err();
    let codes: Vec<_> = std::iter::once(&problem).chain(&problem.also).map(|problem| problem.code).collect();
    assert_eq!(codes, ["CONTRACT.STALE", "MIGRATION.NOT_PLANNED"]);
    sample.write("contracts/app.sql", super::SECOND.as_bytes());
    // The order of columns is no part of the hash, and a part of what is emitted.
    sample.write(
        "contracts/app.sql",
        super::SECOND
            .replace("id integer PRIMARY KEY, email text NOT NULL", "email text NOT NULL, id integer PRIMARY KEY")
            .as_bytes(),
    );
    assert_eq!((sample.ready_code("x/ops.json".into()), sample.check_code()), ("-", "CONTRACT.STALE"));
}

#[test]
fn a_ref_may_be_written_by_hand() {
    let sample = Sample::new();
    let file = "migrations/app/refs/production.json";
    let json: serde_json::Value = serde_json::from_slice(&sample.read(file.into())).unwrap();
    let hash = json["hash"].as_str().unwrap();
    let code = |text: String| {
        sample.write(file, text.as_bytes());
        let code = sample.ready_code(file.into());
        assert_eq!(sample.check_code(), code, "{text}");
        code
    };
    assert_eq!(code(format!("{{ \"hash\": \"{hash}\", \"invariants\": [\"fill-2\"] }}")), "-");
    assert_eq!(code(format!("{{ \"hash\": \"{hash}\" }}")), "-");
    assert_eq!(code(format!("{{ \"hash\": \"{hash}\", \"invariants\": [\"fill-3\"] }}")), "REF.UNKNOWN_INVARIANT");
    assert_eq!(code(format!("{{ \"hash\": \"{}\" }}", "1".repeat(64))), "REF.DANGLING");
    assert_eq!(code(format!("{{ \"hash\": \"{}\" }}", &hash[1..])), "MIGRATION.CORRUPT");
    assert_eq!(code(format!("{{ \"hash\": \"{hash}\", \"sha\": \"\" }}")), "MIGRATION.CORRUPT");
    assert_eq!(code("{}".to_owned()), "MIGRATION.CORRUPT");
}
