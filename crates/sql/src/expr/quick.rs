//! Expressions that need no parser: constants, casts of constants, calls with at most one constant, which are nearly
//! all the defaults that there are, and columns compared with a constant, which are many a check.
//!
//! What is not certain is left to the parser. That both read the same is tested.

use super::{Expr, functions};
use crate::literal::ident_is_safe;
use crate::parse::quick_type;
use crate::{Ident, NameRef};

/// The expression that `text` is, where it is of a plain kind.
pub(super) fn read(text: &str) -> Option<Expr> {
    constant(text).or_else(|| call(text)).or_else(|| comparison(text))
}

/// A constant, with or without a cast.
fn constant(text: &str) -> Option<Expr> {
    match text.split_once("::") {
        Some((value, ty)) => Some(Expr::Cast(Box::new(bare(value)?), quick_type(ty)?)),
        None => bare(text),
    }
}

fn bare(text: &str) -> Option<Expr> {
    if let Some(content) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'\'' | b'\\' | b':');
        return content.bytes().all(plain).then(|| Expr::String(content.to_owned()));
    }
    if (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Expr::Number(text.to_owned()));
    }
    match text {
        "true" => Some(Expr::Bool(true)),
        "false" => Some(Expr::Bool(false)),
        "NULL" => Some(Expr::Null),
        "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_USER" => {
            let name = NameRef { schema: None, name: Ident::new(text.to_ascii_lowercase()) };
            Some(Expr::Call { name, args: Vec::new(), suffix: None })
        }
        _ => None,
    }
}

fn call(text: &str) -> Option<Expr> {
    let (name, argument) = text.strip_suffix(')')?.split_once('(')?;
    let argument = if argument.is_empty() { None } else { Some(constant(argument)?) };
    Some(Expr::Call { name: function(name)?, args: argument.into_iter().collect(), suffix: None })
}

fn comparison(text: &str) -> Option<Expr> {
    let (column, rest) = text.split_once(' ')?;
    let (op, value) = rest.split_once(' ')?;
    let fits = matches!(op, "=" | "<>" | "<" | "<=" | ">" | ">=") && ident_is_safe(column) && column.len() < 64;
    let column = fits.then(|| Expr::Column(vec![Ident::new(column)]))?;
    Some(Expr::Binary(Box::new(column), op.to_owned(), Box::new(constant(value)?)))
}

/// The name of a function that is neither a keyword nor of a form of its own.
pub(super) fn function(text: &str) -> Option<NameRef> {
    let plain = |part: &str| ident_is_safe(part) && part.len() < 64;
    let name = match text.split_once('.') {
        Some((schema, name)) if plain(schema) && plain(name) && schema != "pg_catalog" => {
            NameRef { schema: Some(Ident::new(schema)), name: Ident::new(name) }
        }
        None if plain(text) => NameRef { schema: None, name: Ident::new(text) },
        _ => return None,
    };
    let grammar = functions::is_value(name.name.as_str()) || functions::is_keyword(name.name.as_str());
    (!grammar && !matches!(name.name.as_str(), "normalize" | "operator")).then_some(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::read;
    use crate::expr::read::parse_slowly;

    fn is_quick(text: &str) -> bool {
        let quick = read(text);
        if let Some(expr) = &quick {
            assert_eq!(parse_slowly(text).map(|slow| slow.expr), Ok(expr.clone()), "{text}");
        }
        quick.is_some()
    }

    #[test]
    fn plain_expressions_are_read_quickly() {
        for text in [
            "0",
            "42",
            "'x'",
            "''",
            "true",
            "NULL",
            "now()",
            "public.f()",
            "CURRENT_TIMESTAMP",
            "'x'::text",
            "'{}'::jsonb",
            "NULL::character varying(3)",
            "nextval('public.t_id_seq'::regclass)",
            "f(1)",
            "lower('x')",
            "'1 day'::interval",
            "'ok'::public.mood",
            "gen_random_uuid()",
            "n >= 0",
            "name <> ''",
            "a = 'x'::public.mood",
            "a < NULL",
        ] {
            assert!(is_quick(text), "{text}");
        }
    }

    #[test]
    fn the_rest_is_left_to_the_parser() {
        for text in [
            "",
            "()",
            "a",
            "-1",
            "1.5",
            "1 + 1",
            "'it''s'",
            "'a' || 'b'",
            "E'x'",
            "f(a)",
            "f(1, 2)",
            "f((1))",
            "f(1)(2)",
            "coalesce(1)",
            "operator()",
            "x::text",
            "'x'::text::text",
            "(1)",
            "f(1) + g(1)",
            "NOW()",
            "now( )",
            "array(1)",
            "user",
            "'a::b'",
            "f(*)",
            "row(1)",
            "not(true)",
            "select(1)",
            "1::int4",
            "null",
        ] {
            assert!(!is_quick(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_quickly_is_read_alike(text in "[a-c1'():.,=<> ]{0,12}") {
            is_quick(&text);
        }
    }
}
