//! What members of the team write: contracts, packages, configuration.

use camino::Utf8PathBuf;

use super::team::Member;
use super::world::{World, read};
use crate::failure::Failure;

impl World {
    /// Writes a file of a clone.
    pub(crate) fn write(&self, who: Member, file: &str, text: &str) -> Result<(), Failure> {
        let path = self.clone_of(who).join(file);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        Ok(fs_err::write(path, text)?)
    }

    /// Replaces text that a file of a clone must hold once.
    pub(crate) fn edit(&self, who: Member, file: &str, from: &str, to: &str) -> Result<(), Failure> {
        let path = self.clone_of(who).join(file);
        let text = read(&path)?;
        if text.matches(from).count() != 1 {
            return Err(Failure::new(format!("{path} does not hold {from:?} once:\n{text}"), "mend the play"));
        }
        Ok(fs_err::write(path, text.replacen(from, to, 1))?)
    }

    /// The package of this slug, relative to its clone.
    pub(crate) fn package(&self, who: Member, slug: &str) -> Result<String, Failure> {
        let folder = self.clone_of(who).join("migrations/app");
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            if entry.file_name().split_once('_').is_some_and(|(_, named)| named == slug) {
                return Ok(format!("migrations/app/{}", entry.file_name()));
            }
        }
        Err(Failure::new(format!("{folder} has no package {slug}"), "see what novate plan says"))
    }

    /// The source of a package.
    pub(crate) fn source(&self, who: Member, slug: &str) -> Result<Utf8PathBuf, Failure> {
        Ok(self.clone_of(who).join(self.package(who, slug)?).join("migration.sql"))
    }

    /// Puts an answer in place of the one placeholder of a package, and compiles it.
    pub(crate) fn fill(&mut self, who: Member, slug: &str, answer: &str) -> Result<(), Failure> {
        let path = self.source(who, slug)?;
        let text = read(&path)?;
        let asks: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("-- @placeholder")).collect();
        let [asked] = asks.as_slice() else {
            return Err(Failure::new(format!("{path} asks {} things, not one:\n{text}", asks.len()), "mend the play"));
        };
        fs_err::write(&path, text.replacen(&format!("{asked}\n"), answer, 1))?;
        self.novate(who, &format!("migration emit {slug}"))?.ok().map(|_| ())
    }

    /// Deletes the placeholders of a package: its author has looked, and it is right as it is.
    pub(crate) fn without_placeholders(&self, who: Member, slug: &str) -> Result<(), Failure> {
        let path = self.source(who, slug)?;
        let text = read(&path)?;
        let kept: String = text.lines().filter(|line| !line.contains("-- @placeholder")).map(line).collect();
        if kept.len() == text.len() {
            return Err(Failure::new(format!("{path} asks nothing:\n{text}"), "mend the play"));
        }
        Ok(fs_err::write(path, kept)?)
    }

    /// Appends to the source of a package, and compiles it.
    pub(crate) fn append(&mut self, who: Member, slug: &str, block: &str) -> Result<(), Failure> {
        let path = self.source(who, slug)?;
        let text = read(&path)?;
        fs_err::write(&path, format!("{}\n\n{block}", text.trim_end()))?;
        self.novate(who, &format!("migration emit {slug}"))?.ok().map(|_| ())
    }

    /// Puts an exception with its reason before a statement of a package, and compiles it.
    pub(crate) fn allow(&mut self, who: Member, slug: &str, statement: &str, exception: &str) -> Result<(), Failure> {
        let file = format!("{}/migration.sql", self.package(who, slug)?);
        self.edit(who, &file, statement, &format!("-- @allow {exception}\n{statement}"))?;
        self.novate(who, &format!("migration emit {slug}"))?.ok().map(|_| ())
    }
}

fn line(text: &str) -> String {
    format!("{text}\n")
}
