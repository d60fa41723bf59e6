//! Whether what a project says has changed: its configuration, its contract with all that it includes, its seeds.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use novate_source::SourceFile;

use crate::files::{self, MAX_SETTINGS_BYTES};
use crate::project::{Context, Project};
use crate::seeds;

/// A number that is another one once any of the files is.
///
/// The files are read, not their times: an editor that writes twice within one tick of the clock is seen, and a file
/// that is saved without a change is no change.
pub(crate) fn state(context: &Context) -> u64 {
    let mut hasher = DefaultHasher::new();
    match context.project() {
        Ok(project) => of(&project, &mut hasher),
        Err(problem) => {
            (problem.code, &problem.summary, &problem.why).hash(&mut hasher);
            if let Some(place) = &problem.place {
                files::read(&place.path, MAX_SETTINGS_BYTES).ok().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

fn of(project: &Project<'_>, hasher: &mut DefaultHasher) {
    let config = &project.config;
    files::read(&config.root.join(crate::config::FILE), MAX_SETTINGS_BYTES).ok().hash(hasher);
    for space in config.spaces.values() {
        match novate_source::files::read(space.contract.as_std_path(), config.root.as_std_path()) {
            Ok(files) => files.iter().for_each(|file| source(file, hasher)),
            Err(error) => error.to_string().hash(hasher),
        }
    }
    match seeds::texts(project) {
        Ok(texts) => texts.hash(hasher),
        Err(problem) => (problem.code, &problem.summary).hash(hasher),
    }
}

fn source(file: &SourceFile, hasher: &mut DefaultHasher) {
    (&file.path, &file.text).hash(hasher);
    file.includes.iter().for_each(|include| source(&include.file, hasher));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use camino::Utf8Path;
    use novate_contract::Space;
    use novate_runner::Interrupt;

    use super::*;
    use crate::project::{Said, Scope};
    use crate::ui::{Ui, Verbosity};

    #[test]
    fn every_file_that_matters_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let ui = Ui { json: false, verbosity: Verbosity::Quiet };
        let context = Context {
            ui,
            here: root.to_owned(),
            db: None,
            env: None,
            space: Space::app(),
            scope: Scope::All,
            said: Said::default(),
            interrupt: Interrupt::default(),
        };
        let mut states = vec![state(&context)];
        for (name, text) in [
            ("novate.toml", ""),
            ("contracts/app.sql", "\\ir parts/users.sql\n"),
            ("contracts/parts/users.sql", "CREATE TABLE users (id int);\n"),
            ("contracts/parts/users.sql", "CREATE TABLE users (id int, name text);\n"),
            ("seeds/first.sql", "-- one\n"),
            ("seeds/first.sql", "-- two\n"),
            ("novate.toml", "[postgres]\nmajor = 16\n"),
            ("novate.toml", "[postgres\n"),
            ("novate.toml", "[postgres \n"),
        ] {
            fs_err::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs_err::write(root.join(name), text).unwrap();
            let now = state(&context);
            assert!(!states.contains(&now), "{name} {text:?}");
            assert_eq!(state(&context), now);
            states.push(now);
        }
        // Other files are none of its business, and the same text is no change.
        fs_err::write(root.join("other.sql"), "x").unwrap();
        fs_err::write(root.join("novate.toml"), "[postgres \n").unwrap();
        assert_eq!(states.last(), Some(&state(&context)));
    }
}
