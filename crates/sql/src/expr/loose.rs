//! A key that the server can compute too: whether a stored expression is the one that is wanted can then be decided
//! there, from the text that `pg_get_expr` prints, without parsing it.
//!
//! The key is the text without casts, parentheses, white space, double quotes and schemas; constants keep their
//! content, less those same characters. So it tells expressions apart by their columns, constants, operators and
//! functions and by their order, but neither by how they are grouped nor by their casts: it confirms that a statement had
//! its effect, it does not prove two expressions equal.

use std::fmt::Write;

use super::Expr;
use super::canonical::{interval_text, json_text, uuid_text};
use super::{functions, regclass};
use crate::{Ident, Literal, NameRef};

/// What both sides drop in the end.
const DROPPED: &str = " \n\r\t()\"";

/// Words of calls in SQL's own syntax that are written as commas.
const COMMAS: [&str; 3] = [" FROM ", " FOR ", " PLACING "];

/// What a cast looks like in `format_type`'s spelling.
const CAST: &str = r#"::("[^"]+"|[a-z_][a-z0-9_$]*)(\.("[^"]+"|[a-z_][a-z0-9_$]*))?( varying| precision)?(\([0-9, ]+\))?( with time zone| without time zone)?(\[\])*"#;

/// Which keys a rewrite can matter to. One that brings something into the text that the key has not cannot make the two
/// equal.
enum Matters {
    Always,
    /// Where the key has a digit.
    ToNumbers,
    /// Where the key has this in it.
    To(&'static str),
}

/// Rewrites of the printed text, in order: when they matter, a pattern and what it becomes.
const REWRITES: [(Matters, &str, &str); 12] = [
    // '-1'::integer is how a negative constant is printed.
    (
        Matters::ToNumbers,
        r"'(-?[0-9]+(\.[0-9]+)?)'::(smallint|integer|bigint|numeric(\([0-9,]+\))?|real|double precision)",
        r"\1",
    ),
    (Matters::To("'"), r"'([^'.]+\.)?([^'.]+)'::regclass", r"'\2'"),
    (Matters::Always, CAST, ""),
    (Matters::Always, r"OPERATOR\([a-z0-9_]+\.([^)]+)\)", r"\1"),
    (Matters::Always, r#"([a-z_][a-z0-9_$]*|"[^"]+")\.(?=([a-z_][a-z0-9_$]*|"[^"]+")\()"#, ""),
    (Matters::To("btrim"), r"TRIM\(BOTH FROM ", "btrim("),
    (Matters::To("ltrim"), r"TRIM\(LEADING FROM ", "ltrim("),
    (Matters::To("rtrim"), r"TRIM\(TRAILING FROM ", "rtrim("),
    (Matters::To("EXTRACT"), r"date_part\('([a-z_]+)', ", r"EXTRACT(\1, "),
    // As PostgreSQL 13 prints AT TIME ZONE, and any version an explicit call.
    (Matters::To("ATTIMEZONE"), r"timezone\('([^']*)', ([a-z0-9_()]+)\)", r"\2 AT TIME ZONE '\1'"),
    (Matters::To("substring"), r"SUBSTRING\(", "substring("),
    (Matters::To("overlay"), r"OVERLAY\(", "overlay("),
];

/// SQL that computes from `text`, an SQL expression giving the text that `pg_get_expr` prints, what [`loose_key`] gives for
/// the same expression, where `key` is what is looked for.
pub fn loose_sql(text: &str, key: &str) -> String {
    let mut sql = text.to_owned();
    for (matters, pattern, replacement) in REWRITES {
        let matters = match matters {
            Matters::Always => true,
            Matters::ToNumbers => key.bytes().any(|byte| byte.is_ascii_digit()),
            Matters::To(part) => key.contains(part),
        };
        if matters {
            sql = format!("pg_catalog.regexp_replace({sql}, {}, {}, 'g')", Literal(pattern), Literal(replacement));
        }
    }
    for word in COMMAS {
        sql = format!("pg_catalog.replace({sql}, '{word}', ',')");
    }
    format!("pg_catalog.translate({sql}, {}, '')", Literal(DROPPED).to_string().replace('\n', "'||chr(10)||'"))
}

/// The key of an expression in canonical form, or `None` where it is not certain that PostgreSQL prints a text with the
/// same key.
pub fn loose_key(expr: &Expr) -> Option<String> {
    let mut key = String::new();
    write_key(&mut key, expr)?;
    Some(key)
}

fn write_key(key: &mut String, expr: &Expr) -> Option<()> {
    match expr {
        Expr::Null => key.push_str("NULL"),
        Expr::Bool(value) => write!(key, "{value}").ok()?,
        Expr::Number(digits) if digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') => key.push_str(digits),
        Expr::String(text) if !is_unsteady(text) => write_string(key, text)?,
        Expr::Bits(text) => key.push_str(text.strip_prefix('B')?),
        Expr::Column(parts) => write_name(key, only(parts)?),
        Expr::Cast(operand, ty) => {
            if let Some(name) = regclass::literal(expr).and_then(|text| regclass::parse(text))
                && matches!(**operand, Expr::String(_))
            {
                return write_string(key, name.name.as_str());
            }
            match &**operand {
                Expr::String(text) if prints_as_written(text, ty.name.as_str()) => write_string(key, text)?,
                Expr::String(_) => return None,
                operand => write_key(key, operand)?,
            }
        }
        Expr::Unary(op, operand) if op != "VARIADIC" => {
            key.push_str(op);
            write_key(key, operand)?;
        }
        Expr::Binary(left, op, right) => write_binary(key, left, op, right)?,
        Expr::Is(operand, words) => {
            write_key(key, operand)?;
            key.push_str("IS");
            key.push_str(&words.replace(' ', ""));
        }
        Expr::Quantified { left, op, all, right } => {
            write_key(key, left)?;
            key.push_str(plain_operator(op)?);
            key.push_str(if *all { "ALL" } else { "ANY" });
            write_key(key, right)?;
        }
        Expr::In { left, negated, list } if list.len() > 1 && list.iter().all(is_constant) => {
            write_key(key, left)?;
            key.push_str(if *negated { "<>ALLARRAY[" } else { "=ANYARRAY[" });
            write_list(key, list)?;
            key.push(']');
        }
        Expr::Call { name, args, suffix: None } => write_call(key, name, args)?,
        Expr::Array(elements) => {
            key.push_str("ARRAY[");
            write_list(key, elements)?;
            key.push(']');
        }
        Expr::Row(fields) => {
            key.push_str("ROW");
            write_list(key, fields)?;
        }
        Expr::Subscript(base, from, to) => {
            write_key(key, base)?;
            key.push('[');
            from.as_deref().map_or(Some(()), |from| write_key(key, from))?;
            if let Some(to) = to {
                key.push(':');
                to.as_deref().map_or(Some(()), |to| write_key(key, to))?;
            }
            key.push(']');
        }
        Expr::Field(base, name) => {
            write_key(key, base)?;
            key.push('.');
            write_name(key, name);
        }
        Expr::Case { operand, whens, otherwise } => {
            key.push_str("CASE");
            operand.as_deref().map_or(Some(()), |operand| write_key(key, operand))?;
            for (condition, value) in whens {
                key.push_str("WHEN");
                write_key(key, condition)?;
                key.push_str("THEN");
                write_key(key, value)?;
            }
            key.push_str("ELSE");
            write_key(key, otherwise.as_deref().unwrap_or(&Expr::Null))?;
            key.push_str("END");
        }
        Expr::Collate(operand, NameRef { schema: None, name }) => {
            write_key(key, operand)?;
            key.push_str("COLLATE");
            write_name(key, name);
        }
        _ => return None,
    }
    Some(())
}

fn only(parts: &[Ident]) -> Option<&Ident> {
    match parts {
        [only] => Some(only),
        _ => None,
    }
}

fn write_name(key: &mut String, name: &Ident) {
    key.extend(name.as_str().chars().filter(|c| !DROPPED.contains(*c)));
}

fn write_list(key: &mut String, list: &[Expr]) -> Option<()> {
    for (at, expr) in list.iter().enumerate() {
        if at > 0 {
            key.push(',');
        }
        write_key(key, expr)?;
    }
    Some(())
}

fn write_binary(key: &mut String, left: &Expr, op: &str, right: &Expr) -> Option<()> {
    // A call of timezone() is printed with its arguments the other way round; only a short one is recognised.
    let is_short = match left {
        Expr::Column(parts) => matches!(parts.as_slice(), [only] if is_lower(only.as_str())),
        Expr::Call { name, args, .. } => args.is_empty() && is_lower(name.name.as_str()),
        _ => false,
    };
    if op == "AT TIME ZONE" && !(is_short && matches!(right, Expr::String(_))) {
        return None;
    }
    match left {
        Expr::Column(name) if op == "=>" => write_name(key, only(name)?),
        _ => write_key(key, left)?,
    }
    match op {
        "IS DISTINCT FROM" => key.push_str("ISDISTINCT,"),
        _ => key.extend(plain_operator(op)?.chars().filter(|c| *c != ' ')),
    }
    write_key(key, right)
}

fn is_lower(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The operator without the schema it may have been written with.
fn plain_operator(op: &str) -> Option<&str> {
    match op.strip_prefix("OPERATOR(") {
        Some(rest) => rest.strip_suffix(')')?.split_once('.').map(|(_, symbol)| symbol),
        None => Some(op),
    }
}

fn write_call(key: &mut String, name: &NameRef, args: &[Expr]) -> Option<()> {
    let function = name.name.as_str();
    match (&name.schema, function, args) {
        // Printed in several ways, depending on how the call was written.
        (None, "position" | "overlaps" | "normalize" | "current_schema" | "timezone", _)
        | (None, "btrim" | "ltrim" | "rtrim", [_, _]) => return None,
        _ if functions::is_printed_variadic(name) => return None,
        (None, "extract" | "date_part", [Expr::String(field), of]) if is_lower(field) => {
            write!(key, "EXTRACT{field},").ok()?;
            return write_key(key, of);
        }
        (None, value, _) if functions::is_value(value) || functions::is_keyword(value) => {
            key.push_str(&value.to_ascii_uppercase());
        }
        _ => write_name(key, &name.name),
    }
    write_list(key, args)
}

fn write_string(key: &mut String, text: &str) -> Option<()> {
    // What the rewrites could mistake for something of the expression's own.
    let odd = ["::", "OPERATOR(", "TRIM(", "SUBSTRING", "OVERLAY", "date_part(", "timezone("];
    if odd.iter().any(|part| text.contains(part)) || has_qualified_call(text) {
        return None;
    }
    let mut kept = text.replace('\'', "''");
    for word in COMMAS {
        kept = kept.replace(word, ",");
    }
    key.push('\'');
    key.extend(kept.chars().filter(|c| !DROPPED.contains(*c)));
    key.push('\'');
    Some(())
}

/// Whether the text holds something like `a.b(`.
fn has_qualified_call(text: &str) -> bool {
    text.match_indices('.').any(|(at, _)| {
        let after = &text[at + 1..];
        let name = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '"'));
        name.len() < after.len() && name.starts_with('(')
    })
}

/// Whether a constant without a cast may be printed otherwise than written, if its context gives it some other type than
/// text: times, intervals, documents. (What depends on a time zone keeps its cast in the canonical form.)
fn is_unsteady(text: &str) -> bool {
    let first = text.chars().next();
    let is_moment = matches!(text, "now" | "today" | "tomorrow" | "yesterday" | "epoch" | "allballs");
    let is_dated =
        first.is_some_and(|c| c.is_ascii_digit()) && text.contains(['-', ':', '/']) && !is_plainly_dated(text);
    let is_span = interval_text(text).is_some_and(|printed| printed != text && text.parse::<i64>().is_err())
        || text.ends_with(" ago")
        || (first == Some('P') && text[1..].starts_with(|c: char| c.is_ascii_digit()));
    let is_document = match first {
        Some('{') => !is_plain_array(text),
        Some('"') => true,
        Some('[' | '(') => text.ends_with([']', ')']) && (text.contains(',') || json_text(text).is_some()),
        Some('$') => text.len() == 1 || text.starts_with("$.") || text.starts_with("$["),
        Some('\\') => text.starts_with("\\x") && !text[2..].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        _ => false,
    };
    let is_normal = json_text(text).is_some_and(|printed| printed == text);
    is_moment || is_dated || is_span || (is_document && !is_normal)
}

/// `{a,b}` of plain words and numbers.
fn is_plain_array(text: &str) -> bool {
    let is_plain = |element: &str| {
        let is_word = !element.is_empty() && element.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_word && !element.eq_ignore_ascii_case("null") && (element.len() == 1 || !element.starts_with('0'))
    };
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|inner| inner.split(',').all(is_plain))
}

/// A date, a time, both, or a uuid, spelt as PostgreSQL prints it.
fn is_plainly_dated(text: &str) -> bool {
    ["0000-00-00", "00:00:00", "0000-00-00 00:00:00"]
        .contains(&text.replace(|c: char| c.is_ascii_digit(), "0").as_str())
        || uuid_text(text).is_some_and(|printed| printed == text)
}

/// Whether the type prints this constant as it stands.
fn prints_as_written(text: &str, ty: &str) -> bool {
    match ty {
        "timestamp with time zone" | "time with time zone" | "money" | "jsonpath" | "tsvector" | "tsquery" | "xml" => {
            matches!(text, "infinity" | "-infinity")
        }
        "date" => text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
        "interval" => interval_text(text).is_some_and(|printed| printed == text),
        "jsonb" => json_text(text).is_some_and(|printed| printed == text),
        _ => true,
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Cast(operand, _) | Expr::Unary(_, operand) => is_constant(operand),
        _ => matches!(expr, Expr::String(_) | Expr::Number(_) | Expr::Null | Expr::Bool(_)),
    }
}
