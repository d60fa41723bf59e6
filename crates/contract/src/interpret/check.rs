//! Check constraints.

use novate_sql::ast::ExprText;

use super::constraint::constraint;
use super::table::{Definition, Rows};
use super::{Interpreter, Outcome};
use crate::{Check, Constraint, ConstraintKind, Ident, QName, names};

impl Interpreter {
    pub(super) fn add_check(&mut self, table: &QName, definition: &Definition, expr: &ExprText, rows: Rows) -> Outcome {
        let about = match &definition.name {
            Some(name) => format!("check {table}.{name}"),
            None => format!("a check of {table}"),
        };
        let columns = self.columns_of(table, &expr.expr, &about)?;
        let name = match &definition.name {
            Some(name) => name.clone(),
            None => {
                // A whole row counts as a column without a name: given twice, it makes the choice `table_check`.
                let whole_row = columns.contains(&None);
                let mut named: Vec<Ident> = columns.into_iter().flatten().collect();
                if whole_row {
                    named.clear();
                }
                names::check(&table.name, &named, &|name| self.directory.constraint_taken(&table.schema, name))
            }
        };
        let expr = self.expression(table, expr, None, &about)?;
        let check = constraint(definition, ConstraintKind::Check(Check { expr }), rows);
        let payload = self.table(table)?;
        let has_parents = payload.partition_of.is_some() || !payload.inherits.is_empty();
        if has_parents && payload.constraints.get(&name).is_some_and(|inherited| inherited.kind == check.kind) {
            return Ok(());
        }
        self.put_constraint(table, &name, check.clone())?;
        if check.no_inherit {
            return Ok(());
        }
        for child in self.children(table) {
            self.pass_check(&child, &name, &check)?;
        }
        Ok(())
    }

    /// Gives a check to an heir or partition and what is below it, where it is not there yet.
    pub(super) fn pass_check(&mut self, table: &QName, name: &Ident, check: &Constraint) -> Outcome {
        if self.table(table)?.constraints.contains_key(name) {
            return Ok(());
        }
        self.put_constraint(table, name, Constraint { comment: None, ..check.clone() })?;
        for child in self.children(table) {
            self.pass_check(&child, name, check)?;
        }
        Ok(())
    }
}
