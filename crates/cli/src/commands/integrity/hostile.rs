//! Files that were made to harm: links, pipes and devices, sizes and depths, texts that readers disagree about.

use camino::Utf8Path;
use serde_json::{Value, json};

use super::{Kind, SECOND, Sample};
use crate::problem::Problem;

impl Kind {
    /// What says that such a file cannot be understood.
    fn corrupt(self) -> &'static str {
        match self {
            Self::Snapshot => "SNAPSHOT.HASH_MISMATCH",
            Self::Emitted => "CONTRACT.CORRUPT",
            _ => "MIGRATION.CORRUPT",
        }
    }

    /// `of_contract` for the emitted contract, `of_history` for the rest.
    fn either(self, of_contract: &'static str, of_history: &'static str) -> &'static str {
        if self == Self::Emitted { of_contract } else { of_history }
    }
}

impl Sample {
    /// Puts something else where a file or folder is, looks, and puts it back.
    fn instead(&self, place: &Utf8Path, read: &Utf8Path, put: impl FnOnce(&Utf8Path), expected: &str) {
        let path = self.root.join(place);
        let aside = self.root.join("aside");
        std::fs::rename(&path, &aside).unwrap();
        put(&path);
        assert_eq!((self.ready_code(read), self.check_code()), (expected, expected), "{place}");
        if path.symlink_metadata().unwrap().is_dir() {
            std::fs::remove_dir(&path).unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
        std::fs::rename(&aside, &path).unwrap();
    }

    /// What is said of a file that holds this: by both commands the same.
    #[track_caller]
    fn refused(&self, file: &Utf8Path, bytes: &[u8], code: &str, said: &str) {
        let path = self.root.join(file);
        let before = std::fs::read(&path).ok();
        self.write(file.as_str(), bytes);
        let kind = if file.starts_with("migrations") { Kind::of(file).goal() } else { None };
        let problem = self.ready(kind).expect_err(file.as_str());
        assert_eq!(problem.code, code, "{file}: {}", message(&problem));
        assert!(message(&problem).contains(said), "{file}: {said:?} is not in {:?}", message(&problem));
        assert_eq!(self.check_code(), code, "{file}");
        match before {
            Some(before) => self.write(file.as_str(), &before),
            None => std::fs::remove_file(path).unwrap(),
        }
    }
}

fn message(problem: &Problem) -> String {
    format!("{}: {}", problem.summary, problem.why.as_deref().unwrap_or_default())
}

/// A gigabyte that takes no room.
fn sparse(path: &Utf8Path) {
    std::fs::File::create(path).unwrap().set_len(1 << 30).unwrap();
}

#[cfg(unix)]
fn pipe(path: &Utf8Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
fn link(to: impl AsRef<std::path::Path>) -> impl FnOnce(&Utf8Path) {
    move |path| std::os::unix::fs::symlink(to, path).unwrap()
}

#[cfg(unix)]
#[test]
fn links_pipes_and_folders_are_no_files() {
    let sample = Sample::new();
    let outside = tempfile::tempdir().unwrap();
    let copy = outside.path().join("copy");
    for file in sample.files() {
        let expected = Kind::of(&file).either("CONTRACT.NOT_REGULAR", "MIGRATION.NOT_REGULAR");
        // The very same text, but elsewhere.
        std::fs::write(&copy, sample.read(&file)).unwrap();
        sample.instead(&file, &file, link(&copy), expected);
        sample.instead(&file, &file, link("/dev/zero"), expected);
        sample.instead(&file, &file, link(file.file_name().unwrap()), expected);
        sample.instead(&file, &file, link("nowhere"), expected);
        sample.instead(&file, &file, |path| std::fs::create_dir(path).unwrap(), expected);
        sample.instead(&file, &file, pipe, expected);
    }
}

#[cfg(unix)]
#[test]
fn links_are_no_folders() {
    let sample = Sample::new();
    let file = |kind: Kind| sample.files().into_iter().find(|file| Kind::of(file) == kind).unwrap();
    let (ops, snapshot, reference) = (file(Kind::Ops), file(Kind::Snapshot), file(Kind::Ref));
    for (folder, read, expected) in [
        (ops.parent().unwrap(), &ops, "MIGRATION.NOT_REGULAR"),
        (snapshot.parent().unwrap(), &snapshot, "MIGRATION.NOT_REGULAR"),
        ("migrations/snapshots".into(), &snapshot, "MIGRATION.NOT_REGULAR"),
        ("migrations/app/refs".into(), &reference, "MIGRATION.NOT_REGULAR"),
        ("migrations/app".into(), &ops, "CONFIG.OUTSIDE_PROJECT"),
        ("migrations".into(), &ops, "CONFIG.OUTSIDE_PROJECT"),
    ] {
        let outside = tempfile::tempdir().unwrap();
        let copy = outside.path().join("copy");
        let copied = std::process::Command::new("cp").arg("-r").arg(sample.root.join(folder)).arg(&copy).status();
        assert!(copied.unwrap().success());
        sample.instead(folder, read, link(&copy), expected);
    }
    // Within the project too: there would be two of a package.
    sample.instead("migrations/app".into(), &ops, link(sample.root.join("aside")), "MIGRATION.NOT_REGULAR");
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let sample = Sample::new();
    for file in sample.files() {
        let kind = Kind::of(&file);
        let expected = kind.either("CONTRACT.TOO_LARGE", "MIGRATION.TOO_LARGE");
        sample.instead(&file, &file, sparse, expected);
        let path = sample.root.join(&file);
        let whole = sample.read(&file);
        sparse(&path);
        let limit = match kind {
            Kind::Ops => "256 MiB",
            Kind::Source | Kind::Snapshot | Kind::Emitted => "64 MiB",
            Kind::Manifest => "4 MiB",
            Kind::Ref => "1 MiB",
        };
        let said = message(&sample.ready(kind.goal()).unwrap_err());
        assert!(said.contains(&format!("is larger than {limit}")), "{said}");
        sample.write(file.as_str(), &whole);
    }
    sample.instead("contracts/app.sql".into(), "x/ops.json".into(), sparse, "CONTRACT.FILE_TOO_LARGE");
    sample.instead("novate.toml".into(), "x/ops.json".into(), sparse, "CONFIG.UNREADABLE");
    sample.write(".env", b"");
    sample.instead(".env".into(), "x/ops.json".into(), sparse, "CONFIG.ENV_FILE");
}

#[test]
fn json_that_readers_disagree_about_is_refused() {
    let sample = Sample::new();
    for file in sample.files().into_iter().filter(|file| Kind::of(file).is_json()) {
        let kind = Kind::of(&file);
        let text = String::from_utf8(sample.read(&file)).unwrap();
        let corrupt = |text: String, said: &str| sample.refused(&file, text.as_bytes(), kind.corrupt(), said);
        corrupt("[".repeat(150_000), "it nests deeper than 32 levels");
        corrupt("[{\"a\":".repeat(150_000), "it nests deeper than 32 levels");
        corrupt(format!("\u{feff}{text}"), "it begins with a byte order mark");
        corrupt(format!("{text}\0"), "trailing characters");
        corrupt(format!("{text}{text}"), "trailing characters");
        corrupt(text.replacen('"', "\"\0", 1), "control character");
        corrupt(text.replacen('{', "{\"zz\": 1, \"zz\": 1,", 1), "the key \"zz\" is there twice");
        corrupt(text.replacen('{', "{\"zz\": 1,", 1), "keys in order");
        corrupt(text.replacen('{', "{\"zz\": 1.5,", 1), "1.5");
        corrupt(text.replacen('{', "{\"zz\": 1e400,", 1), "number out of range");
        corrupt(text.replacen('{', "{\"zz\": 9007199254740993,", 1), "must be a string");
        corrupt(text.replacen('{', "{\"zz\": 99999999999999999999999,", 1), "");
        corrupt(text.replacen('{', "{\"zz\": \"\\ud800\",", 1), "");
        corrupt(format!("<<<<<<< HEAD\n{text}"), "expected value");
        for other in ["\"text\"", "null", "[]", "{}"] {
            // What is no package's operations is not what the manifest's hash says either.
            let code = match kind {
                Kind::Ops => "MIGRATION.HASH_MISMATCH",
                Kind::Emitted | Kind::Snapshot if other == "{}" => {
                    kind.either("CONTRACT.FORMAT_UNKNOWN", "MIGRATION.FORMAT_UNKNOWN")
                }
                _ => kind.corrupt(),
            };
            sample.refused(&file, other.as_bytes(), code, "");
        }
        let mut bytes = text.clone().into_bytes();
        bytes[text.find('"').unwrap() + 1] = 0xff;
        let not_utf8 = kind.either("CONTRACT.NOT_UTF8", "MIGRATION.NOT_UTF8");
        sample.refused(&file, &bytes, not_utf8, "is not UTF-8: byte");
    }
}

#[test]
fn what_a_newer_version_writes_is_named() {
    let sample = Sample::new();
    for file in sample.files().into_iter().filter(|file| Kind::of(file).is_json()) {
        let kind = Kind::of(&file);
        let whole: Value = serde_json::from_slice(&sample.read(&file)).unwrap();
        let with = |key: &str, value: Value| {
            let mut changed = whole.clone();
            let object = if kind == Kind::Ops { &mut changed[0] } else { &mut changed };
            object[key] = value;
            changed.to_string().into_bytes()
        };
        match kind {
            // Everything that stands in it is under the hash in the manifest.
            Kind::Ops => sample.refused(&file, &with("zzz", json!(1)), "MIGRATION.HASH_MISMATCH", ""),
            Kind::Ref => {
                sample.refused(&file, &with("zzz", json!(1)), kind.corrupt(), "unknown field `zzz`");
                sample.refused(&file, &with("format", json!(2)), kind.corrupt(), "unknown field `format`");
            }
            _ => {
                sample.refused(&file, &with("zzz", json!(1)), kind.corrupt(), "unknown field `zzz`");
                let unknown = kind.either("CONTRACT.FORMAT_UNKNOWN", "MIGRATION.FORMAT_UNKNOWN");
                sample.refused(&file, &with("format", json!(2)), unknown, "format 2");
                sample.refused(&file, &with("format", json!(-1)), unknown, "format -1");
                sample.refused(&file, &with("format", json!("1")), unknown, "format \"1\"");
            }
        }
    }
}

#[test]
fn sources_that_are_no_text_are_refused() {
    let sample = Sample::new();
    let contract: &Utf8Path = "contracts/app.sql".into();
    let deep = format!("CREATE TABLE t (a int CHECK ({}1{}));", "(".repeat(1_000_000), ")".repeat(1_000_000));
    sample.refused(contract, deep.as_bytes(), "CONTRACT.SYNTAX", "this nests too deeply");
    sample.refused(contract, "/*".repeat(1_000_000).as_bytes(), "CONTRACT.SYNTAX", "this comment has no end");
    sample.refused(contract, b"CREATE TABLE \"a\0b\" (id int);", "CONTRACT.SYNTAX", "a byte of value 0");
    sample.refused(contract, b"CREATE TABLE a\xff (id int);", "CONTRACT.NOT_UTF8", "byte 14");
    sample.refused(contract, b"\\i /etc/passwd\n", "CONTRACT.OUTSIDE_PROJECT", "/etc/passwd lies outside of");
    sample.refused(contract, b"\\ir nowhere/at_all.sql\n", "CONTRACT.FILE_NOT_FOUND", "at_all.sql");
    sample.refused(contract, b"\\ir app.sql\n", "CONTRACT.FILE_CYCLE", "leads back to itself");
    sample.write(contract.as_str(), "x;\n".repeat(150).as_bytes());
    let many = sample.ready(None).unwrap_err();
    assert_eq!(many.also.len(), 99);
    assert_eq!(many.also[98].why.as_deref(), Some("50 problems after this one"));
    // Editors on Windows write one, and psql passes over it.
    sample.write(contract.as_str(), format!("\u{feff}{SECOND}").as_bytes());
    sample.check().unwrap();

    let source = sample.files().into_iter().find(|file| Kind::of(file) == Kind::Source).unwrap();
    let text = String::from_utf8(sample.read(&source)).unwrap();
    sample.refused(&source, format!("\u{feff}{text}").as_bytes(), "MIGRATION.SOURCE_STALE", "edited");
    sample.refused(&source, format!("{text}\0").as_bytes(), "MIGRATION.SOURCE_STALE", "edited");
}

#[cfg(unix)]
#[test]
fn contracts_are_files_of_the_project() {
    let sample = Sample::new();
    let (contract, read): (&Utf8Path, &Utf8Path) = ("contracts/app.sql".into(), "x/ops.json".into());
    let outside = tempfile::tempdir().unwrap();
    let copy = outside.path().join("app.sql");
    std::fs::write(&copy, SECOND).unwrap();
    sample.instead(contract, read, link(&copy), "CONTRACT.OUTSIDE_PROJECT");
    sample.instead(contract, read, link("/dev/zero"), "CONTRACT.OUTSIDE_PROJECT");
    sample.instead(contract, read, link("app.sql"), "CONTRACT.FILE_UNREADABLE");
    sample.instead(contract, read, pipe, "CONTRACT.NOT_REGULAR");
    sample.instead(contract, read, |path| std::fs::create_dir(path).unwrap(), "CONTRACT.NO_FILES");
    sample.instead("contracts".into(), read, link(outside.path()), "CONTRACT.OUTSIDE_PROJECT");
    // To another file of the project a link may lead.
    sample.write("sql/real.sql", SECOND.as_bytes());
    sample.instead(contract, read, link("../sql/real.sql"), "-");
    // A file that somebody names may lie anywhere; what it includes lies beside it.
    let migrate = |text: &str| {
        std::fs::write(&copy, text).unwrap();
        sample.ready(copy.to_str()).map_or_else(|problem| problem.code, |()| "-")
    };
    assert_eq!(migrate(SECOND), "-");
    assert_eq!(migrate(&format!("\\i {}/contracts/app.sql\n", sample.root)), "CONTRACT.OUTSIDE_PROJECT");
}

#[test]
fn settings_that_cannot_be_settings_are_refused() {
    let sample = Sample::new();
    let config: &Utf8Path = "novate.toml".into();
    let deep = format!("a = {}", "[".repeat(500_000));
    sample.refused(config, deep.as_bytes(), "CONFIG.INVALID", "");
    sample.refused(config, b"[database]\nurl = \"a\"\nurl = \"b\"\n", "CONFIG.INVALID", "");
    sample.refused(config, b"[postgres]\nmajor = 99999999999999999999\n", "CONFIG.INVALID", "");
    sample.refused(config, b"[postgres]\nmajor = -1\n", "CONFIG.INVALID", "");
    sample.refused(config, b"[database]\nzzz = 1\n", "CONFIG.UNKNOWN_KEY", "zzz");
    sample.refused(config, b"# \xff", "CONFIG.UNREADABLE", "is not UTF-8: byte 2");
    sample.refused(config, b"# \0", "CONFIG.INVALID", "");
    for path in ["../x", "a/../../x", "/etc", "contracts/../../x/y"] {
        for key in ["contract", "migrations"] {
            let text = format!("[space.app]\n{key} = \"{path}\"\n");
            sample.refused(config, text.as_bytes(), "CONFIG.OUTSIDE_PROJECT", "lies outside of the project");
        }
    }
    let inside = format!("[space.app]\nmigrations = \"{}/contracts/../migrations/./app\"\n", sample.root);
    sample.write("novate.toml", inside.as_bytes());
    sample.check().unwrap();

    let env: &Utf8Path = ".env".into();
    let mut doubling = "A0=xxxxxxxx\n".to_owned();
    for at in 1..60 {
        doubling.push_str(&format!("A{at}=${{A{0}}}${{A{0}}}\n", at - 1));
    }
    sample.refused(env, doubling.as_bytes(), "CONFIG.ENV_FILE", "is larger than 64 KiB");
    sample.refused(env, b"A=\xff", "CONFIG.ENV_FILE", "is not UTF-8: byte 2");
    sample.refused(env, b"A b c", "CONFIG.ENV_FILE", "a line cannot be parsed");
}

#[cfg(unix)]
#[test]
fn settings_are_files() {
    let sample = Sample::new();
    let (config, env, read): (&Utf8Path, &Utf8Path, &Utf8Path) =
        ("novate.toml".into(), ".env".into(), "x/ops.json".into());
    sample.write(".env", b"");
    for (place, expected) in [(config, "CONFIG.UNREADABLE"), (env, "CONFIG.ENV_FILE")] {
        sample.instead(place, read, link("/dev/zero"), expected);
        sample.instead(place, read, link("novate.toml"), if place == config { expected } else { "-" });
        sample.instead(place, read, link("nowhere"), expected);
        sample.instead(place, read, pipe, expected);
    }
    sample.instead(config, read, |path| std::fs::create_dir(path).unwrap(), "CONFIG.UNREADABLE");
    // A virtual environment of Python's.
    sample.instead(env, read, |path| std::fs::create_dir(path).unwrap(), "-");
    // Settings are often mounted as links.
    sample.write("mounted/novate.toml", b"");
    sample.instead(config, read, link("mounted/novate.toml"), "-");
}
