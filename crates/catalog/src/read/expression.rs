//! Expressions as the server prints them, canonical as the contract's are.

use std::collections::HashMap;

use novate_contract::interpret::column_default;
use novate_contract::{Expression, Ident, Table, TypeName};
use novate_sql::NameRef;
use novate_sql::expr::{Expr, TypeScope, canonicalize, parse_expr};

/// What an expression is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use<'a> {
    /// A condition, or a key: it stands for itself.
    Condition,
    /// Its value is assigned to a column of this type.
    Assigned(&'a TypeName),
    /// The default of a column of this type, which a `NULL` may not be.
    Default(&'a TypeName),
}

/// The expressions that were met. Tables of one application say the same things of columns of the same types, so that
/// each text is read once, and made canonical once for each set of types.
#[derive(Debug, Default)]
pub(super) struct Expressions(HashMap<Box<str>, Known>);

#[derive(Debug)]
struct Known {
    expr: Expr,
    /// What people see: without what surrounds the whole of it in parentheses.
    written: String,
    /// The columns that it names.
    columns: Vec<Ident>,
    made: Vec<Made>,
}

/// What was made of it, and of what that depends.
#[derive(Debug)]
struct Made {
    types: Vec<Option<TypeName>>,
    target: Option<TypeName>,
    is_default: bool,
    value: Option<Expression>,
}

impl Expressions {
    /// The expression that `text` is, in `table`. `None` for a default that is none.
    pub(super) fn get(&mut self, text: &str, purpose: Use<'_>, table: &Table) -> Option<Expression> {
        if !self.0.contains_key(text) {
            self.0.insert(text.into(), Known::read(text));
        }
        self.0.get_mut(text)?.get(purpose, table)
    }
}

impl Known {
    fn read(text: &str) -> Self {
        let written = without_parentheses(text).to_owned();
        let expr = parse_expr(text).map_or_else(|_| Expr::Opaque(written.clone()), |parsed| parsed.expr);
        let columns = expr.references().columns.into_iter().filter_map(|mut parts| parts.pop()).collect();
        Self { expr, written, columns, made: Vec::new() }
    }

    fn get(&mut self, purpose: Use<'_>, table: &Table) -> Option<Expression> {
        let (target, is_default) = match purpose {
            Use::Condition => (None, false),
            Use::Assigned(ty) => (Some(ty), false),
            Use::Default(ty) => (Some(ty), true),
        };
        let types: Vec<Option<&TypeName>> =
            self.columns.iter().map(|name| table.columns.get(name).map(|column| &column.ty)).collect();
        let made = self.made.iter().find(|made| {
            made.is_default == is_default
                && made.target.as_ref() == target
                && made.types.iter().map(Option::as_ref).eq(types.iter().copied())
        });
        if let Some(made) = made {
            return made.value.clone();
        }
        let scope = Scope { table };
        let canonical = match purpose {
            Use::Default(ty) => column_default(&self.expr, &scope, ty),
            _ => Some(canonicalize(&self.expr, &scope, target)),
        };
        let value = canonical.map(|canonical| Expression::new(canonical, self.written.clone()));
        let types = types.into_iter().map(Option::<&TypeName>::cloned).collect();
        self.made.push(Made { types, target: target.cloned(), is_default, value: value.clone() });
        value
    }
}

/// The names that an expression of the server's may use: it prints every one in full.
struct Scope<'a> {
    table: &'a Table,
}

impl TypeScope for Scope<'_> {
    fn column_type(&self, parts: &[Ident]) -> Option<TypeName> {
        self.table.columns.get(parts.last()?).map(|column| column.ty.clone())
    }

    fn resolve_type(&self, written: &TypeName) -> TypeName {
        written.clone()
    }

    fn resolve_function(&self, written: &NameRef) -> NameRef {
        written.clone()
    }
}

/// `text` without the parentheses around the whole of it.
fn without_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        if !closes_at_end(inner) {
            break;
        }
        text = inner.trim();
    }
    text
}

/// Whether no parenthesis in `inner` closes one that was opened before it.
fn closes_at_end(inner: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    for c in inner.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0 && quote.is_none()
}

#[cfg(test)]
mod tests {
    use novate_contract::Column;

    use super::*;

    #[test]
    fn only_parentheses_around_the_whole_are_redundant() {
        for (text, expected) in [
            ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
            ("(a) + (b)", "(a) + (b)"),
            ("((x = ')'::text))", "x = ')'::text"),
            ("(x = 'it''s)'::text)", "x = 'it''s)'::text"),
            ("now()", "now()"),
            ("((\"a)\" IS NULL))", "\"a)\" IS NULL"),
        ] {
            assert_eq!(without_parentheses(text), expected);
        }
    }

    #[test]
    fn one_text_is_another_expression_for_other_types() {
        let with = |ty: &str| {
            let mut table = Table::default();
            table.columns.insert(Ident::new("a"), Column::new(TypeName::builtin(ty)));
            table
        };
        let mut expressions = Expressions::default();
        let text = "(a = '1'::text)";
        for _ in 0..2 {
            for ty in ["text", "integer", "character varying"] {
                let table = with(ty);
                let fresh = Expressions::default().get(text, Use::Condition, &table);
                assert_eq!(expressions.get(text, Use::Condition, &table), fresh, "{ty}");
            }
        }
        let (text, bigint) = (TypeName::builtin("text"), TypeName::builtin("bigint"));
        let table = Table::default();
        assert_eq!(expressions.get("NULL::text", Use::Default(&text), &table), None);
        assert!(expressions.get("NULL::text", Use::Assigned(&text), &table).is_some());
        assert!(expressions.get("NULL::text", Use::Default(&bigint), &table).is_some());
    }
}
