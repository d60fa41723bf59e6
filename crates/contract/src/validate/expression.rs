//! What expressions refer to.

use super::{Checker, ProblemKind};
use crate::{Expression, Ident, ObjectId, QName, Table, names};

/// Columns that every table has.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

impl<'a> Checker<'a> {
    /// Reports names in an expression that lead nowhere, and returns the columns of the table that it refers to.
    pub(super) fn expression(
        &mut self,
        id: &ObjectId,
        name: &QName,
        table: &'a Table,
        expression: &Expression,
    ) -> Vec<Ident> {
        let references = expression.canonical.references();
        let mut columns = Vec::new();
        for parts in &references.columns {
            let Some(column) = parts.last() else { continue };
            if self.find_column(name, table, column).is_some() {
                columns.push(column.clone());
            } else if *column != name.name && !SYSTEM_COLUMNS.contains(&column.as_str()) {
                let missing = ObjectId::Column(name.clone(), column.clone());
                self.report(id, ProblemKind::Missing(missing));
            }
        }
        for ty in &references.types {
            self.type_exists(id, ty);
        }
        for relation in &references.sequences {
            let Some(schema) = &relation.schema else { continue };
            let relation = QName::new(schema.clone(), relation.name.clone());
            if !self.could_be_relation(&relation) {
                self.report(id, ProblemKind::Missing(ObjectId::Sequence(relation)));
            }
        }
        columns
    }

    fn could_be_relation(&self, name: &QName) -> bool {
        self.contract.sequences.contains_key(name)
            || self.contract.tables.contains_key(name)
            || matches!(name.schema.as_str(), "pg_catalog" | "information_schema")
            || self.is_unmodelled(&name.to_string())
            || self.contract.tables.iter().any(|(table, payload)| {
                table.schema == name.schema
                    && identity_sequences(table, payload).any(|(_, sequence)| sequence == name.name)
            })
    }
}

/// The columns of a table that are identities, and the names of their sequences.
fn identity_sequences<'t>(name: &'t QName, table: &'t Table) -> impl Iterator<Item = (&'t Ident, Ident)> {
    table.columns.iter().filter_map(|(column, payload)| {
        let identity = payload.identity.as_ref()?;
        let chosen = || names::sequence(&name.name, column, &|_| false);
        Some((column, identity.sequence.clone().unwrap_or_else(chosen)))
    })
}
