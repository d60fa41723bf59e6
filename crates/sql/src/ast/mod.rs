//! Statements as typed trees: what DDL says, freed of how it was spelt. `parse` makes them.
//!
//! Names are in stored form, built-in types are canonical, expressions carry both their text and their tree. Nothing
//! is resolved: a name without a schema stays so.

mod alter_table;
mod comment;
mod index;
mod sequence;
mod table;

pub use alter_table::{AlterColumn, AlterTable, AlterTableAction, Relation, ReplicaIdentityClause};
pub use comment::{CommentOn, CommentTarget};
pub use index::{CreateIndex, IndexElement, NullsOrder, OperatorClass, SortOrder};
pub use sequence::{AlterSequence, CreateSequence, OwnedBy, SequenceOption};
pub use table::{
    ColumnConstraint, ColumnDef, CreateTable, ForeignKey, GeneratedKind, Identity, IdentityKind, IndexParameters,
    LikeClause, MatchKind, NamedConstraint, PartitionBound, PartitionOf, Persistence, ReferentialAction,
    TableConstraint, TableElement,
};

use crate::expr::Expr;
use crate::{Ident, NameRef, Span, Spanned, TypeName};

/// A source text, read: statements in order, comments, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The statements, each with the bytes it covers (from its first token to its last, the `;` left out).
    pub statements: Vec<Spanned<Statement>>,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
    /// Syntax errors, in order. A statement with errors inside is not among `statements`.
    pub errors: Vec<SyntaxError>,
}

/// A place where the text is not PostgreSQL's SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// One sentence.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// A comment as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text without `--` or `/* */`, trimmed.
    pub text: String,
    /// Whether it is a `--` comment.
    pub line: bool,
    /// Whether only white space stands before it on its line.
    pub own_line: bool,
    /// Where, delimiters included.
    pub span: Span,
}

/// An expression: what was written, and what it means.
#[derive(Debug, Clone)]
pub struct ExprText {
    /// The text as written, without outer white space.
    pub text: String,
    /// The lowered tree.
    pub expr: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A storage parameter or option: `fillfactor=70`; the value is `None` for a bare name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageParameter {
    /// Name in stored form, with its namespace where there is one: `toast.autovacuum_enabled`.
    pub name: String,
    /// Value as PostgreSQL stores it, unquoted.
    pub value: Option<String>,
}

/// One statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `CREATE SCHEMA`; elements inside it come as statements of their own after it.
    CreateSchema {
        /// Its name (that of the role, where only `AUTHORIZATION` was written).
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// Its name.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `SCHEMA s`.
        schema: Option<Ident>,
        /// `VERSION v`.
        version: Option<String>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER EXTENSION ... UPDATE [TO v]`.
    AlterExtensionUpdate {
        /// Its name.
        name: Ident,
        /// The version asked for.
        version: Option<String>,
    },
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE`, and `ALTER INDEX`, `ALTER VIEW` and so on where they share its actions.
    AlterTable(Box<AlterTable>),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE TYPE ... AS ENUM`.
    CreateEnum {
        /// Its name.
        name: NameRef,
        /// Labels in order.
        values: Vec<Spanned<String>>,
    },
    /// `ALTER TYPE ... ADD VALUE`.
    AddEnumValue {
        /// The type.
        name: NameRef,
        /// The new label.
        value: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// Where it goes.
        position: EnumPosition,
    },
    /// `ALTER TYPE ... RENAME VALUE`.
    RenameEnumValue {
        /// The type.
        name: NameRef,
        /// Old label.
        from: String,
        /// New label.
        to: String,
    },
    /// `CREATE SEQUENCE`.
    CreateSequence(Box<CreateSequence>),
    /// `ALTER SEQUENCE` with options.
    AlterSequence(Box<AlterSequence>),
    /// `COMMENT ON`.
    Comment(CommentOn),
    /// `DROP ...` of one of the kinds that are modelled.
    Drop {
        /// What is dropped.
        kind: ObjectKeyword,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// `IF EXISTS`.
        if_exists: bool,
        /// The objects.
        names: Vec<NameRef>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER kind name RENAME TO new`.
    Rename {
        /// What is renamed.
        kind: ObjectKeyword,
        /// Its name.
        name: NameRef,
        /// Its new name.
        to: Ident,
    },
    /// `ALTER kind name SET SCHEMA new`.
    SetSchema {
        /// What is moved.
        kind: ObjectKeyword,
        /// Its name.
        name: NameRef,
        /// The schema it moves to.
        to: Ident,
    },
    /// `ALTER ... OWNER TO`, for any kind of object.
    Owner,
    /// `SET name = value`, `RESET`, and `SELECT [pg_catalog.]set_config('name', 'value', ...)`.
    Set {
        /// The setting, in lower case.
        name: String,
        /// The values as written, unquoted.
        values: Vec<String>,
    },
    /// `SELECT [pg_catalog.]setval(...)`: `pg_dump` writes these for sequences; data, not schema.
    SetVal,
    /// `SELECT`, `VALUES`, `TABLE`, `WITH ... SELECT`.
    Query(Box<Query>),
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`, with or without `WITH`.
    Dml(Box<Dml>),
    /// Anything else that carries data or runs code and describes no schema: `DO`, `COPY`, `TRUNCATE`, `CALL`,
    /// `VACUUM`, `LOCK`, ... The keyword in upper case.
    Procedural(String),
    /// `BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`, ...: the keyword in upper case.
    Transaction(String),
    /// Schema of a kind that is not modelled.
    Unmodelled(Unmodelled),
}

/// Schema of a kind that is not modelled: named, never dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmodelled {
    /// The kind in lower case: `view`, `materialized view`, `function`, `trigger`, `policy`, `privilege`, ...
    pub kind: String,
    /// What it is called, as written (`public.f(integer)`), or empty where it has no name.
    pub name: String,
    /// What the statement does: `create`, `alter`, `drop`, `grant`, ...
    pub verb: String,
}

/// Where a new enum label goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnumPosition {
    /// At the end.
    End,
    /// `BEFORE 'label'`.
    Before(String),
    /// `AFTER 'label'`.
    After(String),
}

/// The kinds of object that `DROP`, `RENAME` and `SET SCHEMA` name, where modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKeyword {
    /// `SCHEMA`
    Schema,
    /// `EXTENSION`
    Extension,
    /// `TABLE`
    Table,
    /// `INDEX`
    Index,
    /// `SEQUENCE`
    Sequence,
    /// `TYPE`
    Type,
}

/// A query: what can be known without planning it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Tables (and views) it reads, by name as written; names of its own `WITH` queries left out.
    pub relations: Vec<Spanned<NameRef>>,
    /// Column references as written (parts), for checking that they exist; only those that certainly are columns.
    pub columns: Vec<Spanned<Vec<Ident>>>,
    /// Aliases of relations and `WITH` queries that are in scope somewhere in it.
    pub aliases: Vec<Ident>,
    /// Whether it returns exactly one row whatever the data: an ungrouped aggregate, or a `SELECT` without `FROM`,
    /// `WHERE` and set-returning function, or one-row `VALUES`.
    pub always_one_row: bool,
}

/// A data-modifying statement.
#[derive(Debug, Clone)]
pub struct Dml {
    /// `INSERT`, `UPDATE`, `DELETE` or `MERGE`.
    pub verb: String,
    /// The table it writes.
    pub target: Spanned<NameRef>,
    /// The columns it writes (`INSERT (...)`, `SET ...`), as written.
    pub written: Vec<Spanned<Ident>>,
    /// Whether it has a `WHERE`.
    pub has_where: bool,
    /// What it reads, the target included.
    pub query: Query,
}

/// A type as written in a column or cast, with what only columns may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenType {
    /// A type.
    Type(TypeName),
    /// `smallserial`, `serial`, `bigserial` and their aliases: the integer type that is stored.
    Serial(TypeName),
}
