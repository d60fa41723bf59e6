//! Tables, without their columns, constraints and indexes.

use novate_contract::{Partition, ReplicaIdentity, RowSecurity, Table};

use super::{Listener, flag, list, optional, or_default, parameters};

pub(super) fn describe(table: &Table, to: &mut dyn Listener) {
    let Table {
        columns: _,
        constraints: _,
        indexes: _,
        unlogged,
        access_method,
        storage,
        row_security: RowSecurity { enabled, forced },
        replica_identity,
        partition_by,
        partition_of,
        inherits,
        control: _,
        online: _,
        comment: _,
    } = table;
    let replica_identity = match replica_identity {
        ReplicaIdentity::Default => None,
        ReplicaIdentity::Full => Some("full".to_owned()),
        ReplicaIdentity::Nothing => Some("nothing".to_owned()),
        ReplicaIdentity::Index(index) => Some(format!("index {index}")),
    };
    let place = partition_of.as_ref().map(|Partition { parent, .. }| parent);
    let bound = partition_of.as_ref().map(|Partition { bound, .. }| bound);
    flag(to, "unlogged", *unlogged);
    or_default(to, "access method", access_method.as_ref(), "heap");
    parameters(to, "storage parameters", storage);
    flag(to, "row security", *enabled);
    flag(to, "row security forced", *forced);
    or_default(to, "replica identity", replica_identity, "default");
    optional(to, "partitioned by", partition_by.as_ref());
    optional(to, "partition of", place);
    optional(to, "partition bound", bound);
    list(to, "inherits", inherits);
}
