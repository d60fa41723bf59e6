//! Expressions, compared with what the server prints of them.

use novate_contract::{Expression, TypeName};
use novate_sql::Literal;
use novate_sql::expr::{Expr, loose_key, loose_sql};

/// That `printed`, an SQL expression giving what `pg_get_expr` prints, is `wanted`; `None` where the server may print it
/// in a way that is not known. `ty` is the type that a value is stored in.
pub(super) fn is(printed: &str, wanted: &Expression, ty: Option<&TypeName>) -> Option<String> {
    let expr = &wanted.canonical;
    let key = loose_key(expr);
    // Nothing rewrites a text that is stored as text.
    let kept = ty.is_some_and(is_text) && matches!(expr, Expr::String(_));
    if key.is_none() && !kept {
        return None;
    }
    Some(match simple(expr) {
        Some(Simple::Printed(text)) => format!("{printed} = {}", Literal(&text)),
        Some(Simple::Constant(text)) => {
            let quoted = format!("'{}'", text.replace('\'', "''"));
            let bare = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let value = format!("pg_catalog.regexp_replace({printed}, '::[^'']+$', '')");
            if bare(&text) {
                format!("{value} IN ({}, {})", Literal(&text), Literal(&quoted))
            } else {
                format!("{value} = {}", Literal(&quoted))
            }
        }
        None => {
            let key = key?;
            format!("{} = {}", loose_sql(printed, &key), Literal(&key))
        }
    })
}

/// What can be compared without taking texts apart on the server.
enum Simple {
    /// This text.
    Printed(String),
    /// This constant, with or without quotes, with or without a type behind it.
    Constant(String),
}

fn simple(expr: &Expr) -> Option<Simple> {
    match expr {
        Expr::Bool(value) => Some(Simple::Printed(value.to_string())),
        Expr::Number(digits) => Some(Simple::Constant(digits.clone())),
        Expr::String(text) => Some(Simple::Constant(text.clone())),
        Expr::Cast(inner, ty) => match &**inner {
            Expr::String(text) if is_quoted(ty) => Some(Simple::Constant(text.clone())),
            _ => None,
        },
        Expr::Call { name, args, suffix: None } if name.schema.is_none() => match args.as_slice() {
            [] => Some(Simple::Printed(expr.to_string())),
            _ => None,
        },
        _ => None,
    }
}

fn is_text(ty: &TypeName) -> bool {
    ty.is_builtin() && !ty.array && matches!(ty.name.as_str(), "text" | "character varying")
}

/// Whether a constant of the type is printed in quotes, as what it was written.
fn is_quoted(ty: &TypeName) -> bool {
    const NOT: [&str; 9] =
        ["smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "bit", "oid"];
    ty.array || !NOT.contains(&ty.name.as_str())
}

/// The sequence that an expression takes its next value from, with its schema, as `to_regclass` reads it.
pub(super) fn sequence(expr: &Expr) -> Option<&str> {
    let Expr::Call { name, args, suffix: None } = expr else { return None };
    if name.schema.is_some() || name.name.as_str() != "nextval" {
        return None;
    }
    let text = match args.as_slice() {
        [Expr::String(text)] => text,
        [Expr::Cast(inner, ty)] if ty.name.as_str() == "regclass" => match &**inner {
            Expr::String(text) => text,
            _ => return None,
        },
        _ => return None,
    };
    text.contains('.').then_some(text.as_str())
}
