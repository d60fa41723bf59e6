//! Inheritance, and who inherits.

use super::error::InterpretError;
use super::{Interpreter, Outcome};
use crate::{Constraint, ConstraintKind, Ident, ObjectId, QName};

impl Interpreter {
    /// The tables that inherit from a table or are its partitions, by name.
    pub(super) fn children(&self, table: &QName) -> Vec<QName> {
        let is_child = |child: &QName| {
            self.contract.tables.get(child).is_some_and(|payload| {
                payload.inherits.contains(table)
                    || payload.partition_of.as_ref().is_some_and(|partition| partition.parent == *table)
            })
        };
        self.directory.children(table).into_iter().filter(is_child).collect()
    }

    /// The partitions of a table, by name.
    pub(super) fn partitions(&self, table: &QName) -> Vec<QName> {
        let is_partition = |child: &QName| {
            let payload = self.contract.tables.get(child);
            payload.and_then(|payload| payload.partition_of.as_ref()).is_some_and(|it| it.parent == *table)
        };
        self.directory.children(table).into_iter().filter(is_partition).collect()
    }

    /// Refuses to make a table an heir or partition of itself, or of what comes from it.
    pub(super) fn need_no_circle(&self, table: &QName, parent: &QName) -> Outcome {
        let mut queue = vec![table.clone()];
        while let Some(next) = queue.pop() {
            if next == *parent {
                return Err(InterpretError::invalid(format!("table {table}"), format!("{parent} comes from it")));
            }
            queue.extend(self.children(&next));
        }
        Ok(())
    }

    /// Takes over a parent's columns. One that several parents have is merged.
    pub(super) fn inherit_columns(&mut self, table: &QName, parent: &QName) -> Outcome {
        for (name, inherited) in self.table(parent)?.columns.clone() {
            if let Some(own) = self.table(table)?.columns.get(&name) {
                if own.ty != inherited.ty {
                    let id = ObjectId::Column(table.clone(), name.clone());
                    return Err(InterpretError::invalid(id, format!("{parent} has it as {}", inherited.ty)));
                }
                if inherited.not_null && !own.not_null {
                    self.alter(table, &name)?.not_null = true;
                }
                continue;
            }
            self.put_column(table, &name, passed_on(inherited))?;
        }
        Ok(())
    }

    /// Takes over the checks of a parent or partitioned table.
    pub(super) fn inherit_checks(&mut self, table: &QName, parent: &QName) -> Outcome {
        for (name, check) in self.checks(parent)? {
            // The new table has no rows that could violate it.
            self.pass_check(table, &name, &Constraint { validated: check.enforced, ..check })?;
        }
        Ok(())
    }

    /// The checks that a table passes on.
    fn checks(&self, table: &QName) -> Outcome<Vec<(Ident, Constraint)>> {
        let passed = |(_, constraint): &(&Ident, &Constraint)| {
            matches!(constraint.kind, ConstraintKind::Check(_)) && !constraint.no_inherit
        };
        let all = self.table(table)?.constraints.iter().filter(passed);
        Ok(all.map(|(name, constraint)| (name.clone(), constraint.clone())).collect())
    }

    /// `INHERIT parent` and `NO INHERIT parent`.
    pub(super) fn set_parent(&mut self, table: &QName, parent: &QName, inherits: bool) -> Outcome {
        let id = ObjectId::Table(table.clone());
        let columns = self.table(parent)?.columns.keys().cloned().collect::<Vec<_>>();
        let payload = self.table_mut(table)?;
        if inherits {
            if payload.inherits.contains(parent) {
                return Err(InterpretError::invalid(&id, format!("it inherits from {parent} already")));
            }
            if let Some(column) = columns.iter().find(|column| !payload.columns.contains_key(*column)) {
                return Err(InterpretError::invalid(&id, format!("it lacks the column {column} of {parent}")));
            }
            self.need_no_circle(table, parent)?;
            self.table_mut(table)?.inherits.push(parent.clone());
            self.directory.add_child(parent, table);
        } else {
            let before = payload.inherits.len();
            payload.inherits.retain(|other| other != parent);
            if payload.inherits.len() == before {
                return Err(InterpretError::invalid(&id, format!("it does not inherit from {parent}")));
            }
        }
        self.touched.altered(id);
        Ok(())
    }
}

/// A column as an heir or partition gets it: an identity stays with its own table, and comments are not passed on.
pub(super) fn passed_on(column: crate::Column) -> crate::Column {
    crate::Column { identity: None, comment: None, statistics: None, ..column }
}
