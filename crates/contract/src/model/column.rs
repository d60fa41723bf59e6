//! Columns.

use super::{Expression, GeneratedKind, Ident, IdentityKind, SequenceOptions, TypeName};
use novate_sql::NameRef;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its type, resolved.
    pub ty: TypeName,
    /// Whether NULL is refused. Columns of a primary key and identity columns are always so.
    pub not_null: bool,
    /// Its default; never together with `identity` or `generated`.
    pub default: Option<Expression>,
    /// `GENERATED ... AS IDENTITY`.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (...)`.
    pub generated: Option<Generated>,
    /// `COLLATE`, where it is not the type's own.
    pub collation: Option<NameRef>,
    /// `STORAGE` in upper case, where it is not the type's own.
    pub storage: Option<String>,
    /// `COMPRESSION` in lower case, where one was asked for.
    pub compression: Option<String>,
    /// `SET STATISTICS`, where one was asked for.
    pub statistics: Option<i32>,
    /// Its comment.
    pub comment: Option<String>,
}

impl Column {
    /// A nullable column of a type and nothing else.
    pub fn new(ty: TypeName) -> Self {
        Self {
            ty,
            not_null: false,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            storage: None,
            compression: None,
            statistics: None,
            comment: None,
        }
    }
}

/// An identity column's sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whether it accepts values of the user's.
    pub kind: IdentityKind,
    /// The name of its sequence (same schema as the table); `None` for PostgreSQL's own choice,
    /// `table_column_seq`.
    pub sequence: Option<Ident>,
    /// The sequence's options.
    pub options: Box<SequenceOptions>,
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Stored or virtual.
    pub kind: GeneratedKind,
    /// The expression.
    pub expr: Expression,
}
