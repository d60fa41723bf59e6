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
    if let Ok(space) = project.space_config() {
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
