//! Check constraints.

use novate_contract::Check;

use super::expression;
use super::fact::Fact;

pub(super) fn facts(check: &Check, no_inherit: bool) -> Vec<Fact> {
    let words = format!("a check that {}", check.expr.canonical);
    let kind = match expression::is("pg_catalog.pg_get_expr(c.conbin, c.conrelid)", &check.expr, None) {
        Some(same) => Fact::is(words, format!("c.contype = 'c' AND {same}")),
        None => Fact::is(words, "c.contype = 'c'"),
    };
    let inherited = if no_inherit {
        Fact::is("not inherited", "c.connoinherit")
    } else {
        Fact::not("inherited", "NOT c.connoinherit")
    };
    vec![kind, inherited]
}
