//! What can go wrong while a catalog is read.

use thiserror::Error;

/// Why a catalog could not be read, or the server could not be asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The connection failed, or the server refused the statement.
    #[error("the catalog could not be read: {}", server_words(.0))]
    Server(#[from] tokio_postgres::Error),
    /// The server is older than what can be read.
    #[error("this is PostgreSQL {major}; 13 is the oldest that novate reads")]
    TooOld {
        /// Its major version.
        major: u32,
    },
    /// A row of the catalog makes no sense to this version of novate.
    #[error("a {kind} in the catalog cannot be understood: {reason}")]
    Unreadable {
        /// What kind of row.
        kind: String,
        /// The row.
        object: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer broke off before everything was there.
    #[error("the server's answer holds no catalog")]
    NoAnswer,
}

impl CatalogError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Server(_) => "CATALOG.SERVER",
            Self::TooOld { .. } => "CATALOG.SERVER_TOO_OLD",
            Self::Unreadable { .. } => "CATALOG.UNREADABLE",
            Self::NoAnswer => "CATALOG.NO_ANSWER",
        }
    }

    /// What is behind it, where more is known.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Server(error) => error.as_db_error().and_then(|db| db.detail()).map(str::to_owned),
            Self::Unreadable { object, .. } => Some(format!("the server said {object}")),
            Self::TooOld { .. } | Self::NoAnswer => None,
        }
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        match self {
            Self::Server(_) => None,
            Self::TooOld { .. } => Some("upgrade the server to a supported major version".to_owned()),
            Self::Unreadable { .. } | Self::NoAnswer => {
                Some("update novate; the database has not been changed".to_owned())
            }
        }
    }
}

fn server_words(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}
