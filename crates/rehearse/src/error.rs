//! What can go wrong around a copy; what goes wrong on it is part of what a rehearsal finds.

use novate_catalog::CatalogError;
use novate_runner::connection::ConnectionError;
use novate_runner::{LockHolder, RunError};
use novate_scratch::ScratchError;

/// Why there is no copy, or no knowing what happened on it.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    /// A database is copied on its server only while nobody else is connected to it.
    #[error("the database {database} cannot be copied while others are connected to it")]
    InUse {
        /// The database.
        database: String,
        /// Who is connected.
        sessions: Vec<LockHolder>,
    },
    /// The role may not create databases.
    #[error("the role {role} may not create databases, so {database} cannot be copied on its server")]
    NotAllowed {
        /// The role.
        role: String,
        /// The database.
        database: String,
    },
    /// Something of the database cannot be made on the copy.
    #[error("the copy lacks something that is in the database: {message}")]
    Incomplete {
        /// What the server said.
        message: String,
        /// The statement.
        statement: String,
    },
    /// The server refused a step.
    #[error("the server refused to {action}: {message}")]
    Refused {
        /// What was to be done.
        action: &'static str,
        /// `SQLSTATE`.
        sqlstate: String,
        /// What it said.
        message: String,
    },
    /// The connection was lost.
    #[error("the connection was lost while novate was to {action}: {message}")]
    Lost {
        /// What was to be done.
        action: &'static str,
        /// What is known of it.
        message: String,
    },
    /// No connection.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// There is no scratch server.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// Neon's API failed.
    #[error(transparent)]
    Neon(#[from] novate_neon::NeonError),
    /// The runner failed before or after what was rehearsed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl RehearseError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "REHEARSE.IN_USE",
            Self::NotAllowed { .. } => "REHEARSE.NOT_ALLOWED",
            Self::Incomplete { .. } => "REHEARSE.INCOMPLETE",
            Self::Refused { .. } => "REHEARSE.REFUSED",
            Self::Lost { .. } => "REHEARSE.LOST",
            Self::Connection(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Scratch(error) => error.code(),
            Self::Neon(error) => error.code(),
            Self::Run(error) => error.code(),
        }
    }

    /// Why, where there is more to say.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::InUse { sessions, .. } => {
                Some(sessions.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
            }
            Self::Incomplete { statement, .. } => Some(format!("it was to be made by: {statement}")),
            Self::NotAllowed { .. } => Some("CREATE DATABASE needs the attribute CREATEDB".to_owned()),
            Self::Connection(error) => Some(error.why()),
            Self::Neon(error) => error.why(),
            Self::Catalog(_) | Self::Scratch(_) | Self::Run(_) | Self::Refused { .. } | Self::Lost { .. } => None,
        }
    }

    /// The next step.
    pub fn fix(&self) -> String {
        match self {
            Self::InUse { .. } => {
                "end those sessions, or rehearse elsewhere: --on scratch, --on URL of a copy of your own".to_owned()
            }
            Self::NotAllowed { role, .. } => {
                format!("ALTER ROLE {} CREATEDB, or rehearse elsewhere: --on scratch", novate_sql::Ident::new(role))
            }
            Self::Incomplete { .. } => {
                "rehearse on a whole copy: --on template, --on URL of a copy of your own".to_owned()
            }
            Self::Refused { .. } => "see what the server says; nothing was changed in the database".to_owned(),
            Self::Lost { .. } => {
                "try again; a copy that is left behind has a name that begins with novate_rehearse_".to_owned()
            }
            Self::Connection(error) => error.fix(),
            Self::Catalog(error) => error.fix().unwrap_or_default(),
            Self::Scratch(error) => error.fix(),
            Self::Neon(error) => error.fix().unwrap_or_default(),
            Self::Run(_) => "see what it says; nothing was changed in the database".to_owned(),
        }
    }

    pub(crate) fn from_server(action: &'static str) -> impl Fn(tokio_postgres::Error) -> Self {
        move |error| match error.as_db_error() {
            Some(refusal) => Self::Refused {
                action,
                sqlstate: refusal.code().code().to_owned(),
                message: refusal.message().to_owned(),
            },
            None => Self::Lost { action, message: error.to_string() },
        }
    }
}
