//! What follows from a table and an expression without looking at rows.

use novate_contract::{Constraint, ConstraintKind, Ident, Table};
use novate_sql::expr::Expr;

/// Whether a check that is known to hold says that a column is not NULL, so that PostgreSQL need not look.
pub(super) fn check_refuses_null(table: &Table, name: &Ident) -> bool {
    let says_so = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::Check(check) => {
            constraint.validated
                && constraint.enforced
                && matches!(&check.expr.canonical, Expr::Is(operand, words)
                    if words == "NOT NULL" && **operand == Expr::Column(vec![name.clone()]))
        }
        _ => false,
    };
    table.constraints.values().any(says_so)
}

/// Whether an expression does no more than cast a column.
pub(super) fn is_cast_of(expr: &Expr, name: &Ident) -> bool {
    match expr {
        Expr::Cast(inner, _) => is_cast_of(inner, name),
        Expr::Column(parts) => parts.last() == Some(name),
        _ => false,
    }
}
