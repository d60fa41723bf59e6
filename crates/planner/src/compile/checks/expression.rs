//! Expressions, compared with what the server prints of them.

use novate_contract::Expression;
use novate_sql::Literal;
use novate_sql::expr::{Expr, loose_key, loose_sql};

/// That `printed`, an SQL expression giving what `pg_get_expr` prints, is `wanted`; `None` where the server may print it
/// in a way that is not known.
pub(super) fn is(printed: &str, wanted: &Expression) -> Option<String> {
    let expr = &wanted.canonical;
    let key = loose_key(expr)?;
    Some(match simple(expr) {
        Some(Simple::Printed(texts)) => {
            let texts: Vec<String> = texts.iter().map(|text| Literal(text).to_string()).collect();
            match texts.as_slice() {
                [only] => format!("{printed} = {only}"),
                several => format!("{printed} IN ({})", several.join(", ")),
            }
        }
        Some(Simple::Constant(text)) => {
            let (bare, quoted) = (Literal(&text).to_string(), Literal(&text).to_string());
            let quoted = Literal(&quoted).to_string();
            format!("pg_catalog.regexp_replace({printed}, '::[^'']+$', '') IN ({bare}, {quoted})")
        }
        None => format!("{} = {}", loose_sql(printed), Literal(&key)),
    })
}

/// What can be compared without taking texts apart on the server.
enum Simple {
    /// One of these texts.
    Printed(Vec<String>),
    /// This constant, with or without quotes, with or without a type behind it.
    Constant(String),
}

fn simple(expr: &Expr) -> Option<Simple> {
    match expr {
        Expr::Bool(value) => Some(Simple::Printed(vec![value.to_string()])),
        Expr::Number(digits) => Some(Simple::Constant(digits.clone())),
        Expr::String(text) => constant(text),
        Expr::Cast(inner, _) => match &**inner {
            Expr::String(text) => constant(text),
            _ => None,
        },
        Expr::Call { name, args, suffix: None } if name.schema.is_none() => match args.as_slice() {
            [] => Some(Simple::Printed(vec![expr.to_string()])),
            [Expr::Cast(inner, ty)] if name.name.as_str() == "nextval" && ty.name.as_str() == "regclass" => {
                match &**inner {
                    Expr::String(text) => sequence(text),
                    _ => None,
                }
            }
            [Expr::String(text)] if name.name.as_str() == "nextval" => sequence(text),
            _ => None,
        },
        _ => None,
    }
}

/// Backslashes are printed in more than one way.
fn constant(text: &str) -> Option<Simple> {
    (!text.contains(['\\', '\''])).then(|| Simple::Constant(text.to_owned()))
}

/// A sequence is printed with its schema where that is not on the search path.
fn sequence(text: &str) -> Option<Simple> {
    let (schema, name) = text.split_once('.')?;
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (plain(schema) && plain(name)).then(|| {
        let printed = |name: &str| format!("nextval('{name}'::regclass)");
        Simple::Printed(vec![printed(name), printed(text)])
    })
}
