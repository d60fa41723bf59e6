//! The examples: applications, each a workspace of its own as theirs are, built into the folder that novate is built in.

use camino::Utf8PathBuf;

use crate::failure::Failure;
use crate::process::{cargo, run as run_process};
use crate::workspace::root;

/// The folder of every example.
pub(crate) fn folders() -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut folders = Vec::new();
    for entry in root().join("examples").read_dir_utf8()? {
        let folder = entry?.into_path();
        if folder.join("Cargo.toml").is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Runs a task of cargo's on every example; `after` goes to what cargo runs.
fn each(task: &[&str], after: &[&str]) -> Result<(), Failure> {
    let target = root().join("target");
    for folder in folders()? {
        let manifest = folder.join("Cargo.toml");
        let mut command = cargo(task);
        command.args(["--manifest-path", manifest.as_str()]);
        if task != ["fmt"] {
            command.args(["--locked", "--target-dir", target.as_str()]);
        }
        run_process(command.args(after))?;
    }
    Ok(())
}

/// Fails where one is not formatted.
pub(crate) fn formatted() -> Result<(), Failure> {
    each(&["fmt"], &["--check"])
}

/// Fails where the linter has something to say.
pub(crate) fn linted() -> Result<(), Failure> {
    each(&["clippy", "--all-targets"], &["--", "-D", "warnings"])
}

/// Runs their tests.
pub(crate) fn test() -> Result<(), Failure> {
    each(&["test"], &[])
}
