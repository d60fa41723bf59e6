//! Expressions of the pools in canonical form.

use novate_sql::NameRef;
use novate_sql::expr::{TypeScope, canonicalize, parse_expr};

use crate::{Expression, Ident, Table, TypeName};

/// The canonical form of a text over the columns of a table; `None` where the text cannot be read, which would be a
/// mistake in a pool. The pools write every name that is not built in with its schema.
pub(super) fn expression(text: &str, table: &Table, expected: Option<&TypeName>) -> Option<Expression> {
    let read = parse_expr(text).ok()?;
    Some(Expression::new(canonicalize(&read.expr, &Scope(table), expected), read.text))
}

/// As [`expression`], `{}` standing for a column.
pub(super) fn over(text: &str, column: &Ident, table: &Table, expected: Option<&TypeName>) -> Option<Expression> {
    expression(&placed(text, column), table, expected)
}

/// The text with the column, quoted where needed, in place of `{}`.
pub(super) fn placed(text: &str, column: &Ident) -> String {
    let quoted = column.to_string();
    text.replace("{}", &quoted)
}

struct Scope<'a>(&'a Table);

impl TypeScope for Scope<'_> {
    fn column_type(&self, parts: &[Ident]) -> Option<TypeName> {
        self.0.columns.get(parts.last()?).map(|column| column.ty.clone())
    }

    fn resolve_type(&self, written: &TypeName) -> TypeName {
        written.clone()
    }

    fn resolve_function(&self, written: &NameRef) -> NameRef {
        written.clone()
    }
}
