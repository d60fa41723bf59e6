//! Exclusion constraints.

use novate_sql::ast::TableConstraint;

use super::constraint::constraint;
use super::table::{Definition, Rows};
use super::{Interpreter, Outcome, storage};
use crate::{ConstraintKind, Exclusion, ExclusionElement, Ident, QName, names};

impl Interpreter {
    pub(super) fn add_exclusion(&mut self, table: &QName, definition: &Definition) -> Outcome {
        let TableConstraint::Exclude { method, elements, parameters, predicate } = &definition.constraint else {
            return Ok(());
        };
        let about = match &definition.name {
            Some(name) => format!("exclusion {table}.{name}"),
            None => format!("an exclusion of {table}"),
        };
        let method = method.clone().unwrap_or_else(|| Ident::new("btree"));
        let mut made = Vec::with_capacity(elements.len());
        let mut columns = Vec::with_capacity(elements.len());
        for (element, operator) in elements {
            let (name, element) = self.index_element(table, &method, element, &about)?;
            columns.push(name);
            made.push(ExclusionElement { element, operator: operator_name(operator) });
        }
        self.need_columns(table, &parameters.include, &about)?;
        let predicate = match predicate {
            Some(predicate) => Some(self.expression(table, predicate, None, &about)?),
            None => None,
        };
        let name = match &definition.name {
            Some(name) => {
                self.need_free_index(table, name)?;
                name.clone()
            }
            None => {
                columns.extend(parameters.include.iter().cloned());
                names::exclusion(&table.name, &columns, &|name| self.index_name_taken(table, name))
            }
        };
        let kind = ConstraintKind::Exclusion(Exclusion {
            method,
            elements: made,
            include: parameters.include.clone(),
            storage: storage::parameters(&parameters.storage),
            predicate,
        });
        self.put_constraint(table, &name, constraint(definition, kind, Rows::None))
    }
}

/// An operator without a schema that is on the default path.
fn operator_name(written: &str) -> String {
    let bare = ["pg_catalog.", "public."].iter().find_map(|schema| written.strip_prefix(schema));
    bare.unwrap_or(written).to_owned()
}
