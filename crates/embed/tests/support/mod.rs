//! Histories and databases for the tests: the history of the example, whole or cut short.
#![allow(dead_code, clippy::unwrap_used)]

use camino::{Utf8Path, Utf8PathBuf};
use novate_embed::{Database, Migrations};
use novate_scratch::Server;

/// The packages of the example, in order.
pub(crate) const PACKAGES: [&str; 3] =
    ["20260601T0900_start", "20260608T1030_pinned_notes", "20260615T1400_newest_first"];

/// A copy of the example's history.
pub(crate) struct History {
    folder: tempfile::TempDir,
}

impl History {
    pub(crate) fn whole() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let from = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/axum/migrations");
        copy(&from, &root(&folder));
        Self { folder }
    }

    /// The history as it was before the last `newer` packages.
    pub(crate) fn before(newer: usize) -> Self {
        let history = Self::whole();
        for package in &PACKAGES[PACKAGES.len() - newer..] {
            fs_err::remove_dir_all(history.packages().join(package)).unwrap();
        }
        history
    }

    pub(crate) fn packages(&self) -> Utf8PathBuf {
        root(&self.folder).join("app")
    }

    pub(crate) fn read(&self) -> Migrations {
        Migrations::read(self.packages()).unwrap()
    }

    /// Its store, to write to.
    pub(crate) fn store(&self) -> novate_history::Store {
        novate_history::Store::new(novate_contract::Space::app(), self.packages())
    }
}

fn root(folder: &tempfile::TempDir) -> Utf8PathBuf {
    Utf8PathBuf::from_path_buf(folder.path().join("migrations")).unwrap()
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

/// An empty database.
pub(crate) struct Empty {
    pub(crate) scratch: novate_scratch::Database,
}

impl Empty {
    pub(crate) fn new() -> Self {
        Self { scratch: Server::shared().unwrap().database("embed").unwrap() }
    }

    pub(crate) fn database(&self) -> Database {
        Database::parse(&self.scratch.url()).unwrap()
    }

    pub(crate) fn one(&self, sql: &str) -> String {
        let rows = self.scratch.execute(sql).unwrap();
        rows[0][0].clone().unwrap_or_default()
    }

    pub(crate) fn run(&self, sql: &str) {
        self.scratch.execute(sql).unwrap();
    }
}
