//! `CREATE TABLE`, and the column and table constraints that `ALTER TABLE ... ADD` shares.

use super::{ExprText, IndexElement, SequenceOption, StorageParameter, WrittenType};
use crate::{Ident, NameRef, Span, Spanned};

/// `CREATE TABLE`.
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// Its name.
    pub name: Spanned<NameRef>,
    /// Permanent, unlogged or temporary.
    pub persistence: Persistence,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Columns, constraints and `LIKE` clauses in order.
    pub elements: Vec<TableElement>,
    /// `INHERITS (...)`.
    pub inherits: Vec<NameRef>,
    /// `PARTITION BY ...` as normalised text: `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// `PARTITION OF parent ...`.
    pub partition_of: Option<PartitionOf>,
    /// `OF type`.
    pub of_type: Option<NameRef>,
    /// `USING method`.
    pub access_method: Option<Ident>,
    /// `WITH (...)`.
    pub storage: Vec<StorageParameter>,
    /// `TABLESPACE t`.
    pub tablespace: Option<Ident>,
    /// `AS query`: such a table is not described by its statement.
    pub as_query: bool,
}

/// How long a table lives and whether it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// An ordinary table.
    Permanent,
    /// `UNLOGGED`.
    Unlogged,
    /// `TEMPORARY`.
    Temporary,
}

/// `PARTITION OF parent FOR VALUES ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionOf {
    /// The parent.
    pub parent: NameRef,
    /// The bound.
    pub bound: PartitionBound,
}

/// A partition's bound as normalised text: `FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')` or `DEFAULT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionBound(pub String);

/// One element of a table's list.
#[derive(Debug, Clone)]
pub enum TableElement {
    /// A column.
    Column(ColumnDef),
    /// A constraint.
    Constraint(NamedConstraint<TableConstraint>),
    /// `LIKE other INCLUDING ...`.
    Like(LikeClause),
}

/// `LIKE other [INCLUDING x | EXCLUDING x]...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikeClause {
    /// The table whose columns are taken over.
    pub source: NameRef,
    /// `(true, "ALL")` for `INCLUDING ALL`, `(false, "INDEXES")` for `EXCLUDING INDEXES`; words in upper case.
    pub options: Vec<(bool, String)>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnDef {
    /// Its name.
    pub name: Spanned<Ident>,
    /// Its type; `None` in `PARTITION OF` and `OF type` lists.
    pub ty: Option<WrittenType>,
    /// `COLLATE c`.
    pub collation: Option<NameRef>,
    /// `STORAGE s`, upper case.
    pub storage: Option<String>,
    /// `COMPRESSION c`, lower case.
    pub compression: Option<String>,
    /// Its constraints in order.
    pub constraints: Vec<NamedConstraint<ColumnConstraint>>,
    /// The whole definition.
    pub span: Span,
}

/// A constraint, its name if it was given one, and what may follow any constraint.
#[derive(Debug, Clone)]
pub struct NamedConstraint<T> {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What it says.
    pub constraint: T,
    /// `DEFERRABLE` (true), `NOT DEFERRABLE` (false), or neither.
    pub deferrable: Option<bool>,
    /// `INITIALLY DEFERRED` (true), `INITIALLY IMMEDIATE` (false), or neither.
    pub initially_deferred: Option<bool>,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `NOT ENFORCED` (18).
    pub not_enforced: bool,
    /// The whole of it.
    pub span: Span,
}

/// What a column constraint says.
#[derive(Debug, Clone)]
pub enum ColumnConstraint {
    /// `NOT NULL`.
    NotNull,
    /// `NULL`.
    Null,
    /// `DEFAULT e`.
    Default(ExprText),
    /// `CHECK (e)`.
    Check(ExprText),
    /// `PRIMARY KEY`.
    PrimaryKey(IndexParameters),
    /// `UNIQUE [NULLS NOT DISTINCT]`.
    Unique {
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
        /// The index's parameters.
        parameters: IndexParameters,
    },
    /// `REFERENCES ...`; the list of referencing columns is empty.
    References(ForeignKey),
    /// `GENERATED ... AS IDENTITY`.
    Identity(Identity),
    /// `GENERATED ALWAYS AS (e) STORED|VIRTUAL`.
    Generated {
        /// The expression.
        expr: ExprText,
        /// Stored or virtual.
        kind: GeneratedKind,
    },
}

/// Stored or computed on reading (18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeneratedKind {
    /// `STORED`.
    Stored,
    /// `VIRTUAL`, the default from 18 on.
    Virtual,
}

/// `GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY [(options)]`.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Which.
    pub kind: IdentityKind,
    /// The sequence's options.
    pub options: Vec<SequenceOption>,
}

/// Whether an identity accepts values of the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdentityKind {
    /// `ALWAYS`.
    Always,
    /// `BY DEFAULT`.
    ByDefault,
}

/// What may follow a constraint that an index backs.
#[derive(Debug, Clone, Default)]
pub struct IndexParameters {
    /// `INCLUDE (...)`.
    pub include: Vec<Ident>,
    /// `WITH (...)`.
    pub storage: Vec<StorageParameter>,
    /// `USING INDEX TABLESPACE t`.
    pub tablespace: Option<Ident>,
}

/// What a table constraint says.
#[derive(Debug, Clone)]
pub enum TableConstraint {
    /// `CHECK (e)`.
    Check(ExprText),
    /// `NOT NULL column` (18).
    NotNull(Ident),
    /// `PRIMARY KEY (...)`.
    PrimaryKey {
        /// Its columns.
        columns: Vec<Ident>,
        /// The index's parameters.
        parameters: IndexParameters,
    },
    /// `UNIQUE (...)`.
    Unique {
        /// Its columns.
        columns: Vec<Ident>,
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
        /// The index's parameters.
        parameters: IndexParameters,
    },
    /// `PRIMARY KEY USING INDEX i` (true) or `UNIQUE USING INDEX i` (false).
    UsingIndex {
        /// Whether it is a primary key.
        primary: bool,
        /// The index.
        index: Ident,
    },
    /// `FOREIGN KEY (...) REFERENCES ...`.
    ForeignKey(ForeignKey),
    /// `EXCLUDE ...`.
    Exclude {
        /// `USING method`; PostgreSQL's default is `btree`.
        method: Option<Ident>,
        /// Elements, each with its operator as written (`=`, `&&`, `OPERATOR(s.&&)` as `s.&&`).
        elements: Vec<(IndexElement, String)>,
        /// The index's parameters.
        parameters: IndexParameters,
        /// `WHERE (...)`.
        predicate: Option<ExprText>,
    },
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Referencing columns.
    pub columns: Vec<Ident>,
    /// Referenced table.
    pub references: NameRef,
    /// Referenced columns; empty means its primary key.
    pub referenced: Vec<Ident>,
    /// `MATCH`.
    pub match_kind: MatchKind,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// The columns of `SET NULL (...)` or `SET DEFAULT (...)` (15).
    pub on_delete_columns: Vec<Ident>,
}

/// `MATCH FULL` or `MATCH SIMPLE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum MatchKind {
    /// The default.
    #[default]
    Simple,
    /// `MATCH FULL`.
    Full,
}

/// What happens to the rows that refer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`, the default.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}
