//! Tables.

use super::{Checker, ProblemKind};
use crate::{ConstraintKind, ObjectId, QName, ReplicaIdentity, Table};

impl<'a> Checker<'a> {
    pub(super) fn table(&mut self, name: &QName, table: &'a Table) {
        let id = ObjectId::Table(name.clone());
        self.in_schema(&id, &name.schema);
        for parent in &table.inherits {
            if !self.contract.tables.contains_key(parent) && !self.is_unmodelled(&parent.to_string()) {
                self.report(&id, ProblemKind::Missing(ObjectId::Table(parent.clone())));
            }
        }
        if let Some(partition) = &table.partition_of {
            match self.contract.tables.get(&partition.parent) {
                None => self.report(&id, ProblemKind::Missing(ObjectId::Table(partition.parent.clone()))),
                Some(parent) if parent.partition_by.is_none() => {
                    let message = format!("it is a partition of {}, which is not partitioned", partition.parent);
                    self.report(&id, ProblemKind::Invalid(message));
                }
                Some(_) => {}
            }
        }
        if let ReplicaIdentity::Index(index) = &table.replica_identity
            && !table.indexes.contains_key(index)
            && !table.constraints.contains_key(index)
        {
            self.report(&id, ProblemKind::Missing(ObjectId::Index(name.clone(), index.clone())));
        }
        for (column, payload) in &table.columns {
            self.column(name, table, column, payload);
        }
        let keys = table.constraints.values().filter(|it| matches!(it.kind, ConstraintKind::PrimaryKey(_)));
        if keys.count() > 1 {
            self.report(&id, ProblemKind::Invalid("it has more than one primary key".to_owned()));
        }
        for (constraint, payload) in &table.constraints {
            self.constraint(name, table, constraint, payload);
        }
        for (index, payload) in &table.indexes {
            self.index(name, table, index, payload);
        }
    }
}
