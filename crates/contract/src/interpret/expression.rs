//! Expressions of statements as the model holds them.

use std::fmt;

use novate_sql::ast::ExprText;
use novate_sql::expr::{Expr, canonicalize, parse_expr, with_full_names};

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
        let canonical = canonicalize(&written.expr, &scope, expected);
        Ok(self.spelled(table, canonical, written, expected))
    }

    /// The expression with this canonical tree, which statements spell as it was written as far as its names allow.
    pub(super) fn spelled(
        &self,
        table: &QName,
        canonical: Expr,
        written: &ExprText,
        expected: Option<&TypeName>,
    ) -> Expression {
        let scope = self.scope(table);
        let spelling = with_full_names(&written.expr, &scope);
        let expression = Expression::new(canonical, written.text.clone());
        if spelling == written.expr && is_plain(&written.text) && says_more(&written.text, &spelling) {
            return expression.spelled(Expr::Opaque(written.text.clone()));
        }
        if spelling == expression.canonical {
            return expression;
        }
        // What a spelling is read as decides, not what it was made of.
        let as_written = spelling == written.expr && spelling.surely_reads_back();
        let same = as_written
            || parse_expr(&spelling.to_string())
                .is_ok_and(|read| Expression::new(canonicalize(&read.expr, &scope, expected), "") == expression);
        if same { expression.spelled(spelling) } else { expression }
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

/// Whether a text can stand within any statement: on one line, without comments.
fn is_plain(text: &str) -> bool {
    !["\n", "\r", "--", "/*"].iter().any(|part| text.contains(part))
}

/// Whether the text has words that the tree does not keep, such as those of `TRIM(BOTH FROM x)` and `LIKE`.
fn says_more(text: &str, tree: &Expr) -> bool {
    let squashed = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).flat_map(char::to_lowercase).collect()
    };
    // A constant's type is in the tree, however its name is spelled.
    let constant =
        matches!(tree, Expr::Cast(inner, _) if matches!(**inner, Expr::String(_) | Expr::Number(_) | Expr::Null));
    if constant {
        return false;
    }
    let printed = tree.to_string();
    printed != text && squashed(text) != squashed(&printed)
}

fn is_system_column(name: &str) -> bool {
    matches!(name, "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax")
}

/// Whether an expression refers to a column.
pub(super) fn uses_column(expr: &Expr, column: &Ident) -> bool {
    expr.references().columns.iter().any(|parts| parts.last() == Some(column))
}
