//! Dropping parts of a table: columns, constraints, indexes.

use super::error::InterpretError;
use super::foreign_key::ids;
use super::members::{constraint_uses, index_uses};
use super::{Interpreter, Outcome};
use crate::{ConstraintKind, Ident, IndexKey, ObjectId, QName, ReplicaIdentity};

impl Interpreter {
    /// Drops a column with the constraints, indexes and sequences that are nothing without it.
    pub(super) fn drop_column(&mut self, table: &QName, name: &Ident, cascade: bool) -> Outcome {
        let id = ObjectId::Column(table.clone(), name.clone());
        if !self.table(table)?.columns.contains_key(name) {
            return Ok(());
        }
        let refers = |(referrer, key): &(QName, Ident)| {
            let constraint = self.contract.tables.get(referrer).and_then(|it| it.constraints.get(key));
            match constraint.map(|it| &it.kind) {
                Some(ConstraintKind::ForeignKey(key)) => key.referenced.contains(name),
                _ => false,
            }
        };
        let keys: Vec<(QName, Ident)> = self.foreign_keys_to(table).into_iter().filter(refers).collect();
        let generated: Vec<Ident> = self
            .table(table)?
            .columns
            .iter()
            .filter(|(_, column)| {
                column.generated.as_ref().is_some_and(|it| super::expression::uses_column(&it.expr.canonical, name))
            })
            .map(|(other, _)| other.clone())
            .collect();
        let sequences: Vec<QName> = self
            .owned_sequences(table)
            .into_iter()
            .filter(|it| {
                self.contract.sequences.get(it).and_then(|it| it.owner.as_ref()).is_some_and(|it| it.column == *name)
            })
            .collect();
        let mut defaults = Vec::new();
        for sequence in &sequences {
            let elsewhere = |(user, column): &(QName, Ident)| user != table || column != name;
            defaults.extend(self.defaults_of(sequence).into_iter().filter(elsewhere));
        }
        if !cascade {
            let mut dependents = ids(&keys);
            dependents.extend(generated.iter().map(|other| ObjectId::Column(table.clone(), other.clone())));
            dependents.extend(defaults.iter().map(|(user, column)| ObjectId::Column(user.clone(), column.clone())));
            if !dependents.is_empty() {
                return Err(InterpretError::Dependents { object: id, dependents });
            }
        }
        for (referrer, key) in &keys {
            self.take_constraint(referrer, key);
        }
        for other in &generated {
            self.drop_column(table, other, true)?;
        }
        for (user, column) in &defaults {
            self.alter(user, column)?.default = None;
        }
        for sequence in &sequences {
            self.take_sequence(sequence);
        }
        let payload = self.table(table)?;
        let constraints: Vec<Ident> = payload
            .constraints
            .iter()
            .filter(|(_, it)| constraint_uses(&it.kind, name))
            .map(|(it, _)| it.clone())
            .collect();
        let indexes: Vec<Ident> =
            payload.indexes.iter().filter(|(_, it)| index_uses(it, name)).map(|(it, _)| it.clone()).collect();
        for constraint in &constraints {
            self.take_constraint(table, constraint);
            self.forget_replica_identity(table, constraint)?;
        }
        for index in &indexes {
            self.take_index(table, index);
            self.forget_replica_identity(table, index)?;
        }
        self.take_column(table, name);
        if self.passes_on() {
            for child in self.children(table) {
                self.drop_column(&child, name, cascade)?;
            }
        }
        Ok(())
    }

    pub(super) fn drop_constraint(&mut self, table: &QName, name: &Ident, cascade: bool) -> Outcome {
        let constraint = self.constraint(table, name)?.clone();
        let columns = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some(&key.columns),
            ConstraintKind::Unique(key) => Some(&key.columns),
            _ => None,
        };
        if let Some(columns) = columns {
            let id = ObjectId::Constraint(constraint.kind.tag(), table.clone(), name.clone());
            self.drop_foreign_keys_on(table, columns, &id, cascade)?;
        }
        self.take_constraint(table, name);
        self.forget_replica_identity(table, name)?;
        if !self.passes_on() {
            return Ok(());
        }
        let inherited = matches!(constraint.kind, ConstraintKind::Check(_));
        let children = if inherited { self.children(table) } else { self.partitions(table) };
        for child in children {
            // Checks keep their name below; the rest is known by what it says.
            let below = self.table(&child)?.constraints.iter().find(|(other, it)| {
                if inherited {
                    *other == name && it.kind.tag() == constraint.kind.tag()
                } else {
                    it.kind == constraint.kind
                }
            });
            if let Some(below) = below.map(|(below, _)| below.clone()) {
                self.drop_constraint(&child, &below, cascade)?;
            }
        }
        Ok(())
    }

    pub(super) fn drop_index(&mut self, table: &QName, name: &Ident, cascade: bool) -> Outcome {
        let id = ObjectId::Index(table.clone(), name.clone());
        let Some(index) = self.table(table)?.indexes.get(name).cloned() else { return Ok(()) };
        if index.unique && index.predicate.is_none() {
            let columns: Vec<Ident> = index
                .elements
                .iter()
                .filter_map(|element| match &element.key {
                    IndexKey::Column(column) => Some(column.clone()),
                    IndexKey::Expression(_) => None,
                })
                .collect();
            if columns.len() == index.elements.len() {
                self.drop_foreign_keys_on(table, &columns, &id, cascade)?;
            }
        }
        self.take_index(table, name);
        self.forget_replica_identity(table, name)?;
        for child in self.partitions(table) {
            let below = self.table(&child)?.indexes.iter().find(|(_, other)| super::index::alike(other, &index));
            if let Some(below) = below.map(|(below, _)| below.clone()) {
                self.drop_index(&child, &below, cascade)?;
            }
        }
        Ok(())
    }

    /// The foreign keys that rest on a key which is about to go, unless another one can carry them.
    fn drop_foreign_keys_on(&mut self, table: &QName, columns: &[Ident], id: &ObjectId, cascade: bool) -> Outcome {
        let same = |other: &[Ident]| other.len() == columns.len() && other.iter().all(|it| columns.contains(it));
        let payload = self.table(table)?;
        let keys = payload.constraints.values().filter(|other| match &other.kind {
            ConstraintKind::PrimaryKey(key) => same(&key.columns),
            ConstraintKind::Unique(key) => same(&key.columns),
            _ => false,
        });
        let indexes = payload.indexes.values().filter(|other| {
            let all: Vec<Ident> = other
                .elements
                .iter()
                .filter_map(|element| match &element.key {
                    IndexKey::Column(column) => Some(column.clone()),
                    IndexKey::Expression(_) => None,
                })
                .collect();
            other.unique && other.predicate.is_none() && all.len() == other.elements.len() && same(&all)
        });
        if keys.count() + indexes.count() > 1 {
            return Ok(());
        }
        let resting = self.foreign_keys_on(table, columns);
        if resting.is_empty() {
            return Ok(());
        }
        if !cascade {
            return Err(InterpretError::Dependents { object: id.clone(), dependents: ids(&resting) });
        }
        for (referrer, key) in &resting {
            self.take_constraint(referrer, key);
        }
        Ok(())
    }

    fn forget_replica_identity(&mut self, table: &QName, index: &Ident) -> Outcome {
        let payload = self.table_mut(table)?;
        if payload.replica_identity == ReplicaIdentity::Index(index.clone()) {
            payload.replica_identity = ReplicaIdentity::Default;
        }
        Ok(())
    }
}
