//! Numbers as PostgreSQL prints them.

use super::signature::Kind;
use super::typed::Typed;
use crate::TypeName;
use crate::expr::Expr;

/// The largest exponent that is written out; nobody's default has a larger one.
const MAX_EXPONENT: i32 = 64;

/// A number without sign, from the text of a constant. `None` where it is none, or an unusual one.
pub(super) fn plain(text: &str) -> Option<String> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)];
    for (prefix, radix) in prefixes {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u128::from_str_radix(digits, radix).ok().map(|value| value.to_string());
        }
    }
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || exponent.abs() > MAX_EXPONENT {
        return None;
    }
    Some(place_point(&digits, i32::try_from(fraction.len()).ok()? - exponent))
}

/// `digits` with the point before the last `scale` of them.
fn place_point(digits: &str, scale: i32) -> String {
    let Ok(scale) = usize::try_from(scale) else {
        let zeros = usize::try_from(-scale).unwrap_or(0);
        return without_leading_zeros(&format!("{digits}{}", "0".repeat(zeros)));
    };
    let padded = format!("{}{digits}", "0".repeat((scale + 1).saturating_sub(digits.len())));
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    let whole = without_leading_zeros(whole);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

fn without_leading_zeros(digits: &str) -> String {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

/// A number with its sign; `digits` is [`plain`].
pub(super) fn signed(negative: bool, digits: &str) -> Typed {
    let is_zero = digits.bytes().all(|b| matches!(b, b'0' | b'.'));
    let negative = negative && !is_zero;
    let number = Expr::Number(digits.to_owned());
    let expr = if negative { Expr::Unary("-".to_owned(), Box::new(number)) } else { number };
    Typed::new(expr, Kind::Known(TypeName::builtin(own_type(negative, digits))))
}

/// The type that PostgreSQL gives a bare number.
fn own_type(negative: bool, digits: &str) -> &'static str {
    let value = digits.parse::<i128>().map(|value| if negative { -value } else { value });
    match value {
        Ok(value) if i32::try_from(value).is_ok() => "integer",
        Ok(value) if i64::try_from(value).is_ok() => "bigint",
        _ => "numeric",
    }
}

/// A number from a constant's text. One written with a point or an exponent is `numeric` even where it is whole.
pub(super) fn constant(text: &str) -> Option<Typed> {
    let digits = plain(text)?;
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let is_numeric = text.contains('.') || (!is_hexadecimal && text.contains(['e', 'E']));
    let number = signed(false, &digits);
    if is_numeric && !digits.contains('.') {
        return Some(number.cast_to(&TypeName::builtin("numeric")));
    }
    Some(number)
}

/// A number from a string constant, sign included.
pub(super) fn from_string(text: &str) -> Option<Typed> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_decimal = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    is_decimal.then(|| plain(unsigned)).flatten().map(|digits| signed(negative, &digits))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_numeric_out_does() {
        let pairs = [
            ("007", "7"),
            ("1.50", "1.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.5e-3", "0.0015"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("0", "0"),
            ("00.10", "0.10"),
        ];
        for (written, printed) in pairs {
            assert_eq!(plain(written).unwrap(), printed, "{written}");
        }
        for no in ["", ".", "1e", "abc", "1e999", "--1"] {
            assert!(plain(no).is_none(), "{no}");
        }
    }
}
