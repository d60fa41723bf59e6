//! Constraints.

use super::{Checker, ProblemKind};
use crate::{Constraint, ConstraintKind, Ident, ObjectId, QName, Table};

impl<'a> Checker<'a> {
    pub(super) fn constraint(
        &mut self,
        table_name: &QName,
        table: &'a Table,
        name: &Ident,
        constraint: &'a Constraint,
    ) {
        let id = ObjectId::Constraint(constraint.kind.tag(), table_name.clone(), name.clone());
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                self.key_columns(&id, table_name, table, &key.columns);
                self.have_columns(&id, table_name, table, &key.include);
                for column in &key.columns {
                    if self.find_column(table_name, table, column).is_some_and(|payload| !payload.not_null) {
                        self.report(&id, ProblemKind::Nullable(column.clone()));
                    }
                }
            }
            ConstraintKind::Unique(key) => {
                self.key_columns(&id, table_name, table, &key.columns);
                self.have_columns(&id, table_name, table, &key.include);
            }
            ConstraintKind::Check(check) => {
                self.expression(&id, table_name, table, &check.expr);
            }
            ConstraintKind::Exclusion(exclusion) => {
                for element in &exclusion.elements {
                    self.element(&id, table_name, table, &element.element);
                }
                self.have_columns(&id, table_name, table, &exclusion.include);
                if let Some(predicate) = &exclusion.predicate {
                    self.expression(&id, table_name, table, predicate);
                }
            }
            ConstraintKind::ForeignKey(key) => self.foreign_key(&id, table_name, table, key),
        }
    }

    /// Reports columns that the table does not have.
    pub(super) fn have_columns(&mut self, id: &ObjectId, name: &QName, table: &'a Table, columns: &[Ident]) {
        for column in columns {
            if self.find_column(name, table, column).is_none() {
                let missing = ObjectId::Column(name.clone(), column.clone());
                self.report(id, ProblemKind::Missing(missing));
            }
        }
    }

    /// As [`Self::have_columns`], and that there is one, and none twice.
    pub(super) fn key_columns(&mut self, id: &ObjectId, name: &QName, table: &'a Table, columns: &[Ident]) {
        self.have_columns(id, name, table, columns);
        if columns.is_empty() {
            self.report(id, ProblemKind::Invalid("it has no columns".to_owned()));
        }
        for (at, column) in columns.iter().enumerate() {
            if columns.iter().take(at).any(|earlier| earlier == column) {
                self.report(id, ProblemKind::Invalid(format!("it names the column {column} twice")));
            }
        }
    }
}
