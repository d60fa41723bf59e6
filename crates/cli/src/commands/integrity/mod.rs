//! What is on disk is used only as it was written, and is refused before any connection is made.
//!
//! [`migrate::ready`] is all that `novate migrate` and `novate db init` read before they connect, and [`check::offline`] is
//! the whole of `novate check`. That the program goes the same way is for the journeys to show.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod damage;
mod forged;
mod hostile;

use camino::{Utf8Path, Utf8PathBuf};
use novate_contract::Space;
use novate_runner::Interrupt;

use super::{check, migrate, migration_emit, plan, refs};
use crate::cli;
use crate::problem::Problem;
use crate::project::{Context, Said, Scope};
use crate::ui::{Ui, Verbosity};

const FIRST: &str = "CREATE TYPE mood AS ENUM ('ok', 'it''s \u{1}');\n\
    CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, mood mood);\n\
    COMMENT ON TABLE users IS 'people\u{1b} \u{e9}';\n";
const SECOND: &str = "CREATE TYPE mood AS ENUM ('ok', 'it''s \u{1}');\n\
    CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, mood mood NOT NULL);\n\
    COMMENT ON TABLE users IS 'people\u{1b} \u{e9}';\n";

/// What a file of novate's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Source,
    Ops,
    Manifest,
    Snapshot,
    Ref,
    Emitted,
}

impl Kind {
    fn of(path: &Utf8Path) -> Self {
        match path.file_name().unwrap() {
            "migration.sql" => Self::Source,
            "ops.json" => Self::Ops,
            "migration.json" => Self::Manifest,
            "contract.json" => Self::Snapshot,
            "production.json" => Self::Ref,
            _ => Self::Emitted,
        }
    }

    fn is_json(self) -> bool {
        self != Self::Source
    }

    /// What `novate migrate` must be asked for to read it.
    fn goal(self) -> Option<&'static str> {
        (self == Self::Ref).then_some("production")
    }
}

/// A project with two packages, a ref and an emitted contract.
struct Sample {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    context: Context,
}

impl Sample {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let context = Context {
            ui: Ui { json: false, verbosity: Verbosity::Quiet },
            here: root.clone(),
            db: None,
            env: None,
            space: Space::app(),
            scope: Scope::All,
            said: Said::default(),
            interrupt: Interrupt::default(),
        };
        let sample = Self { _folder: folder, root, context };
        sample.write("novate.toml", b"");
        sample.write("contracts/app.sql", FIRST.as_bytes());
        sample.plan("first");
        sample.write("contracts/app.sql", SECOND.as_bytes());
        sample.plan("second");
        let source = sample.files().into_iter().find(|path| path.as_str().ends_with("second/migration.sql")).unwrap();
        let text = String::from_utf8(sample.read(&source)).unwrap();
        let filled: Vec<&str> = text
            .lines()
            .flat_map(|line| {
                if line.contains("@transform") {
                    vec![line, "-- @invariant fill-2"]
                } else if line.contains("@placeholder") {
                    vec!["UPDATE users SET mood = 'ok' WHERE mood IS NULL;"]
                } else {
                    vec![line]
                }
            })
            .collect();
        sample.write(source.as_str(), format!("{}\n", filled.join("\n")).as_bytes());
        migration_emit::run(&sample.context, &cli::MigrationEmit { package: None, force: false }).unwrap();
        let set = cli::RefSet {
            name: "production".to_owned(),
            state: "second".to_owned(),
            invariant: vec!["fill-2".to_owned()],
        };
        refs::run(&sample.context, &cli::Ref::Set(set)).unwrap();
        sample.ready(None).unwrap();
        sample.ready(Some("production")).unwrap();
        sample.check().unwrap();
        sample
    }

    fn plan(&self, name: &str) {
        let plan = cli::Plan {
            from: None,
            to: None,
            name: Some(name.to_owned()),
            rename: Vec::new(),
            merge: false,
            online: false,
            dry_run: false,
            sql: false,
            strict_coverage: false,
        };
        plan::run(&self.context, &plan).unwrap();
    }

    /// What `novate migrate` refuses before it connects: the ref's way where there is one, else the contract's.
    fn ready(&self, to: Option<&str>) -> Result<(), Problem> {
        migrate::ready(&self.context.project()?, to).map(|_| ())
    }

    fn check(&self) -> Result<(), Problem> {
        check::offline(&self.context, &check::Check::default())
            .and_then(|gate| check::text(&self.context, &gate))
            .map(|_| ())
    }

    /// The code of what `novate migrate` refuses; `-` where it refuses nothing.
    fn ready_code(&self, file: &Utf8Path) -> &'static str {
        self.ready(Kind::of(file).goal()).map_or_else(|problem| problem.code, |()| "-")
    }

    /// The same of `novate check`.
    fn check_code(&self) -> &'static str {
        self.check().map_or_else(|problem| problem.code, |()| "-")
    }

    fn read(&self, path: &Utf8Path) -> Vec<u8> {
        std::fs::read(self.root.join(path)).unwrap()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A file to change in place: written anew thousands of times, it would keep the disk busy.
    fn open(&self, path: &Utf8Path) -> std::fs::File {
        std::fs::File::options().write(true).open(self.root.join(path)).unwrap()
    }

    /// Every file that novate wrote, relative to the project.
    fn files(&self) -> Vec<Utf8PathBuf> {
        fn collect(folder: &Utf8Path, found: &mut Vec<Utf8PathBuf>) {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().path().to_owned();
                if path.is_dir() { collect(&path, found) } else { found.push(path) }
            }
        }
        let mut found = vec![self.root.join("contracts/app.contract.json")];
        collect(&self.root.join("migrations"), &mut found);
        found.sort();
        found.iter().map(|path| path.strip_prefix(&self.root).unwrap().to_owned()).collect()
    }
}
