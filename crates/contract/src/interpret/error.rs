//! What can be wrong with a statement in the light of a contract.

use std::fmt;

use novate_sql::NameRef;
use thiserror::Error;

use crate::{Ident, ObjectId, QName};

/// Why a statement cannot be executed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InterpretError {
    /// It needs something that the contract does not have (yet).
    #[error("{needed_by} needs the {what}, which is not there")]
    Missing {
        /// What is missing.
        what: Missing,
        /// What needs it.
        needed_by: String,
    },
    /// The name is taken.
    #[error("{object} is there already")]
    Exists {
        /// What has the name.
        object: ObjectId,
    },
    /// The name is taken by an object of another kind, in the one namespace that they share.
    #[error("the name {name} is in use: {by}")]
    NameTaken {
        /// The name.
        name: QName,
        /// What has it: `a table`, `an index`, ...
        by: &'static str,
    },
    /// PostgreSQL refuses it.
    #[error("{object}: {reason}")]
    Invalid {
        /// What the statement is about.
        object: String,
        /// One clause.
        reason: String,
    },
    /// It drops something that others need, without `CASCADE`.
    #[error("{object} cannot be dropped: {} needs it", dependents.first().map_or_else(String::new, ToString::to_string))]
    Dependents {
        /// What is dropped.
        object: ObjectId,
        /// What needs it.
        dependents: Vec<ObjectId>,
    },
    /// A temporary object: it ends with its session and is no part of a schema.
    #[error("{name} is temporary")]
    Temporary {
        /// Its name.
        name: NameRef,
    },
    /// A table whose columns follow from something that is not modelled.
    #[error("table {name} takes its columns from {from}")]
    Underivable {
        /// The table.
        name: QName,
        /// What they come from.
        from: String,
    },
}

impl InterpretError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "CONTRACT.UNRESOLVED_REFERENCE",
            Self::Exists { .. } | Self::NameTaken { .. } => "CONTRACT.DUPLICATE_OBJECT",
            Self::Invalid { .. } => "CONTRACT.INVALID_DEFINITION",
            Self::Dependents { .. } => "CONTRACT.DEPENDENT_OBJECTS",
            Self::Temporary { .. } => "CONTRACT.TEMPORARY_OBJECT",
            Self::Underivable { .. } => "CONTRACT.UNDERIVABLE_TABLE",
        }
    }

    /// Why it is an error, where the message does not say so.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::NameTaken { .. } => {
                Some("tables, indexes, sequences and views of a schema share one namespace in PostgreSQL".to_owned())
            }
            Self::Dependents { dependents, .. } if dependents.len() > 1 => {
                let names: Vec<String> = dependents.iter().map(ToString::to_string).collect();
                Some(format!("these need it: {}", names.join(", ")))
            }
            Self::Temporary { .. } => Some("a temporary object ends with its session".to_owned()),
            Self::Underivable { .. } => {
                Some("the columns of a table must be known without asking a database".to_owned())
            }
            _ => None,
        }
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::Missing { what, .. } => what.fix(),
            Self::Exists { .. } => "describe it once".to_owned(),
            Self::NameTaken { .. } => "give one of the two another name".to_owned(),
            Self::Dependents { .. } => "drop what needs it first, or say CASCADE".to_owned(),
            Self::Temporary { .. } => "leave it out".to_owned(),
            Self::Underivable { .. } => "list the columns: CREATE TABLE ... (column type, ...)".to_owned(),
            Self::Invalid { .. } => return None,
        })
    }

    pub(super) fn missing(what: Missing, needed_by: impl fmt::Display) -> Self {
        Self::Missing { what, needed_by: needed_by.to_string() }
    }

    pub(super) fn invalid(object: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self::Invalid { object: object.to_string(), reason: reason.into() }
    }
}

/// Something that a statement needs and the contract does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A schema.
    Schema(Ident),
    /// An extension.
    Extension(Ident),
    /// A table.
    Table(NameRef),
    /// A column of a table.
    Column(QName, Ident),
    /// A constraint of a table.
    Constraint(QName, Ident),
    /// The primary key of a table.
    PrimaryKey(QName),
    /// An index.
    Index(NameRef),
    /// A sequence.
    Sequence(NameRef),
    /// A type, and the extension that is known to bring it.
    Type(NameRef, Option<Ident>),
    /// A label of an enum type.
    EnumValue(QName, String),
}

impl Missing {
    fn fix(&self) -> String {
        match self {
            Self::Type(_, Some(extension)) => format!("add CREATE EXTENSION {extension};"),
            Self::Schema(name) => format!("add CREATE SCHEMA {name};"),
            Self::Extension(name) => format!("add CREATE EXTENSION {name};"),
            other => format!("add the {other}, or mend the name"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(name) => write!(f, "schema {name}"),
            Self::Extension(name) => write!(f, "extension {name}"),
            Self::Table(name) => write!(f, "table {name}"),
            Self::Column(table, name) => write!(f, "column {table}.{name}"),
            Self::Constraint(table, name) => write!(f, "constraint {name} of {table}"),
            Self::PrimaryKey(table) => write!(f, "primary key of {table}"),
            Self::Index(name) => write!(f, "index {name}"),
            Self::Sequence(name) => write!(f, "sequence {name}"),
            Self::Type(name, _) => write!(f, "type {name}"),
            Self::EnumValue(name, value) => write!(f, "label {} of {name}", novate_sql::Literal(value)),
        }
    }
}
