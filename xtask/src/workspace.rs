//! Where things are: the repository, its files, and the programs that it builds.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::failure::Failure;
use crate::process::{cargo, read};

/// The folder of the workspace.
pub(crate) fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Utf8Path::new("."))
}

/// How a program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds `novate` and says where it is.
pub(crate) fn novate(profile: Profile) -> Result<Utf8PathBuf, Failure> {
    let mut command = cargo(&["build", "--package", "novate", "--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    executable(&read(&mut command)?, "novate")
}

/// The program of this name among cargo's messages.
pub(crate) fn executable(messages: &str, name: &str) -> Result<Utf8PathBuf, Failure> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(Utf8PathBuf::from))
        .ok_or_else(|| Failure::new(format!("cargo built no program `{name}`"), "cargo build --workspace"))
}

/// Every file below a folder whose name ends so, sorted; hidden folders and build output left out.
pub(crate) fn files(folder: &Utf8Path, ending: &str) -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(folder, ending, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Utf8Path, ending: &str, found: &mut Vec<Utf8PathBuf>) -> Result<(), Failure> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" {
                collect(path, ending, found)?;
            }
        } else if name.ends_with(ending) {
            found.push(path.to_owned());
        }
    }
    Ok(())
}
