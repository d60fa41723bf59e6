//! Operators bind as in PostgreSQL, whatever the parser makes of them.

use crate::expr::{Expr, parse_expr};

/// The tree with all its parentheses.
fn grouped(text: &str) -> String {
    match parse_expr(text) {
        Ok(read) => group(&read.expr),
        Err(error) => format!("error: {}", error.message),
    }
}

fn group(expr: &Expr) -> String {
    match expr {
        Expr::Binary(left, op, right) => format!("({} {op} {})", group(left), group(right)),
        Expr::Unary(op, operand) => format!("({op} {})", group(operand)),
        Expr::Cast(operand, ty) => format!("({}::{ty})", group(operand)),
        Expr::Is(operand, words) => format!("({} IS {words})", group(operand)),
        Expr::Collate(operand, name) => format!("({} COLLATE {name})", group(operand)),
        Expr::Between { operand, negated, symmetric, low, high } => {
            let words =
                format!("{}BETWEEN{}", if *negated { "NOT " } else { "" }, if *symmetric { " SYMMETRIC" } else { "" });
            format!("({} {words} {} AND {})", group(operand), group(low), group(high))
        }
        Expr::In { left, negated, list } => {
            let list: Vec<String> = list.iter().map(group).collect();
            format!("({} {}IN [{}])", group(left), if *negated { "NOT " } else { "" }, list.join(", "))
        }
        Expr::Quantified { left, op, all, right } => {
            format!("({} {op} {} {})", group(left), if *all { "ALL" } else { "ANY" }, group(right))
        }
        Expr::Subscript(base, Some(index), None) => format!("{}[{}]", group(base), group(index)),
        other => other.to_string(),
    }
}

#[test]
fn precedence_is_that_of_postgresql() {
    let cases = [
        ("a + b * c", "(a + (b * c))"),
        ("a * b + c", "((a * b) + c)"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "((a ^ b) ^ c)"),
        ("NOT a = b", "(NOT (a = b))"),
        ("NOT a AND b", "((NOT a) AND b)"),
        ("a AND b OR c", "((a AND b) OR c)"),
        ("a OR b AND c", "(a OR (b AND c))"),
        ("a || b || c", "((a || b) || c)"),
        ("a -> 'b' ->> 'c' = 'd'", "(((a -> 'b') ->> 'c') = 'd')"),
        ("a || b + c", "(a || (b + c))"),
        ("a = b || c", "(a = (b || c))"),
        ("a ~~ b || c", "((a ~~ b) || c)"),
        ("a LIKE b || c", "(a ~~ (b || c))"),
        ("a || b LIKE c", "((a || b) ~~ c)"),
        ("a < b IS TRUE", "((a < b) IS TRUE)"),
        ("a + 1 IS NULL", "((a + 1) IS NULL)"),
        ("a + 1 ISNULL", "((a + 1) IS NULL)"),
        ("a IS NOT DISTINCT FROM b + 1", "(a IS NOT DISTINCT FROM (b + 1))"),
        ("a + 1 BETWEEN 2 AND 3 AND c", "(((a + 1) BETWEEN 2 AND 3) AND c)"),
        ("a::int BETWEEN 1 AND 2 OR b", "(((a::integer) BETWEEN 1 AND 2) OR b)"),
        ("(a::int NOT BETWEEN 1 AND 2)", "((a::integer) NOT BETWEEN 1 AND 2)"),
        ("a NOT BETWEEN SYMMETRIC 1 AND 2", "(a NOT BETWEEN SYMMETRIC 1 AND 2)"),
        ("a BETWEEN b + 1 AND c * 2", "(a BETWEEN (b + 1) AND (c * 2))"),
        ("-a::int", "(- (a::integer))"),
        ("-a ^ b", "((- a) ^ b)"),
        ("-a * b", "((- a) * b)"),
        ("- 1", "(- 1)"),
        ("a - -1", "(a - (- 1))"),
        ("a=-1", "(a = (- 1))"),
        ("a @-1", "(a @- 1)"),
        ("@ a + b", "(@ (a + b))"),
        ("@ a || b", "((@ a) || b)"),
        ("a AT TIME ZONE 'utc' + b", "((a AT TIME ZONE 'utc') + b)"),
        ("a + b AT TIME ZONE 'utc'", "(a + (b AT TIME ZONE 'utc'))"),
        ("a::text AT TIME ZONE 'utc'::text", "((a::text) AT TIME ZONE ('utc'::text))"),
        ("a || b COLLATE \"C\"", "(a || (b COLLATE \"C\"))"),
        ("a < b COLLATE \"C\"", "(a < (b COLLATE \"C\"))"),
        ("a::text[1]", "(a::text[])"),
        ("(a::text[])[1]", "(a::text[])[1]"),
        ("a[1]::int", "(a[1]::integer)"),
        ("a IN (1, 2) AND b", "((a IN [1, 2]) AND b)"),
        ("a + 1 NOT IN (b)", "((a + 1) NOT IN [b])"),
        ("a = ANY (b) AND c", "((a = ANY b) AND c)"),
        ("a <> ALL (ARRAY[1, 2])", "(a <> ALL ARRAY[1, 2])"),
        ("a OPERATOR(pg_catalog.*) b + c", "(a * (b + c))"),
        ("a OPERATOR(s.@@) b", "(a OPERATOR(s.@@) b)"),
        ("a != b", "(a <> b)"),
        ("a NOT ILIKE b ESCAPE 'c'", "(a !~~* like_escape(b, 'c'))"),
        ("a SIMILAR TO b AND c", "((a ~ similar_to_escape(b)) AND c)"),
        ("a = b = c", "((a = b) = c)"),
    ];
    for (text, wanted) in cases {
        assert_eq!(grouped(text), wanted, "{text}");
    }
}

#[test]
fn the_standards_calls_become_functions() {
    let cases = [
        ("extract(YEAR FROM a)", "EXTRACT(year FROM a)"),
        ("extract('epoch' FROM a)", "EXTRACT(epoch FROM a)"),
        ("position('a' IN b)", "\"position\"(b, 'a')"),
        ("substring(a FROM 1 FOR 2)", "\"substring\"(a, 1, 2)"),
        ("substring(a FOR 2)", "\"substring\"(a, 1, 2)"),
        ("substring(a FOR 2 FROM 1)", "\"substring\"(a, 1, 2)"),
        ("overlay(a PLACING b FROM 1)", "\"overlay\"(a, b, 1)"),
        ("trim(a)", "btrim(a)"),
        ("trim(LEADING 'x' FROM a)", "ltrim(a, 'x')"),
        ("trim(TRAILING FROM a)", "rtrim(a)"),
        ("current_timestamp", "CURRENT_TIMESTAMP"),
        ("CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3)"),
        ("\"current_date\"", "\"current_date\""),
        ("user", "USER"),
        ("Coalesce(a, b)", "COALESCE(a, b)"),
        ("pg_catalog.now()", "now()"),
        ("\"F\".\"G\"(1)", "\"F\".\"G\"(1)"),
        ("make_interval(days => 1)", "make_interval(days => 1)"),
        ("make_interval(days := 1)", "make_interval(days => 1)"),
        ("concat(VARIADIC a)", "concat(VARIADIC a)"),
        ("(a, b) OVERLAPS (c, d)", "(a, b) OVERLAPS (c, d)"),
        ("interval '1' day", "'1'::interval day"),
        ("date '2024-01-01'", "'2024-01-01'::date"),
        ("cast(a as numeric(10, 2))", "a::numeric(10,2)"),
        ("E'a\\\\b'", "E'a\\\\b'"),
        ("$$it's$$", "'it''s'"),
        ("a IN (SELECT b FROM c)", "a = ANY (select b from c)"),
        ("a NOT IN (SELECT b FROM c)", "a <> ALL (select b from c)"),
        ("EXISTS (SELECT  1)", "exists (select 1)"),
    ];
    for (text, wanted) in cases {
        let printed = parse_expr(text).map(|read| read.expr.to_string());
        assert_eq!(printed.as_deref(), Ok(wanted), "{text}");
    }
}

#[test]
#[allow(clippy::unwrap_used)]
fn spans_count_from_the_start_of_the_text() {
    let read = parse_expr("  a + 1 -- c").unwrap();
    assert_eq!((read.text.as_str(), read.span.start, read.span.end), ("a + 1", 2, 7));
    assert_eq!(parse_expr("a::int BETWEEN 1 AND 2").unwrap().text, "a::int BETWEEN 1 AND 2");
}

#[test]
fn what_is_not_one_expression_is_refused() {
    for text in ["", "a b", "a, b", "a; b", "a FROM t", "a) + (b", "1 +", "DISTINCT a", "a -- c\n b", "*"] {
        assert!(parse_expr(text).is_err() || text == "*", "{text}");
    }
}

#[test]
#[allow(clippy::unwrap_used)]
fn deep_nesting_neither_fails_nor_overflows() {
    let deep = [
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("1{}", " + 1".repeat(10_000)),
        format!("{}1", "- ".repeat(10_000)),
        format!("a{}", " || a".repeat(10_000)),
        format!("{}a", "NOT ".repeat(10_000)),
        format!("{}a{}", "CASE WHEN a THEN ".repeat(10_000), " END".repeat(10_000)),
        format!("{}a{}", "f(".repeat(10_000), ")".repeat(10_000)),
        format!("a{}", "::int".repeat(10_000)),
        format!("a{}", " AND a".repeat(10_000)),
        format!("a{}", "[1]".repeat(10_000)),
        format!("a{}", " IS NULL".repeat(10_000)),
        format!("{}a{}", "(".repeat(60), " BETWEEN 1 AND 2)".repeat(60)),
        format!("a{}", " BETWEEN SYMMETRIC (1".repeat(60) + &" AND 2)".repeat(60)),
        format!("{}a{}", "(".repeat(60), " IN (b, c))".repeat(60)),
        format!("{}a{}", "CASE a WHEN ".repeat(60), " THEN 1 END".repeat(60)),
        format!("a IN ({}1)", "1, ".repeat(5_000)),
    ];
    for text in deep {
        if let Ok(read) = parse_expr(&text) {
            let canonical = crate::expr::canonicalize(&read.expr, &super::Table, None);
            let again = parse_expr(&canonical.to_string()).unwrap().expr;
            assert!(again == canonical, "{}", &text[..40]);
        }
    }
}
