//! `ALTER TABLE`.

use super::{
    ColumnDef, ExprText, Identity, IdentityKind, NamedConstraint, PartitionBound, SequenceOption, StorageParameter,
    TableConstraint,
};
use crate::{Ident, NameRef, Spanned, TypeName};

/// `ALTER TABLE [IF EXISTS] [ONLY] name action, ...`, and `ALTER INDEX` and its like.
#[derive(Debug, Clone)]
pub struct AlterTable {
    /// What the statement calls the relation.
    pub relation: Relation,
    /// Its name.
    pub name: Spanned<NameRef>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// The actions in order.
    pub actions: Vec<Spanned<AlterTableAction>>,
}

/// The keyword after `ALTER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `ALTER TABLE`.
    Table,
    /// `ALTER INDEX`.
    Index,
    /// `ALTER VIEW`, `ALTER MATERIALIZED VIEW`, `ALTER FOREIGN TABLE`.
    Other,
}

/// One action.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there are few at a time, and boxes would be in every match")]
pub enum AlterTableAction {
    /// `ADD [COLUMN] [IF NOT EXISTS] def`.
    AddColumn {
        /// The column.
        column: Box<ColumnDef>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `DROP [COLUMN] [IF EXISTS] name [CASCADE]`.
    DropColumn {
        /// The column.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER [COLUMN] name ...`.
    AlterColumn {
        /// The column.
        name: Ident,
        /// What changes.
        action: AlterColumn,
    },
    /// `ADD constraint`.
    AddConstraint(Box<NamedConstraint<TableConstraint>>),
    /// `DROP CONSTRAINT [IF EXISTS] name [CASCADE]`.
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER CONSTRAINT name [NOT] DEFERRABLE ...`.
    AlterConstraint {
        /// The constraint.
        name: Ident,
        /// `DEFERRABLE` or not, where given.
        deferrable: Option<bool>,
        /// `INITIALLY DEFERRED` or not, where given.
        initially_deferred: Option<bool>,
    },
    /// `VALIDATE CONSTRAINT name`.
    ValidateConstraint(Ident),
    /// `RENAME COLUMN a TO b`.
    RenameColumn {
        /// Old name.
        from: Ident,
        /// New name.
        to: Ident,
    },
    /// `RENAME CONSTRAINT a TO b`.
    RenameConstraint {
        /// Old name.
        from: Ident,
        /// New name.
        to: Ident,
    },
    /// `RENAME TO b` (also as a statement of its own, `Statement::Rename`).
    RenameTo(Ident),
    /// `SET SCHEMA s`.
    SetSchema(Ident),
    /// `SET LOGGED` (true) or `SET UNLOGGED` (false).
    SetLogged(bool),
    /// `SET (...)`.
    SetStorage(Vec<StorageParameter>),
    /// `RESET (...)`.
    ResetStorage(Vec<String>),
    /// `ENABLE`/`DISABLE ROW LEVEL SECURITY`.
    RowSecurity(bool),
    /// `FORCE`/`NO FORCE ROW LEVEL SECURITY`.
    ForceRowSecurity(bool),
    /// `REPLICA IDENTITY ...`: `DEFAULT`, `FULL`, `NOTHING` or an index.
    ReplicaIdentity(ReplicaIdentityClause),
    /// `ATTACH PARTITION name bound` (tables), bound absent for indexes.
    AttachPartition {
        /// The partition.
        name: NameRef,
        /// Its bound.
        bound: Option<PartitionBound>,
    },
    /// `DETACH PARTITION name`.
    DetachPartition(NameRef),
    /// `INHERIT parent` (true) or `NO INHERIT parent` (false).
    Inherit(NameRef, bool),
    /// `SET TABLESPACE t`.
    SetTablespace(Ident),
    /// `SET ACCESS METHOD m`.
    SetAccessMethod(Ident),
    /// `CLUSTER ON index`, or `SET WITHOUT CLUSTER`.
    ClusterOn(Option<Ident>),
    /// `OWNER TO`.
    Owner,
    /// An action that is not modelled: its words in upper case (`ENABLE TRIGGER x`).
    Unmodelled(String),
}

/// `REPLICA IDENTITY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaIdentityClause {
    /// `DEFAULT`.
    Default,
    /// `FULL`.
    Full,
    /// `NOTHING`.
    Nothing,
    /// `USING INDEX i`.
    Index(Ident),
}

/// What `ALTER COLUMN` changes.
#[derive(Debug, Clone)]
pub enum AlterColumn {
    /// `[SET DATA] TYPE t [COLLATE c] [USING e]`.
    Type {
        /// The new type.
        ty: TypeName,
        /// `COLLATE c`.
        collation: Option<NameRef>,
        /// `USING e`.
        using: Option<ExprText>,
    },
    /// `SET DEFAULT e`.
    SetDefault(ExprText),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `SET EXPRESSION AS (e)` (17).
    SetExpression(ExprText),
    /// `DROP EXPRESSION [IF EXISTS]`.
    DropExpression,
    /// `ADD GENERATED ... AS IDENTITY`.
    AddIdentity(Identity),
    /// `SET GENERATED ...` and `SET sequence_option` ...
    SetIdentity {
        /// `SET GENERATED`.
        kind: Option<IdentityKind>,
        /// The sequence's options.
        options: Vec<SequenceOption>,
    },
    /// `DROP IDENTITY [IF EXISTS]`.
    DropIdentity {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `SET STATISTICS n`; `-1` and `DEFAULT` are `None`.
    SetStatistics(Option<i32>),
    /// `SET (...)`.
    SetOptions(Vec<StorageParameter>),
    /// `RESET (...)`.
    ResetOptions(Vec<String>),
    /// `SET STORAGE s`, upper case.
    SetStorage(String),
    /// `SET COMPRESSION c`, lower case.
    SetCompression(String),
}
