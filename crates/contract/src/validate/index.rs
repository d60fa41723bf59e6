//! Indexes.

use super::{Checker, ProblemKind};
use crate::{Ident, Index, IndexElement, IndexKey, ObjectId, QName, Table};

impl<'a> Checker<'a> {
    pub(super) fn index(&mut self, table_name: &QName, table: &'a Table, name: &Ident, index: &'a Index) {
        let id = ObjectId::Index(table_name.clone(), name.clone());
        if index.elements.is_empty() {
            self.report(&id, ProblemKind::Invalid("it has no columns".to_owned()));
        }
        for element in &index.elements {
            self.element(&id, table_name, table, element);
        }
        self.have_columns(&id, table_name, table, &index.include);
        if let Some(predicate) = &index.predicate {
            self.expression(&id, table_name, table, predicate);
        }
    }

    pub(super) fn element(&mut self, id: &ObjectId, table_name: &QName, table: &'a Table, element: &'a IndexElement) {
        match &element.key {
            IndexKey::Column(column) => self.have_columns(id, table_name, table, std::slice::from_ref(column)),
            IndexKey::Expression(expression) => {
                self.expression(id, table_name, table, expression);
            }
        }
    }
}
