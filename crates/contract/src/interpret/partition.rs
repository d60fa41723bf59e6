//! Partitions.

use super::error::InterpretError;
use super::index::{alike, key_alike};
use super::inherit::passed_on;
use super::{Interpreter, Outcome};
use crate::{Constraint, ConstraintKind, Ident, Index, ObjectId, Partition, QName};

impl Interpreter {
    /// The columns of a new partition.
    pub(super) fn partition_columns(&mut self, table: &QName, parent: &QName) -> Outcome {
        self.need_partitioned(parent, table)?;
        for (name, inherited) in self.table(parent)?.columns.clone() {
            self.put_column(table, &name, passed_on(inherited))?;
        }
        Ok(())
    }

    fn need_partitioned(&self, parent: &QName, needed_by: &QName) -> Outcome {
        if self.table(parent)?.partition_by.is_some() {
            return Ok(());
        }
        Err(InterpretError::invalid(format!("table {needed_by}"), format!("{parent} is not partitioned")))
    }

    /// Gives a partition the keys and indexes of its parent that it does not have yet.
    pub(super) fn clone_indexes(&mut self, table: &QName, parent: &QName) -> Outcome {
        let is_key = |constraint: &Constraint| {
            matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
        };
        let mut keys: Vec<Constraint> =
            self.table(parent)?.constraints.values().filter(|it| is_key(it)).cloned().collect();
        keys.sort_by_key(|key| !matches!(key.kind, ConstraintKind::PrimaryKey(_)));
        for key in keys {
            self.pass_key(table, parent, &key)?;
        }
        for index in self.table(parent)?.indexes.values().cloned().collect::<Vec<Index>>() {
            let columns = super::index::column_names(&index);
            self.pass_index(table, parent, &index, &columns)?;
        }
        Ok(())
    }

    /// Gives a partition the foreign keys of its parent.
    pub(super) fn clone_foreign_keys(&mut self, table: &QName, parent: &QName) -> Outcome {
        let is_foreign = |(_, it): &(&Ident, &Constraint)| matches!(it.kind, ConstraintKind::ForeignKey(_));
        let keys: Vec<(Ident, Constraint)> = self
            .table(parent)?
            .constraints
            .iter()
            .filter(is_foreign)
            .map(|(name, key)| (name.clone(), key.clone()))
            .collect();
        for (name, key) in keys {
            self.pass_foreign_key(table, &name, &key)?;
        }
        Ok(())
    }

    /// `ATTACH PARTITION`.
    pub(super) fn attach_partition(&mut self, parent: &QName, child: &QName, bound: &str) -> Outcome {
        let id = ObjectId::Table(child.clone());
        self.need_partitioned(parent, child)?;
        if self.table(child)?.partition_of.is_some() {
            return Err(InterpretError::invalid(&id, "it is a partition already"));
        }
        self.need_no_circle(child, parent)?;
        for (name, column) in &self.table(parent)?.columns {
            let refuse =
                |reason: String| Err(InterpretError::invalid(ObjectId::Column(child.clone(), name.clone()), reason));
            match self.table(child)?.columns.get(name) {
                None => self.need_column(child, name, &format!("partition {child} of {parent}"))?,
                Some(own) if own.ty != column.ty => return refuse(format!("{parent} has it as {}", column.ty)),
                Some(own) if column.not_null && !own.not_null => return refuse(format!("in {parent} it is NOT NULL")),
                Some(_) => {}
            }
        }
        let partition = Partition { parent: parent.clone(), bound: self.bound(parent, bound)? };
        self.table_mut(child)?.partition_of = Some(partition);
        self.directory.add_child(parent, child);
        self.touched.altered(id);
        self.clone_indexes(child, parent)?;
        self.clone_foreign_keys(child, parent)
    }

    /// `DETACH PARTITION`: the table keeps what it has.
    pub(super) fn detach_partition(&mut self, parent: &QName, child: &QName) -> Outcome {
        let id = ObjectId::Table(child.clone());
        let payload = self.table_mut(child)?;
        if payload.partition_of.as_ref().is_none_or(|partition| partition.parent != *parent) {
            return Err(InterpretError::invalid(&id, format!("it is no partition of {parent}")));
        }
        payload.partition_of = None;
        self.touched.altered(id);
        Ok(())
    }

    /// `ALTER INDEX parent ATTACH PARTITION child`: the parent's index becomes usable once every partition has one.
    pub(super) fn attach_index(&mut self, table: &QName, index: &Ident, child: &QName) -> Outcome {
        self.directory.attach(child);
        let Some(payload) = self.table(table)?.indexes.get(index) else { return Ok(()) };
        if payload.valid {
            return Ok(());
        }
        let payload = payload.clone();
        let complete = self.partitions(table).iter().all(|child| {
            let Some(below) = self.contract.tables.get(child) else { return false };
            let attached = |name: &Ident| !self.directory.is_unattached(child, name);
            below.indexes.iter().any(|(name, other)| other.valid && alike(other, &payload) && attached(name))
                || below.constraints.iter().any(|(name, key)| key_alike(key, &payload) && attached(name))
        });
        if complete {
            if let Some(payload) = self.table_mut(table)?.indexes.get_mut(index) {
                payload.valid = true;
            }
            self.touched.altered(ObjectId::Index(table.clone(), index.clone()));
        }
        Ok(())
    }
}
