//! From the server's words to names, types and expressions of the model.

use std::collections::HashMap;

use novate_contract::interpret::column_default;
use novate_contract::{Expression, Ident, StorageParameters, Table, TypeName};
use novate_sql::ast::WrittenType;
use novate_sql::expr::{Expr, TypeScope, canonicalize, parse_expr};
use novate_sql::{NameRef, parse_type};

/// Types by the text that `format_type` prints; a schema has few of them and many columns.
#[derive(Debug, Default)]
pub(super) struct Types(HashMap<String, TypeName>);

impl Types {
    /// The type that `text` names.
    pub(super) fn get(&mut self, text: &str) -> TypeName {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let ty = match parse_type(text) {
            Ok(WrittenType::Type(ty) | WrittenType::Serial(ty)) => ty,
            // A name is all that is left of what cannot be read; it equals nothing but itself.
            Err(_) => TypeName { schema: None, name: Ident::new(text), modifiers: Vec::new(), array: false },
        };
        self.0.insert(text.to_owned(), ty.clone());
        ty
    }
}

/// Defaults by text and type: they use no columns, so that the same text is the same default wherever it stands.
#[derive(Debug, Default)]
pub(super) struct Defaults(HashMap<(String, TypeName), Option<Expression>>);

impl Defaults {
    /// The default that `text` prints, of a column of type `ty`; `None` for a `NULL` that is none when it is read back.
    pub(super) fn get(&mut self, text: &str, ty: &TypeName, scope: &Scope<'_>) -> Option<Expression> {
        let key = (text.to_owned(), ty.clone());
        self.0.entry(key).or_insert_with(|| default(text, ty, scope)).clone()
    }
}

/// The names that an expression of the server's may use: it prints every one in full.
pub(super) struct Scope<'a> {
    table: &'a Table,
}

impl<'a> Scope<'a> {
    /// The names that expressions of a table may use.
    pub(super) fn of(table: &'a Table) -> Self {
        Self { table }
    }
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

/// An expression as the server prints it, canonical as the contract's are; `target` is the type that its value is
/// assigned to. What surrounds the whole of it in parentheses is left out of what people see.
pub(super) fn expression(text: &str, target: Option<&TypeName>, scope: &Scope<'_>) -> Expression {
    let written = without_parentheses(text).to_owned();
    let expr = parse_expr(text).map_or_else(|_| Expr::Opaque(written.clone()), |parsed| parsed.expr);
    Expression::new(canonicalize(&expr, scope, target), written)
}

fn default(text: &str, ty: &TypeName, scope: &Scope<'_>) -> Option<Expression> {
    let written = without_parentheses(text).to_owned();
    let expr = parse_expr(text).map_or_else(|_| Expr::Opaque(written.clone()), |parsed| parsed.expr);
    column_default(&expr, scope, ty).map(|canonical| Expression::new(canonical, written))
}

/// `text` without the parentheses around the whole of it.
pub(crate) fn without_parentheses(text: &str) -> &str {
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

/// Storage parameters as the catalog keeps them: `fillfactor=70`.
pub(super) fn storage(options: Option<&Vec<String>>, prefix: &str) -> StorageParameters {
    let pairs = options.into_iter().flatten().map(|option| option.split_once('=').unwrap_or((option, "")));
    pairs.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned())).collect()
}

/// A name whose schema is left out where it is PostgreSQL's own.
pub(super) fn outside_catalog(name: &(String, String)) -> NameRef {
    named(name, &["pg_catalog"])
}

/// A name whose schema is left out where every database finds it without.
pub(super) fn outside_default_path(name: &(String, String)) -> NameRef {
    named(name, &["pg_catalog", "public"])
}

fn named((schema, name): &(String, String), silent: &[&str]) -> NameRef {
    let schema = (!silent.contains(&schema.as_str())).then(|| Ident::new(schema));
    NameRef { schema, name: Ident::new(name) }
}

#[cfg(test)]
mod tests {
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
}
