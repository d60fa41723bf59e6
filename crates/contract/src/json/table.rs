//! Tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::column::ColumnEntry;
use super::constraint::ConstraintEntry;
use super::entries::Entries;
use super::index::IndexEntry;
use super::text::{ControlWord, Fault, Read, ident, is_default, qname, read_map};
use crate::{Ident, Partition, ReplicaIdentity, RowSecurity, Table};

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TableEntry {
    #[serde(skip_serializing_if = "is_default")]
    access_method: Option<String>,
    columns: Entries<ColumnEntry>,
    #[serde(skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    constraints: Entries<ConstraintEntry>,
    #[serde(skip_serializing_if = "is_default")]
    control: Option<ControlWord>,
    #[serde(skip_serializing_if = "is_default")]
    indexes: Entries<IndexEntry>,
    #[serde(skip_serializing_if = "is_default")]
    inherits: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    online: bool,
    #[serde(skip_serializing_if = "is_default")]
    partition_by: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    partition_of: Option<PartitionEntry>,
    #[serde(skip_serializing_if = "is_default")]
    replica_identity: Option<ReplicaEntry>,
    #[serde(skip_serializing_if = "is_default")]
    row_security: RowSecurityEntry,
    #[serde(skip_serializing_if = "is_default")]
    storage_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    unlogged: bool,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartitionEntry {
    bound: String,
    parent: String,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RowSecurityEntry {
    #[serde(skip_serializing_if = "is_default")]
    enabled: bool,
    #[serde(skip_serializing_if = "is_default")]
    forced: bool,
}

/// `"full"`, `"nothing"`, `{"index": "users_email_key"}`.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ReplicaEntry {
    Full,
    Nothing,
    Index(String),
}

impl TableEntry {
    pub(super) fn of(schema: &Ident, table: &Table) -> Self {
        let Table {
            columns,
            constraints,
            indexes,
            unlogged,
            access_method,
            storage,
            row_security,
            replica_identity,
            partition_by,
            partition_of,
            inherits,
            control,
            online,
            comment,
        } = table;
        let key = |name: &Ident| name.as_str().to_owned();
        Self {
            access_method: access_method.as_ref().map(key),
            columns: columns.iter().map(|(name, column)| (key(name), ColumnEntry::of(column))).collect(),
            comment: comment.clone(),
            constraints: constraints.iter().map(|(name, it)| (key(name), ConstraintEntry::of(schema, it))).collect(),
            control: ControlWord::of(*control),
            indexes: indexes.iter().map(|(name, index)| (key(name), IndexEntry::of(index))).collect(),
            inherits: inherits.iter().map(ToString::to_string).collect(),
            online: *online,
            partition_by: partition_by.clone(),
            partition_of: partition_of
                .as_ref()
                .map(|it| PartitionEntry { bound: it.bound.clone(), parent: it.parent.to_string() }),
            replica_identity: ReplicaEntry::of(replica_identity),
            row_security: RowSecurityEntry { enabled: row_security.enabled, forced: row_security.forced },
            storage_parameters: storage.clone(),
            unlogged: *unlogged,
        }
    }

    pub(super) fn read(self, schema: &Ident) -> Read<Table> {
        let within = |key: &'static str| move |fault: Fault| fault.within(key);
        let partition_of = self
            .partition_of
            .map(|it| Ok(Partition { parent: qname(&it.parent)?, bound: it.bound }))
            .transpose()
            .map_err(within("partitionOf"))?;
        Ok(Table {
            columns: read_map(self.columns, |_, entry| entry.read()).map_err(within("columns"))?,
            constraints: read_map(self.constraints, |_, entry| entry.read(schema)).map_err(within("constraints"))?,
            indexes: read_map(self.indexes, |_, entry| entry.read()).map_err(within("indexes"))?,
            unlogged: self.unlogged,
            access_method: self.access_method.as_deref().map(ident).transpose().map_err(within("accessMethod"))?,
            storage: self.storage_parameters,
            row_security: RowSecurity { enabled: self.row_security.enabled, forced: self.row_security.forced },
            replica_identity: ReplicaEntry::read(self.replica_identity).map_err(within("replicaIdentity"))?,
            partition_by: self.partition_by,
            partition_of,
            inherits: self.inherits.iter().map(|name| qname(name)).collect::<Read<_>>().map_err(within("inherits"))?,
            control: ControlWord::read(self.control),
            online: self.online,
            comment: self.comment,
        })
    }
}

impl ReplicaEntry {
    fn of(identity: &ReplicaIdentity) -> Option<Self> {
        match identity {
            ReplicaIdentity::Default => None,
            ReplicaIdentity::Full => Some(Self::Full),
            ReplicaIdentity::Nothing => Some(Self::Nothing),
            ReplicaIdentity::Index(name) => Some(Self::Index(name.as_str().to_owned())),
        }
    }

    fn read(entry: Option<Self>) -> Read<ReplicaIdentity> {
        Ok(match entry {
            None => ReplicaIdentity::Default,
            Some(Self::Full) => ReplicaIdentity::Full,
            Some(Self::Nothing) => ReplicaIdentity::Nothing,
            Some(Self::Index(name)) => ReplicaIdentity::Index(ident(&name)?),
        })
    }
}
