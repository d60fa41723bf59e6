//! What `novate check` found, and how it is written: one model, and a pure function for each format.

mod base;
mod github;
mod glossary;
mod json;
mod markdown;
pub(crate) mod replay;
mod sarif;

#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use serde_json::Value;

pub(crate) use base::Base;

use crate::config::FILE;
use crate::exit::Exit;
use crate::problem::{Problem, Severity};
use crate::progress::count;
use crate::redact::{What, redact};
use crate::review::Reviewed;

/// How the findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A comment for a pull request.
    Markdown,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// What is wrong or worth a look, errors and warnings in the order in which they were found.
    pub(crate) problems: Vec<Problem>,
    /// The packages that are to be reviewed.
    pub(crate) pending: Vec<Reviewed>,
    /// The commit that they are new since, where one was named.
    pub(crate) base: Option<String>,
    /// How many packages there are in all.
    pub(crate) packages: usize,
    /// How many snapshots there are.
    pub(crate) snapshots: usize,
    /// How many packages were replayed, where that was asked for.
    pub(crate) replayed: Option<usize>,
    /// Objects of kinds that are not modelled, for programs.
    pub(crate) unsupported: Value,
    /// Where `novate.toml` is: the place of what is nowhere else, for readers that want one.
    pub(crate) settings: Utf8PathBuf,
}

impl Gate {
    /// A run that found nothing but this.
    pub(crate) fn of(problem: Problem) -> Self {
        Self { problems: problem.flatten(), settings: FILE.into(), ..Self::default() }
    }

    /// With what was found in another space.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self.pending.extend(other.pending);
        self.packages += other.packages;
        self.snapshots += other.snapshots;
        self.replayed = self.replayed.into_iter().chain(other.replayed).reduce(|one, more| one + more);
        if let (Value::Array(own), Value::Array(theirs)) = (&mut self.unsupported, other.unsupported) {
            own.extend(theirs);
        }
        self
    }

    /// What fails.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// What does not.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Warning)
    }

    /// How the program ends: for the first error.
    pub(crate) fn exit(&self) -> Exit {
        self.errors().next().map_or(Exit::Done, |problem| problem.exit)
    }

    /// The verdict in one sentence without a final full stop.
    pub(crate) fn verdict(&self) -> String {
        let warnings = match self.warnings().count() {
            0 => String::new(),
            more => format!(", {}", count(more, "warning")),
        };
        match self.errors().count() {
            0 => {
                let replayed = self.replayed.map(|packages| format!(", {} replayed", count(packages, "package")));
                format!(
                    "{} and {} are in order{}{warnings}",
                    count(self.packages, "package"),
                    count(self.snapshots, "snapshot"),
                    replayed.unwrap_or_default()
                )
            }
            errors => format!("{}{warnings}", count(errors, "problem")),
        }
    }

    /// Writes it. `root` is what paths are made relative to: hosts of code know files from the top of the repository.
    pub(crate) fn write(&mut self, format: Format, here: &Utf8Path, root: &Utf8Path) -> String {
        self.hide_secrets();
        match format {
            Format::Text => self.verdict(),
            Format::Json => serde_json::to_string_pretty(&json::value(self)).unwrap_or_default(),
            Format::Github => {
                self.relocate(here, root);
                github::text(self)
            }
            Format::Sarif => {
                self.relocate(here, root);
                serde_json::to_string_pretty(&sarif::value(self)).unwrap_or_default()
            }
            Format::Markdown => {
                self.relocate(here, root);
                markdown::text(self)
            }
        }
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        json::value(self)
    }

    /// Problems quote what people typed, and are messages wherever they stand.
    fn hide_secrets(&mut self) {
        let hide = |text: &mut String| *text = redact(text, What::Message);
        for problem in &mut self.problems {
            hide(&mut problem.summary);
            problem.why.as_mut().map(hide);
            problem.fix.as_mut().map(hide);
        }
    }

    fn relocate(&mut self, here: &Utf8Path, root: &Utf8Path) {
        let relative = |path: &mut Utf8PathBuf| {
            if let Ok(below) = here.join(&*path).strip_prefix(root) {
                *path = below.to_owned();
            }
        };
        self.problems
            .iter_mut()
            .filter_map(|problem| problem.place.as_mut())
            .for_each(|place| relative(&mut place.path));
        self.pending.iter_mut().for_each(|package| relative(&mut package.path));
        relative(&mut self.settings);
    }
}

/// The top of the repository that a folder lies in: the nearest folder above with a `.git`, else the folder itself.
pub(crate) fn repository(folder: &Utf8Path) -> &Utf8Path {
    folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder)
}
