//! A copy of a database.

use novate_neon::{BranchId, Neon};
use novate_runner::connection::ConnectionString;
use novate_scratch::{Database, Server};

use crate::{RehearseError, on_neon, on_server};

/// A copy of a database, which is removed by [`Copy::remove`].
#[derive(Debug)]
pub struct Copy {
    /// How to connect to it.
    pub string: ConnectionString,
    /// What is in the database and not on the copy, in words.
    pub lacks: Vec<String>,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A database of a scratch server, which goes with this process at the latest.
    Scratch { database: Database, server: Server },
    /// A database beside the one that was copied.
    OnServer { source: Box<ConnectionString> },
    /// A branch of a Neon project.
    Neon { neon: Neon, branch: BranchId },
    /// Somebody else's.
    Given,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It is gone.
    Removed,
    /// It is there: where, without its password.
    Kept(String),
}

impl Copy {
    /// A database that is a copy already, such as one that was restored from a backup.
    pub fn given(string: ConnectionString) -> Self {
        Self { string, lacks: Vec::new(), kind: Kind::Given }
    }

    /// Whether it can outlive this process.
    pub fn can_be_kept(&self) -> bool {
        !matches!(self.kind, Kind::Scratch { .. })
    }

    /// Leaves it where it is.
    pub fn keep(self) -> Left {
        Left::Kept(self.string.redacted())
    }

    /// Removes it, unless it is not ours to remove. Nobody may be connected to it any more.
    pub async fn remove(self) -> Result<Left, RehearseError> {
        match self.kind {
            Kind::Scratch { database, server } => {
                drop(database);
                drop(server);
                Ok(Left::Removed)
            }
            Kind::OnServer { source } => {
                on_server::drop_copy(&source, &self.string.dbname).await?;
                Ok(Left::Removed)
            }
            Kind::Neon { neon, branch } => {
                on_neon::remove(neon, branch).await?;
                Ok(Left::Removed)
            }
            Kind::Given => Ok(Left::Kept(self.string.redacted())),
        }
    }
}
