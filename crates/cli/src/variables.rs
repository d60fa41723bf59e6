//! Values from the process environment, `.env.local` and `.env`, in that order. The only place that reads any.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use novate_runner::connection::ConnectEnv;

use crate::files::{self, MAX_SETTINGS_BYTES, Unreadable};
use crate::problem::{Place, Problem};

/// Every variable that novate itself reads, with what it does.
#[cfg(test)]
const DOCUMENTED: &[(&str, &str)] = &[
    ("DATABASE_URL", "the database, where neither a flag nor novate.toml names one"),
    ("NOVATE_ENV", "the environment of novate.toml to use, as --env"),
    ("NOVATE_SCRATCH_URL", "a server for throwaway databases"),
    ("NOVATE_POSTGRES_BIN", "a folder with PostgreSQL's programs, for throwaway servers"),
    ("NOVATE_CACHE_DIR", "where installed servers and templates are kept"),
    ("NOVATE_APP_TAG", "kept in the ledger beside each run"),
    ("NEON_API_KEY", "the key of Neon's API, for a rehearsal on a branch"),
    ("NEON_PROJECT_ID", "the project of which a rehearsal makes a branch"),
    ("NEON_API_URL", "where Neon's API is, if it is elsewhere"),
    ("NO_COLOR", "no colour in any output"),
    ("SOURCE_DATE_EPOCH", "the time that packages are stamped with, in seconds since 1970"),
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The process environment.
    Process,
    /// A file.
    File(Utf8PathBuf),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process => f.write_str("the environment"),
            Self::File(path) => f.write_str(path.as_str()),
        }
    }
}

/// The files that hold variables, the first to set one winning.
pub(crate) const ENV_FILES: [&str; 2] = [".env.local", ".env"];

/// The variables as one run sees them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    process: BTreeMap<String, String>,
    files: Vec<(Utf8PathBuf, Option<BTreeMap<String, String>>)>,
}

impl Variables {
    /// The process environment, and the files of a project where there is one.
    pub(crate) fn read(root: Option<&Utf8Path>) -> Result<Self, Problem> {
        #[allow(clippy::disallowed_methods)]
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut read = Vec::new();
        for name in ENV_FILES {
            let Some(path) = root.map(|root| root.join(name)) else { continue };
            // A folder of that name is somebody else's: virtual environments of Python are called so.
            let found = match files::read(&path, MAX_SETTINGS_BYTES) {
                Ok(text) => Some(values(&path, &text)?),
                Err(Unreadable::Missing) => None,
                Err(_) if path.is_dir() => None,
                Err(error) => return Err(unreadable(&path, error.to_string())),
            };
            read.push((name.into(), found));
        }
        Ok(Self { process, files: read })
    }

    /// A variable's value and where it came from. Empty values count as unset.
    pub(crate) fn get(&self, name: &str) -> Option<(String, Origin)> {
        let process = self.process.get(name).map(|value| (value.clone(), Origin::Process));
        let files = self
            .files
            .iter()
            .filter_map(|(path, values)| Some((values.as_ref()?.get(name)?.clone(), Origin::File(path.clone()))));
        process.into_iter().chain(files).find(|(value, _)| !value.is_empty())
    }

    /// A variable of the process alone.
    pub(crate) fn process(&self, name: &str) -> Option<&str> {
        self.process.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What a connection takes from its surroundings.
    pub(crate) fn connect_env(&self) -> ConnectEnv {
        let home = self.process("HOME").or_else(|| self.process("USERPROFILE")).map(Into::into);
        let user = self.process("USER").or_else(|| self.process("USERNAME")).map(str::to_owned);
        ConnectEnv::new(self.process.clone(), home, user)
    }

    /// Where [`Self::get`] looked for a variable that has no value, in order, and what it found there.
    pub(crate) fn searched(&self, name: &str) -> String {
        let found = |values: &BTreeMap<String, String>, absent: &'static str| {
            if values.contains_key(name) { "it is empty" } else { absent }
        };
        let mut places = vec![format!("the environment ({})", found(&self.process, "not set"))];
        places.extend(self.files.iter().map(|(path, values)| match values {
            Some(values) => format!("{path} ({})", found(values, "not in it")),
            None => format!("{path} (no such file)"),
        }));
        places.join(", then ")
    }
}

/// A value may hold those above it, so a few lines could make one that fills a machine.
const MAX_VALUE_BYTES: usize = 64 << 10;

/// The variables that a `.env` file sets.
fn values(path: &Utf8Path, text: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut values = BTreeMap::new();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = item.map_err(|error| unreadable(path, reason(&error)))?;
        if value.len() > MAX_VALUE_BYTES {
            return Err(unreadable(path, format!("the value of {name} is larger than {} KiB", MAX_VALUE_BYTES >> 10)));
        }
        values.insert(name, value);
    }
    Ok(values)
}

/// What stands in a `.env` file may be secret, so the line itself is not shown.
fn reason(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, at) => format!("a line cannot be parsed, from its character {at} on"),
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it is not a list of NAME=value lines".to_owned(),
    }
}

fn unreadable(path: &Utf8Path, why: String) -> Problem {
    Problem::input("CONFIG.ENV_FILE", format!("{path} cannot be read"))
        .why(why)
        .fix("write one NAME=value a line, and quote values with spaces")
        .at(Place::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_every_variable() {
        let page = include_str!("../../../docs/configuration.md");
        for (name, what) in DOCUMENTED {
            assert!(page.contains(&format!("`{name}`")), "docs/configuration.md does not name {name}: {what}");
        }
    }
}
