//! What expressions refer to, and renaming it.

use crate::expr::parse_expr;
use crate::{Ident, QName};

#[allow(clippy::unwrap_used)]
fn read(text: &str) -> crate::expr::Expr {
    parse_expr(text).unwrap().expr
}

#[test]
fn names_are_found_once_each() {
    let found = read(
        "lower(a) = 'x' AND t.a > 0 AND app.f(b, c => 1) IS NULL AND d::app.kind[] IS NOT NULL \
         OR nextval('app.s') > currval('\"S\"'::regclass) AND lower(a) = '2' OR 't'::regclass IS NULL",
    )
    .references();
    let columns: Vec<String> =
        found.columns.iter().map(|parts| parts.iter().map(Ident::to_string).collect::<Vec<_>>().join(".")).collect();
    assert_eq!(columns, ["a", "t.a", "b", "d"]);
    let functions: Vec<String> = found.functions.iter().map(ToString::to_string).collect();
    assert_eq!(functions, ["lower", "app.f", "nextval", "currval"]);
    let types: Vec<String> = found.types.iter().map(ToString::to_string).collect();
    assert_eq!(types, ["app.kind", "regclass"]);
    let sequences: Vec<String> = found.sequences.iter().map(ToString::to_string).collect();
    assert_eq!(sequences, ["app.s", "\"S\"", "t"]);
    assert!(!found.incomplete);
}

#[test]
fn what_is_not_understood_is_told() {
    assert!(read("a IN (SELECT b FROM c)").references().incomplete);
    assert!(read("count(a) OVER (PARTITION BY b)").references().incomplete);
    assert!(read("f(t.*)").references().incomplete);
    assert!(!read("count(*) > 0").references().incomplete);
}

#[test]
fn renames_reach_every_part() {
    let mut expr = read("a > 0 AND CASE WHEN t.a IS NULL THEN f(a => b) END IN (a, 'a')");
    expr.rename_column(&"a".into(), &"A".into());
    assert_eq!(expr.to_string(), "\"A\" > 0 AND CASE WHEN t.\"A\" IS NULL THEN f(a => b) END IN (\"A\", 'a')");
    let mut expr = read("a::app.kind = 'x'::app.kind AND b::kind[] IS NULL AND c::app.kind[] IS NULL");
    expr.rename_type(&QName::new("app", "kind"), &QName::new("public", "sort"));
    assert_eq!(
        expr.to_string(),
        "a::public.sort = 'x'::public.sort AND b::kind[] IS NULL AND c::public.sort[] IS NULL"
    );
    let mut expr = read("nextval('app.s') + nextval('app.s'::regclass) + nextval('s')");
    expr.rename_relation(&QName::new("app", "s"), &QName::new("app", "Ids"));
    assert_eq!(expr.to_string(), "nextval('app.\"Ids\"') + nextval('app.\"Ids\"'::regclass) + nextval('s')");
}
