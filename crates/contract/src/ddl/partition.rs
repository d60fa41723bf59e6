//! A partition's place in its table.

use crate::{Partition, QName};

/// `ATTACH PARTITION`. It shares no statement with other actions.
pub fn attach(table: &QName, partition: &Partition) -> String {
    format!("ALTER TABLE {} ATTACH PARTITION {table} {}", partition.parent, partition.bound)
}

/// `DETACH PARTITION`.
pub fn detach(table: &QName, partition: &Partition) -> String {
    format!("ALTER TABLE {} DETACH PARTITION {table}", partition.parent)
}
