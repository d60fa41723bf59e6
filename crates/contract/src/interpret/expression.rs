//! Expressions of statements as the model holds them.

use std::fmt;

use novate_sql::ast::ExprText;
use novate_sql::expr::{Expr, canonicalize};

use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome};
use crate::{Expression, Ident, QName, TypeName};

impl Interpreter {
    /// An expression over the columns of `table`, in canonical form; `expected` is the type that its value is
    /// assigned to.
    pub(super) fn expression(
        &self,
        table: &QName,
        written: &ExprText,
        expected: Option<&TypeName>,
        needed_by: &dyn fmt::Display,
    ) -> Outcome<Expression> {
        self.columns_of(table, &written.expr, needed_by)?;
        let scope = self.scope(table);
        Ok(Expression::new(canonicalize(&written.expr, &scope, expected), written.text.clone()))
    }

    /// An expression of the model in canonical form again, after what it is about has changed.
    pub(super) fn again(&self, table: &QName, expr: &Expr, expected: Option<&TypeName>) -> Expr {
        canonicalize(expr, &self.scope(table), expected)
    }

    /// The different columns of `table` that an expression refers to, in order of appearance, and `None` in place of
    /// one for a reference to the whole row.
    pub(super) fn columns_of(
        &self,
        table: &QName,
        expr: &Expr,
        needed_by: &dyn fmt::Display,
    ) -> Outcome<Vec<Option<Ident>>> {
        let columns = &self.table(table)?.columns;
        let mut found: Vec<Option<Ident>> = Vec::new();
        for parts in expr.references().columns {
            let Some(last) = parts.last() else { continue };
            let column = if columns.contains_key(last) {
                Some(last.clone())
            } else if *last == table.name {
                None
            } else if is_system_column(last.as_str()) {
                continue;
            } else {
                return Err(InterpretError::missing(Missing::Column(table.clone(), last.clone()), needed_by));
            };
            if !found.contains(&column) {
                found.push(column);
            }
        }
        Ok(found)
    }
}

fn is_system_column(name: &str) -> bool {
    matches!(name, "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax")
}

/// Whether an expression refers to a column.
pub(super) fn uses_column(expr: &Expr, column: &Ident) -> bool {
    expr.references().columns.iter().any(|parts| parts.last() == Some(column))
}
