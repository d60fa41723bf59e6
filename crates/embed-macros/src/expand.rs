//! From folders to the Rust text that holds what is in them.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use novate_history::Bundle;

use crate::failure::Failure;
use crate::pieces::Pieces;

/// What Cargo says of the crate that is compiled.
#[derive(Debug, Clone)]
pub(crate) struct Cargo {
    /// The folder of its `Cargo.toml`.
    pub(crate) manifest: Utf8PathBuf,
    /// Where the compiler was started: messages name paths from there.
    pub(crate) here: Utf8PathBuf,
    /// Whether changes of a folder will be noticed: there is a build script, or something other than Cargo builds.
    pub(crate) watches: bool,
}

impl Cargo {
    /// As the environment of this process says.
    pub(crate) fn of_process() -> Self {
        let path = |path: Option<std::path::PathBuf>| path.and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
        let here = path(std::env::current_dir().ok()).unwrap_or_default();
        Self {
            manifest: path(std::env::var_os("CARGO_MANIFEST_DIR").map(Into::into)).unwrap_or_else(|| here.clone()),
            here,
            watches: std::env::var_os("OUT_DIR").is_some() || std::env::var_os("CARGO").is_none(),
        }
    }
}

/// The expression that the macro becomes; everything that is wrong with the folders otherwise.
pub(crate) fn expand(cargo: &Cargo, folders: &[String]) -> Result<String, Vec<Failure>> {
    let here = format!("{}{}", cargo.here, std::path::MAIN_SEPARATOR);
    let mut failures = Vec::new();
    let mut spaces = Vec::new();
    for folder in folders {
        match Bundle::read(cargo.manifest.join(folder)) {
            Ok(bundle) => spaces.push((folder, bundle)),
            Err(errors) => failures.extend(errors.iter().map(|error| Failure::history(error, &here))),
        }
    }
    if !cargo.watches {
        let above = folders.first().and_then(|folder| Utf8Path::new(folder).parent());
        failures.push(Failure::no_build_script(above.filter(|above| *above != "").map_or(".", Utf8Path::as_str)));
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let mut text = String::from("{ static SPACES: &[::novate_embed::__Space] = &[");
    for (folder, bundle) in &spaces {
        space(&mut text, cargo, folder, bundle)?;
    }
    text.push_str("]; ::novate_embed::Migrations::__embedded(SPACES) }");
    Ok(text)
}

/// Writes one space: its name, its folder, its pieces, its files as numbers of pieces. The bytes that are included are
/// used by nothing and so in no program: they are how the compiler knows which files it depends on.
fn space(text: &mut String, cargo: &Cargo, folder: &str, bundle: &Bundle) -> Result<(), Vec<Failure>> {
    let root = cargo.manifest.join(folder);
    let above = |path: &Utf8Path| path.parent().map(Utf8Path::to_owned).unwrap_or_default();
    let (root, shown) = (above(&root), above(folder.into()));
    let mut files = Vec::new();
    for path in bundle.paths() {
        let content = fs_err::read_to_string(&path).map_err(|error| vec![Failure::unreadable(&error.to_string())])?;
        // A program that was built on another system must have the same paths.
        let name = shown.join(path.strip_prefix(&root).unwrap_or(&path)).as_str().replace('\\', "/");
        files.push((path, name, content));
    }
    let mut pieces = Pieces::default();
    let mut numbered = String::new();
    for (path, name, content) in &files {
        let is_snapshot = path.file_name() == Some("contract.json");
        let numbers = if is_snapshot { pieces.objects(content) } else { pieces.whole(content) };
        // Texts only: nothing here can fail to be written.
        let _ = write!(numbered, "({name:?}, &[");
        for number in numbers {
            let _ = write!(numbered, "{number}_u32,");
        }
        numbered.push_str("] as &[u32]),");
    }
    let _ = write!(text, "{{ {} ", files.iter().map(|(path, ..)| track(path)).collect::<String>());
    let _ = write!(
        text,
        "::novate_embed::__Space {{ name: {:?}, folder: {:?}, pieces: &{:?}, files: &[{numbered}] }} }},",
        bundle.store.space().as_str(),
        folder,
        pieces.texts(),
    );
    Ok(())
}

fn track(path: &Utf8Path) -> String {
    format!("const _: &[::core::primitive::u8] = ::core::include_bytes!({:?});", path.as_str())
}

#[cfg(test)]
mod tests;
