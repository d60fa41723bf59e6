//! Foreign keys.

use novate_sql::ast;

use super::constraint::constraint;
use super::error::{InterpretError, Missing};
use super::table::{Definition, Rows};
use super::{Interpreter, Outcome};
use crate::{Constraint, ConstraintKind, ForeignKey, Ident, ObjectId, QName, names};

impl Interpreter {
    pub(super) fn add_foreign_key(
        &mut self,
        table: &QName,
        definition: &Definition,
        key: &ast::ForeignKey,
        rows: Rows,
    ) -> Outcome {
        let about = match &definition.name {
            Some(name) => format!("foreign key {table}.{name}"),
            None => format!("a foreign key of {table}"),
        };
        self.need_columns(table, &key.columns, &about)?;
        self.need_columns(table, &key.on_delete_columns, &about)?;
        let references = self.need_table(&key.references, &about)?;
        let referenced = if key.referenced.is_empty() {
            let missing = || InterpretError::missing(Missing::PrimaryKey(references.clone()), &about);
            let (_, primary) = self.primary_key(&references)?.ok_or_else(missing)?;
            primary.columns.clone()
        } else {
            self.need_columns(&references, &key.referenced, &about)?;
            key.referenced.clone()
        };
        if referenced.len() != key.columns.len() {
            let reason = format!("{} columns refer to {}", key.columns.len(), referenced.len());
            return Err(InterpretError::invalid(&about, reason));
        }
        let kind = ConstraintKind::ForeignKey(ForeignKey {
            columns: key.columns.clone(),
            references,
            referenced,
            match_kind: key.match_kind,
            on_update: key.on_update,
            on_delete: key.on_delete,
            on_delete_columns: key.on_delete_columns.clone(),
        });
        let name = match &definition.name {
            Some(name) => name.clone(),
            None => self.free_foreign_key_name(table, &key.columns),
        };
        let payload = constraint(definition, kind, rows);
        self.put_constraint(table, &name, payload.clone())?;
        if self.passes_on() {
            for child in self.partitions(table) {
                self.pass_foreign_key(&child, &name, &payload)?;
            }
        }
        Ok(())
    }

    /// Gives a partitioned table's foreign key to a partition, unless it has the same already. It keeps its name
    /// where that is free.
    pub(super) fn pass_foreign_key(&mut self, child: &QName, name: &Ident, key: &Constraint) -> Outcome {
        let table = self.table(child)?;
        if table.constraints.values().any(|other| other.kind == key.kind && other.deferral == key.deferral) {
            return Ok(());
        }
        let ConstraintKind::ForeignKey(payload) = &key.kind else { return Ok(()) };
        let name = if table.constraints.contains_key(name) {
            self.free_foreign_key_name(child, &payload.columns)
        } else {
            name.clone()
        };
        self.put_constraint(child, &name, Constraint { comment: None, ..key.clone() })?;
        for grandchild in self.partitions(child) {
            self.pass_foreign_key(&grandchild, &name, key)?;
        }
        Ok(())
    }

    fn free_foreign_key_name(&self, table: &QName, columns: &[Ident]) -> Ident {
        names::foreign_key(&table.name, columns, &|name| self.directory.constraint_taken(&table.schema, name))
    }

    /// The foreign keys that refer to `target`: their tables and names, in order; those of `target` itself included.
    pub(super) fn foreign_keys_to(&self, target: &QName) -> Vec<(QName, Ident)> {
        let mut found = Vec::new();
        for table in self.directory.referencing(target) {
            let Some(payload) = self.contract.tables.get(&table) else { continue };
            for (name, constraint) in &payload.constraints {
                if matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.references == *target) {
                    found.push((table.clone(), name.clone()));
                }
            }
        }
        found
    }

    /// The foreign keys that need a unique set of columns of `target` that they alone would lose with `key` gone.
    pub(super) fn foreign_keys_on(&self, target: &QName, columns: &[Ident]) -> Vec<(QName, Ident)> {
        let same = |a: &[Ident], b: &[Ident]| a.len() == b.len() && a.iter().all(|column| b.contains(column));
        let needs = |(table, name): &(QName, Ident)| {
            let constraint = self.contract.tables.get(table).and_then(|table| table.constraints.get(name));
            matches!(constraint.map(|it| &it.kind),
                Some(ConstraintKind::ForeignKey(key)) if same(&key.referenced, columns))
        };
        self.foreign_keys_to(target).into_iter().filter(needs).collect()
    }
}

/// The ids of foreign keys.
pub(super) fn ids(keys: &[(QName, Ident)]) -> Vec<ObjectId> {
    let id = |(table, name): &(QName, Ident)| {
        ObjectId::Constraint(crate::ConstraintTag::ForeignKey, table.clone(), name.clone())
    };
    keys.iter().map(id).collect()
}
