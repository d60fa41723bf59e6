//! What can be wrong with contract files.

use std::fmt;

use novate_contract::interpret::InterpretError;
use novate_contract::{ObjectId, Space};
use thiserror::Error;

use crate::Place;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
}

impl SourceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Why it is an error.
    pub fn why(&self) -> Option<String> {
        self.problem.why()
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        self.problem.fix()
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl std::error::Error for SourceError {}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The text is not SQL.
    #[error("{0}")]
    Syntax(String),
    /// Something that another space has.
    #[error("{object} belongs to the space {space}")]
    Claimed {
        /// What is described.
        object: ObjectId,
        /// Whose it is.
        space: Space,
    },
    /// A statement that describes no schema: its keyword.
    #[error("{0} describes no schema")]
    NotADescription(String),
    /// What `pg_dump` writes of data.
    #[error("{0} carries data, which is no part of a contract")]
    Data(&'static str),
    /// A statement that takes away or renames: its first words.
    #[error("{0} changes something, and a contract only says what there is")]
    Change(String),
    /// `@name` where there is no such directive.
    #[error("there is no directive @{name}")]
    UnknownDirective {
        /// What was written.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
        /// Whether there is one of this name in `migration.sql`.
        in_migrations: bool,
    },
    /// A directive whose argument is wrong.
    #[error("@{name} expects {expects}")]
    InvalidDirective {
        /// Which.
        name: &'static str,
        /// What it expects.
        expects: &'static str,
    },
    /// A directive that stands where nothing is described.
    #[error("@{0} is bound to nothing")]
    UnboundDirective(&'static str),
    /// A directive at an object that it says nothing about.
    #[error("@{name} does not apply to {to}")]
    MisplacedDirective {
        /// Which.
        name: &'static str,
        /// What it stands at.
        to: String,
    },
    /// A rename hint whose source is still described.
    #[error("{from} is still there, so {to} cannot be what became of it")]
    RenameSourceExists {
        /// The former name.
        from: ObjectId,
        /// The present one.
        to: ObjectId,
    },
    /// Described twice.
    #[error("{object} is described twice")]
    Duplicate {
        /// What.
        object: ObjectId,
        /// Where it was first.
        first: Place,
    },
    /// What PostgreSQL would refuse, or what cannot be known.
    #[error("{0}")]
    Interpret(InterpretError),
}

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "CONTRACT.SYNTAX",
            Self::NotADescription(_) | Self::Data(_) => "CONTRACT.NOT_A_DESCRIPTION",
            Self::Change(_) => "CONTRACT.DROP_IN_CONTRACT",
            Self::UnknownDirective { .. } => "CONTRACT.UNKNOWN_DIRECTIVE",
            Self::InvalidDirective { .. } | Self::MisplacedDirective { .. } => "CONTRACT.INVALID_DIRECTIVE",
            Self::UnboundDirective(_) => "CONTRACT.UNBOUND_DIRECTIVE",
            Self::RenameSourceExists { .. } => "CONTRACT.RENAME_SOURCE_EXISTS",
            Self::Duplicate { .. } => "CONTRACT.DUPLICATE_OBJECT",
            Self::Claimed { .. } => "SPACE.OWNED_TWICE",
            Self::Interpret(error) => error.code(),
        }
    }

    /// Why it is an error.
    pub fn why(&self) -> Option<String> {
        Some(match self {
            Self::Claimed { .. } => {
                "what a space has, and what lies in a schema of its own, no other space may create or change".to_owned()
            }
            Self::NotADescription(_) => "a contract is a description, read without a database".to_owned(),
            Self::Change(_) => "statements of a contract may stand in any order, so none can undo another".to_owned(),
            Self::UnboundDirective(_) => {
                "a directive binds to the statement or column that follows it, or that ends on its line".to_owned()
            }
            Self::RenameSourceExists { .. } => "a rename leaves nothing under the old name".to_owned(),
            Self::Duplicate { first, .. } => format!("it is described at {first} already"),
            Self::Interpret(error) => return error.why(),
            _ => return None,
        })
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::NotADescription(verb) => match verb.as_str() {
                "INSERT" | "COPY" => "put rows into a migration's transform: novate migration new".to_owned(),
                _ => "put it into a migration: novate migration new".to_owned(),
            },
            Self::Data(_) => "dump the schema alone: pg_dump --schema-only".to_owned(),
            Self::Change(_) => "change the description itself; novate plan works out the statement".to_owned(),
            Self::UnknownDirective { in_migrations: true, name, .. } => {
                format!("@{name} belongs into a package's migration.sql")
            }
            Self::UnknownDirective { nearest: Some(nearest), .. } => format!("write @{nearest}"),
            Self::UnknownDirective { nearest: None, .. } => {
                "there are @renamed_from, @control and @online; an ordinary comment must not begin with @".to_owned()
            }
            Self::InvalidDirective { name: "renamed_from", .. } => "write -- @renamed_from old_name".to_owned(),
            Self::InvalidDirective { name, expects } => format!("write @{name} with {expects}"),
            Self::UnboundDirective(_) => "move it to the line before what it is about, or to its end".to_owned(),
            Self::MisplacedDirective { name: "control", .. } => {
                "@control is for schemas, extensions, types, sequences and tables".to_owned()
            }
            Self::MisplacedDirective { name: "online", .. } => "@online is for tables".to_owned(),
            Self::MisplacedDirective { .. } => "give the object a name, or leave the directive out".to_owned(),
            Self::RenameSourceExists { .. } => "remove the hint, or the description of the old object".to_owned(),
            Self::Duplicate { .. } => "keep one of the two".to_owned(),
            Self::Claimed { .. } => {
                "refer to it without describing it, or use a schema of your own for what is yours".to_owned()
            }
            Self::Interpret(error) => return error.fix(),
            Self::Syntax(_) => return None,
        })
    }
}
