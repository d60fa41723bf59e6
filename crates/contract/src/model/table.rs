//! Tables.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Column, Constraint, Control, Ident, Index, QName};

/// Storage parameters by name (`fillfactor`, `toast.autovacuum_enabled`), values as PostgreSQL stores them.
pub type StorageParameters = BTreeMap<String, String>;

/// A table. Equality ignores the order of its columns, which PostgreSQL cannot change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Columns in the order in which they were written.
    pub columns: IndexMap<Ident, Column>,
    /// Constraints by name, PostgreSQL's own choice where the author gave none.
    pub constraints: BTreeMap<Ident, Constraint>,
    /// Indexes by name, those of constraints left out.
    pub indexes: BTreeMap<Ident, Index>,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `USING method`, where it is not `heap`.
    pub access_method: Option<Ident>,
    /// `WITH (...)`.
    pub storage: StorageParameters,
    /// Row-level security.
    pub row_security: RowSecurity,
    /// `REPLICA IDENTITY`.
    pub replica_identity: ReplicaIdentity,
    /// `PARTITION BY ...`: `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// `PARTITION OF ...`.
    pub partition_of: Option<Partition>,
    /// `INHERITS (...)`, in order.
    pub inherits: Vec<QName>,
    /// What novate may do with it.
    pub control: Control,
    /// Whether its changes are planned in lock-light form (`@online`).
    pub online: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// Row-level security flags of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowSecurity {
    /// `ENABLE ROW LEVEL SECURITY`.
    pub enabled: bool,
    /// `FORCE ROW LEVEL SECURITY`.
    pub forced: bool,
}

/// What logical replication writes of an old row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReplicaIdentity {
    /// The primary key.
    #[default]
    Default,
    /// The whole row.
    Full,
    /// Nothing.
    Nothing,
    /// The columns of a unique index.
    Index(Ident),
}

/// A partition's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The partitioned table.
    pub parent: QName,
    /// `FOR VALUES ...` or `DEFAULT`.
    pub bound: String,
}
