//! The tables of written and printed texts: both must have one canonical form, and the printed one the key that the
//! server computes.

use super::{Table, ty_of};
use crate::TypeName;
use crate::expr::{Expr, canonicalize, is_null_default, loose_key, parse_expr};

const DEFAULTS: &str = include_str!("defaults.txt");
const COMPARISONS: &str = include_str!("comparisons.txt");
const EXPRESSIONS: &str = include_str!("expressions.txt");

#[allow(clippy::unwrap_used)]
pub(super) fn canonical(text: &str, expected: Option<&TypeName>) -> Expr {
    canonicalize(&parse_expr(text).unwrap().expr, &Table, expected)
}

fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" ==> "))
}

fn check(written: &str, printed: &str, expected: Option<&TypeName>) {
    let wanted = canonical(written, expected);
    if printed == "<none>" {
        assert!(is_null_default(&wanted), "{written}");
        return;
    }
    let found = canonical(printed, expected);
    assert_eq!(wanted.to_string(), found.to_string(), "{written} is printed as {printed}");
    assert_eq!(wanted, found);
    assert_eq!(canonicalize(&wanted, &Table, expected), wanted, "{wanted} is its own canonical form");
    assert_eq!(loose_key(&wanted), loose_key(&found));
}

#[test]
fn defaults_are_known_again() {
    for (written, printed) in pairs(DEFAULTS) {
        let (ty, written) = written.split_once(": ").unwrap_or_default();
        check(written, printed, Some(&ty_of(ty)));
    }
}

#[test]
fn comparisons_are_known_again() {
    for (written, printed) in pairs(COMPARISONS) {
        check(written, printed, None);
    }
}

#[test]
fn expressions_are_known_again() {
    for (written, printed) in pairs(EXPRESSIONS) {
        check(written, printed, None);
    }
}
