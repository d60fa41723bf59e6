//! Foreign keys.

use std::collections::BTreeSet;

use super::{Checker, ProblemKind};
use crate::{ConstraintKind, Deferral, ForeignKey, Ident, IndexKey, ObjectId, QName, Table};

impl<'a> Checker<'a> {
    pub(super) fn foreign_key(&mut self, id: &ObjectId, name: &QName, table: &'a Table, key: &'a ForeignKey) {
        self.key_columns(id, name, table, &key.columns);
        for column in &key.on_delete_columns {
            if !key.columns.contains(column) {
                let message = format!("its ON DELETE names {column}, which is not one of its columns");
                self.report(id, ProblemKind::Invalid(message));
            }
        }
        let Some(target) = self.contract.tables.get(&key.references) else {
            self.report(id, ProblemKind::Missing(ObjectId::Table(key.references.clone())));
            return;
        };
        if target.unlogged && !table.unlogged {
            let message = format!("a table that is logged cannot refer to {}, which is not", key.references);
            self.report(id, ProblemKind::Invalid(message));
        }
        if key.columns.len() != key.referenced.len() {
            let (columns, referenced) = (key.columns.len(), key.referenced.len());
            self.report(id, ProblemKind::CountMismatch { columns, referenced });
            return;
        }
        self.have_columns(id, &key.references, target, &key.referenced);
        for (column, referenced) in key.columns.iter().zip(&key.referenced) {
            let one = self.find_column(name, table, column);
            let other = self.find_column(&key.references, target, referenced);
            if let (Some(one), Some(other)) = (one, other)
                && self.incomparable(&one.ty, &other.ty)
            {
                let kind = ProblemKind::TypeMismatch {
                    column: column.clone(),
                    ty: one.ty.clone(),
                    table: key.references.clone(),
                    referenced: referenced.clone(),
                    referenced_type: other.ty.clone(),
                };
                self.report(id, kind);
            }
        }
        let all_there = key.referenced.iter().all(|column| self.find_column(&key.references, target, column).is_some());
        if all_there && !is_unique(target, &key.referenced) {
            let kind = ProblemKind::NoUniqueKey { table: key.references.clone(), columns: key.referenced.clone() };
            self.report(id, kind);
        }
    }
}

/// Whether some key or unique index covers exactly these columns, in whatever order, so that a foreign key may rest on
/// it: not deferrable, not partial, no expressions.
fn is_unique(table: &Table, columns: &[Ident]) -> bool {
    let wanted: BTreeSet<&Ident> = columns.iter().collect();
    let by_constraint = table.constraints.values().any(|constraint| {
        let columns = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => &key.columns,
            ConstraintKind::Unique(key) => &key.columns,
            _ => return false,
        };
        constraint.deferral == Deferral::NotDeferrable && columns.iter().collect::<BTreeSet<_>>() == wanted
    });
    let by_index = || {
        table.indexes.values().filter(|index| index.unique && index.predicate.is_none()).any(|index| {
            let plain = index.elements.iter().map(|element| match &element.key {
                IndexKey::Column(column) => Some(column),
                IndexKey::Expression(_) => None,
            });
            plain.collect::<Option<BTreeSet<_>>>().is_some_and(|columns| columns == wanted)
        })
    };
    by_constraint || by_index()
}
