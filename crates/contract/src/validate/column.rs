//! Columns.

use super::{Checker, ProblemKind};
use crate::{Column, Ident, ObjectId, QName, Table};

impl<'a> Checker<'a> {
    pub(super) fn column(&mut self, table_name: &QName, table: &'a Table, name: &Ident, column: &'a Column) {
        let id = ObjectId::Column(table_name.clone(), name.clone());
        self.type_exists(&id, &column.ty);
        let sources = [column.default.is_some(), column.identity.is_some(), column.generated.is_some()];
        if sources.into_iter().filter(|given| *given).count() > 1 {
            let message = "it can have only one of a default, an identity and a generating expression";
            self.report(&id, ProblemKind::Invalid(message.to_owned()));
        }
        if let Some(default) = &column.default {
            let columns = self.expression(&id, table_name, table, default);
            if let Some(used) = columns.first() {
                let message = format!("its default refers to the column {used}");
                self.report(&id, ProblemKind::Invalid(message));
            }
        }
        if let Some(identity) = &column.identity {
            if !column.not_null {
                self.report(&id, ProblemKind::Nullable(name.clone()));
            }
            self.sequence_options(&id, &identity.options);
        }
        if let Some(generated) = &column.generated {
            let used = self.expression(&id, table_name, table, &generated.expr);
            let generated_too = |used: &&Ident| {
                self.find_column(table_name, table, used).is_some_and(|column| column.generated.is_some())
            };
            if let Some(other) = used.iter().find(generated_too) {
                self.report(&id, ProblemKind::GeneratedFromGenerated(other.clone()));
            }
        }
    }
}
