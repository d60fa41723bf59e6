//! String constants as the type they are cast to prints them.

use super::signature::Kind;
use super::typed::Typed;
use super::types::{base, is, is_integer, is_number};
use super::{interval, json, number, time};
use crate::TypeName;
use crate::expr::Expr;

/// `'text'::ty`. What has a form of its own (numbers, booleans, bits) is in that form.
pub(super) fn cast(text: &str, ty: &TypeName) -> Typed {
    let target = base(ty);
    if target.array || target.schema.is_some() {
        return Typed::constant(text, ty);
    }
    if is_number(&target) {
        return numeric(text, ty);
    }
    match target.name.as_str() {
        "boolean" => match boolean(text) {
            Some(value) => Typed::of(Expr::Bool(value), "boolean"),
            None => Typed::constant(text, ty),
        },
        "\"bit\"" if is_bits(text) => Typed::new(Expr::Bits(format!("B'{text}'")), Kind::Known(target)),
        // What the fields of an interval say is in its value afterwards.
        "interval" => match interval::normalised(text, &ty.modifiers) {
            Some(text) => Typed::constant(&text, &target),
            None => Typed::constant(text, ty),
        },
        _ => Typed::constant(&spelt(text, target.name.as_str()).unwrap_or_else(|| text.to_owned()), ty),
    }
}

fn spelt(text: &str, ty: &str) -> Option<String> {
    match ty {
        "jsonb" => json::normalised(text),
        "uuid" => uuid(text),
        "timestamp without time zone" => time::stamp(text),
        "time without time zone" => time::clock(text),
        "bytea" => Some(bytea(text)),
        _ => None,
    }
}

fn numeric(text: &str, ty: &TypeName) -> Typed {
    match number::from_string(text) {
        // A type of integers reads neither a fraction nor what is too large for it.
        Some(Typed { kind: Kind::Known(own), .. }) if is_integer(&base(ty)) && is(&own, "numeric") => {
            Typed::constant(text, ty)
        }
        Some(number) => number.cast_to(ty),
        None => Typed::constant(text, ty),
    }
}

fn boolean(text: &str) -> Option<bool> {
    let text = text.trim().to_ascii_lowercase();
    let starts = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    match () {
        () if starts("true", 1) || starts("yes", 1) || text == "on" || text == "1" => Some(true),
        () if starts("false", 1) || starts("no", 1) || starts("off", 2) || text == "0" => Some(false),
        () => None,
    }
}

fn is_bits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0' | b'1'))
}

/// The text that `uuid` prints for `text`.
pub(super) fn uuid(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let digits: String = inner.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    let is_uuid = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    is_uuid.then(|| parts.map(|part| digits[part].to_owned()).join("-"))
}

fn bytea(text: &str) -> String {
    match text.strip_prefix("\\x") {
        Some(digits) => format!("\\x{}", digits.to_ascii_lowercase()),
        None if text.contains('\\') => text.to_owned(),
        None => text.bytes().fold("\\x".to_owned(), |hex, byte| format!("{hex}{byte:02x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_in_the_form_of_their_type() {
        let pairs = [
            ("yes", "boolean", "true"),
            ("of", "boolean", "false"),
            ("maybe", "boolean", "'maybe'::boolean"),
            ("05", "integer", "5"),
            ("-1", "integer", "-1"),
            ("1.5", "integer", "'1.5'::integer"),
            ("9999999999", "integer", "9999999999::integer"),
            ("5", "bigint", "5::bigint"),
            ("9999999999", "bigint", "9999999999"),
            ("1.50", "numeric", "1.50"),
            ("1e3", "numeric", "1000::numeric"),
            ("NaN", "numeric", "'NaN'::numeric"),
            ("abc", "bytea", "E'\\\\x616263'::bytea"),
            ("{A0EEBC99-9C0B4EF8-BB6D6BB9BD380A11}", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"),
            ("0101", "\"bit\"", "B'0101'"),
            ("{\"b\":1,\"a\":[]}", "jsonb", "'{\"a\": [], \"b\": 1}'::jsonb"),
            ("36 hours", "interval", "'36:00:00'::interval"),
        ];
        for (text, ty, printed) in pairs {
            assert_eq!(cast(text, &TypeName::builtin(ty)).expr.to_string(), printed, "{text}");
        }
    }
}
