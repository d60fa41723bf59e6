//! Problems as people get to see them.

use thiserror::Error;

use crate::{Ident, ObjectId, QName, TypeName};

/// Something wrong with one object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{object}: {kind}")]
pub struct Problem {
    /// The object.
    pub object: ObjectId,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What can be wrong. Each displays as one clause about the object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProblemKind {
    /// It refers to an object that the contract does not have.
    #[error("{0} is not in the contract")]
    Missing(ObjectId),
    /// It has a type that nothing in the contract can be.
    #[error("there is no type {0}")]
    UnknownType(TypeName),
    /// Another object has the same name in the same namespace.
    #[error("the name {name} is taken by the {other}")]
    NameTaken {
        /// The name.
        name: QName,
        /// What has it.
        other: ObjectId,
    },
    /// A foreign key to columns that no key covers.
    #[error("{table} has no primary key or unique constraint on ({})", list(columns))]
    NoUniqueKey {
        /// The referenced table.
        table: QName,
        /// The referenced columns.
        columns: Vec<Ident>,
    },
    /// A foreign key whose two sides have different numbers of columns.
    #[error("it has {columns} columns and refers to {referenced}")]
    CountMismatch {
        /// How many refer.
        columns: usize,
        /// How many are referred to.
        referenced: usize,
    },
    /// A foreign key between columns whose types cannot be compared.
    #[error("{column} is {ty}, but {referenced} of {table} is {referenced_type}")]
    TypeMismatch {
        /// The referring column.
        column: Ident,
        /// Its type.
        ty: TypeName,
        /// The referenced table.
        table: QName,
        /// The referenced column.
        referenced: Ident,
        /// Its type.
        referenced_type: TypeName,
    },
    /// A column of a primary key, or an identity column, that is not NOT NULL.
    #[error("{0} is not NOT NULL")]
    Nullable(Ident),
    /// A generated column computed from another one.
    #[error("it is computed from {0}, which is generated too")]
    GeneratedFromGenerated(Ident),
    /// Anything else that PostgreSQL refuses.
    #[error("{0}")]
    Invalid(String),
}

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ProblemKind::Missing(_) => "CONTRACT.UNRESOLVED_REFERENCE",
            ProblemKind::UnknownType(_) => "CONTRACT.UNKNOWN_TYPE",
            ProblemKind::NameTaken { .. } => "CONTRACT.DUPLICATE_OBJECT",
            ProblemKind::NoUniqueKey { .. } => "CONTRACT.NO_UNIQUE_KEY",
            ProblemKind::CountMismatch { .. } | ProblemKind::TypeMismatch { .. } => "CONTRACT.KEY_MISMATCH",
            ProblemKind::Nullable(_) => "CONTRACT.NULLABLE_KEY",
            ProblemKind::GeneratedFromGenerated(_) | ProblemKind::Invalid(_) => "CONTRACT.INVALID_DEFINITION",
        }
    }

    /// Why it is wrong, where the message does not say so.
    pub fn why(&self) -> Option<String> {
        match &self.kind {
            ProblemKind::NameTaken { other, .. } => Some(match other {
                ObjectId::Enum(_) => "a table and a type share one namespace in a schema".into(),
                _ => "tables, indexes, keys and sequences share one namespace in a schema".into(),
            }),
            ProblemKind::NoUniqueKey { .. } => Some("a foreign key has to identify one row".into()),
            ProblemKind::Nullable(_) => Some("primary keys and identities hold no nulls".into()),
            _ => None,
        }
    }

    /// What to do next.
    pub fn fix(&self) -> Option<String> {
        Some(match &self.kind {
            ProblemKind::Missing(ObjectId::Schema(name)) => format!("describe it: CREATE SCHEMA {name};"),
            ProblemKind::Missing(object) => {
                format!("describe the {object}, with -- @control external where it belongs to somebody else")
            }
            ProblemKind::UnknownType(_) => {
                "describe the type, or the extension that brings it: CREATE EXTENSION ...;".into()
            }
            ProblemKind::NameTaken { .. } => "give one of them another name".into(),
            ProblemKind::NoUniqueKey { table, columns } => format!("add UNIQUE ({}) to {table}", list(columns)),
            ProblemKind::TypeMismatch { column, referenced_type, .. } => {
                format!("give {column} the type {referenced_type}")
            }
            ProblemKind::Nullable(column) => format!("add NOT NULL to {column}"),
            ProblemKind::CountMismatch { .. } | ProblemKind::GeneratedFromGenerated(_) | ProblemKind::Invalid(_) => {
                return None;
            }
        })
    }
}

fn list(columns: &[Ident]) -> String {
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    names.join(", ")
}
