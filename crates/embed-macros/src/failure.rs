//! What is said in a compile error.

use std::fmt;

use novate_history::HistoryError;

/// Why nothing is embedded.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    summary: String,
    place: Option<String>,
    why: Option<String>,
    fix: Option<String>,
}

impl Failure {
    /// Something of the history is not in order. `here` is taken off the front of paths, as the compiler does.
    pub(crate) fn history(error: &HistoryError, here: &str) -> Self {
        let shown = |text: String| text.replace(here, "");
        let place = error.place().map(|(path, line)| match line {
            Some(line) => format!("{path}:{line}"),
            None => path.to_string(),
        });
        Self {
            code: error.code(),
            summary: shown(error.to_string()),
            place: place.map(shown),
            why: error.why().map(shown),
            fix: error.fix().map(shown),
        }
    }

    /// The macro was given something else than folders.
    pub(crate) fn argument(found: &str) -> Self {
        Self {
            code: "EMBED.ARGUMENT",
            summary: format!("migrations! takes folders as plain string literals, and found {found}"),
            place: None,
            why: Some("what is embedded is read while the program is compiled, so it must be known then".to_owned()),
            fix: Some(
                "name a folder from the crate's Cargo.toml, with / between its parts: migrations!(\"migrations/app\"); to \
                 choose a folder when the program runs, use Migrations::read"
                    .to_owned(),
            ),
        }
    }

    /// Cargo would not notice a new package.
    pub(crate) fn no_build_script(watched: &str) -> Self {
        Self {
            code: "EMBED.NO_BUILD_SCRIPT",
            summary: "this crate has no build script that watches its migrations".to_owned(),
            place: None,
            why: Some(
                "cargo sees changes to embedded files by itself, but a new package only where a build script names its \
                 folder; without one the program would go on with the packages that it was first built with"
                    .to_owned(),
            ),
            fix: Some(format!(
                "write build.rs beside Cargo.toml: fn main() {{ println!(\"cargo::rerun-if-changed={watched}\"); }}"
            )),
        }
    }

    /// The expansion is no Rust.
    pub(crate) fn unreadable(message: &str) -> Self {
        Self {
            code: "EMBED.ARGUMENT",
            summary: format!("the files cannot be written out as Rust: {message}"),
            place: None,
            why: None,
            fix: Some("read them when the program runs: Migrations::read".to_owned()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.summary, self.code)?;
        for (name, text) in [("in", &self.place), ("why", &self.why), ("fix", &self.fix)] {
            if let Some(text) = text {
                write!(f, "\n{name:>5}: {}", text.replace('\n', "\n       "))?;
            }
        }
        Ok(())
    }
}
