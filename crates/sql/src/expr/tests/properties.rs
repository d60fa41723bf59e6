//! Properties of all expressions.

use proptest::prelude::*;

use super::Table;
use crate::expr::read::parse_slowly;
use crate::expr::{Expr, canonicalize, loose_key, parse_expr};
use crate::{Ident, NameRef, TypeName};

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        Just(Expr::Null),
        any::<bool>().prop_map(Expr::Bool),
        "[0-9]{1,12}(\\.[0-9]{0,3})?".prop_map(Expr::Number),
        "[ -~é\n]{0,6}".prop_map(Expr::String),
        prop_oneof![Just("{}"), Just("a"), Just("5"), Just("-1.5"), Just("1 day"), Just("t"), Just("2024-01-01")]
            .prop_map(|text| Expr::String(text.to_owned())),
        "[01]{1,4}".prop_map(|bits| Expr::Bits(format!("B'{bits}'"))),
        name().prop_map(|name| Expr::Column(vec![name])),
        prop_oneof![
            Just("i"),
            Just("i8"),
            Just("n"),
            Just("tx"),
            Just("vc"),
            Just("jb"),
            Just("dt"),
            Just("ta"),
            Just("st")
        ]
        .prop_map(|column| Expr::Column(vec![column.into()])),
    ]
}

fn name() -> impl Strategy<Value = Ident> {
    prop_oneof![Just("a"), Just("order"), Just("A b"), Just("é\"x"), Just("select"), Just("between"), Just("left")]
        .prop_map(Ident::from)
}

fn ty() -> impl Strategy<Value = TypeName> {
    let name = prop_oneof![
        Just("text"),
        Just("integer"),
        Just("numeric"),
        Just("character varying"),
        Just("timestamp with time zone"),
        Just("jsonb"),
        Just("\"char\""),
        Just("interval"),
    ];
    (name, any::<bool>()).prop_map(|(name, array)| TypeName { array, ..TypeName::builtin(name) })
}

fn operator() -> impl Strategy<Value = String> {
    let operators = [
        "OR",
        "AND",
        "=",
        "<>",
        "<",
        ">=",
        "~~",
        "!~~*",
        "||",
        "->",
        "->>",
        "@>",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "IS DISTINCT FROM",
        "IS NOT DISTINCT FROM",
        "AT TIME ZONE",
        "OPERATOR(s.@@)",
    ];
    prop::sample::select(operators.to_vec()).prop_map(str::to_owned)
}

fn call(name: Ident, args: Vec<Expr>) -> Expr {
    Expr::Call { name: NameRef { schema: None, name }, args, suffix: None }
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 48, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new).boxed();
        let list = prop::collection::vec(inner.clone(), 1..4).boxed();
        let prefix = prop::sample::select(vec!["-", "+", "NOT", "@", "~"]).prop_map(str::to_owned);
        let tests = prop::sample::select(vec!["NULL", "NOT NULL", "TRUE", "NOT UNKNOWN"]).prop_map(str::to_owned);
        let functions = prop::sample::select(vec!["lower", "coalesce", "greatest", "length", "timezone", "f"]);
        prop_oneof![
            4 => (boxed.clone(), operator(), boxed.clone()).prop_map(|(l, op, r)| Expr::Binary(l, op, r)),
            2 => (boxed.clone(), ty()).prop_map(|(it, ty)| Expr::Cast(it, ty)),
            1 => (prefix, boxed.clone()).prop_map(|(op, it)| Expr::Unary(op, it)),
            1 => (boxed.clone(), tests).prop_map(|(it, words)| Expr::Is(it, words)),
            1 => (boxed.clone(), any::<bool>(), list.clone())
                .prop_map(|(left, negated, list)| Expr::In { left, negated, list }),
            1 => (boxed.clone(), any::<bool>(), any::<bool>(), boxed.clone(), boxed.clone()).prop_map(
                |(operand, negated, symmetric, low, high)| Expr::Between { operand, negated, symmetric, low, high }
            ),
            1 => (boxed.clone(), any::<bool>(), boxed.clone())
                .prop_map(|(left, all, right)| Expr::Quantified { left, op: "=".to_owned(), all, right }),
            1 => list.clone().prop_map(Expr::Array),
            1 => list.clone().prop_map(Expr::Row),
            1 => (name(), list.clone()).prop_map(|(name, args)| call(name, args)),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| call("nullif".into(), vec![a, b])),
            2 => (functions, list).prop_map(|(name, args)| call(name.into(), args)),
            1 => (boxed.clone(), boxed.clone()).prop_map(|(it, at)| Expr::Subscript(it, Some(at), None)),
            1 => (boxed.clone(), name()).prop_map(|(it, field)| Expr::Field(it, field)),
            1 => (boxed.clone(), inner.clone(), inner, prop::option::of(boxed.clone())).prop_map(
                |(operand, when, then, otherwise)| {
                    Expr::Case { operand: Some(operand), whens: vec![(when, then)], otherwise }
                }
            ),
            1 => boxed.prop_map(|it| Expr::Collate(it, NameRef { schema: None, name: "C".into() })),
        ]
    })
}

/// Trees of the kinds that read back for sure.
fn plain() -> impl Strategy<Value = Expr> {
    let boxed = |it: BoxedStrategy<Expr>| it.prop_map(Box::new);
    let bare = prop_oneof![
        Just(Expr::Null),
        any::<bool>().prop_map(Expr::Bool),
        "[0-9]{1,18}".prop_map(Expr::Number),
        "[ -&(-\\[\\]-~]{0,8}".prop_map(Expr::String),
    ]
    .boxed();
    let cast = (boxed(bare.clone()), ty().prop_filter("quoted", |ty| !ty.to_string().contains('"')))
        .prop_map(|(it, ty)| Expr::Cast(it, ty));
    let constant = prop_oneof![bare, cast].boxed();
    let column = prop::sample::select(vec!["a", "state", "n1", "_x", "name", "value", "date"]);
    let column = column.prop_map(|name| Expr::Column(vec![name.into()])).boxed();
    let leaf = prop_oneof![constant.clone(), column].boxed();
    let function = prop::sample::select(vec!["lower", "length", "now", "f", "jsonb_typeof"]);
    let calls = (function, prop::collection::vec(leaf.clone(), 0..3)).prop_map(|(name, args)| call(name.into(), args));
    let operand = prop_oneof![leaf, calls].boxed();
    let op = prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]).prop_map(str::to_owned);
    let compared = (boxed(operand.clone()), op.clone(), boxed(operand.clone()));
    let tested = (boxed(operand.clone()), prop::sample::select(vec!["NULL", "NOT NULL"]));
    let listed = (boxed(operand.clone()), op, any::<bool>(), prop::collection::vec(constant.clone(), 1..4));
    let member = (boxed(operand.clone()), any::<bool>(), prop::collection::vec(constant.clone(), 1..4));
    let comparison = prop_oneof![
        operand,
        member.prop_map(|(left, negated, list)| Expr::In { left, negated, list }),
        compared.prop_map(|(l, op, r)| Expr::Binary(l, op, r)),
        tested.prop_map(|(it, words)| Expr::Is(it, words.to_owned())),
        listed.prop_map(|(left, op, all, list)| Expr::Quantified { left, op, all, right: Box::new(Expr::Array(list)) }),
    ]
    .boxed();
    let word = prop::sample::select(vec!["AND", "OR"]).prop_map(str::to_owned);
    comparison.clone().prop_recursive(3, 8, 2, move |inner| {
        (boxed(inner), word.clone(), boxed(comparison.clone())).prop_map(|(l, op, r)| Expr::Binary(l, op, r))
    })
}

/// Text that looks like SQL, more or less.
fn noise() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "(",
        ")",
        "[",
        "]",
        "'x'",
        "1",
        ".",
        ",",
        "::",
        "int",
        "NOT",
        "BETWEEN",
        "AND",
        "IN",
        "IS",
        "NULL",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "=",
        "||",
        "-",
        "*",
        "ANY",
        "ARRAY",
        "LIKE",
        "ESCAPE",
        "interval",
        "extract",
        "from",
        "select",
        "COLLATE",
        "\"",
        "'",
        "$$",
        "--",
        "/*",
        "AT TIME ZONE",
        "row",
        "operator",
        "é",
        ";",
        "trim",
        "over",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..20).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_the_same(expr in tree()) {
        let text = expr.to_string();
        prop_assert_eq!(parse_expr(&text).map(|read| read.expr), Ok(expr), "{}", text);
    }

    #[test]
    fn what_surely_reads_back_does(expr in plain()) {
        prop_assert!(expr.surely_reads_back(), "{}", expr);
        let text = expr.to_string();
        prop_assert_eq!(parse_slowly(&text).map(|read| read.expr), Ok(expr), "{}", text);
    }

    #[test]
    fn what_is_said_to_read_back_does(expr in tree()) {
        if expr.surely_reads_back() {
            let text = expr.to_string();
            prop_assert_eq!(parse_slowly(&text).map(|read| read.expr), Ok(expr), "{}", text);
        }
    }

    #[test]
    fn the_canonical_form_is_its_own(expr in tree()) {
        let canonical = canonicalize(&expr, &Table, None);
        prop_assert_eq!(canonicalize(&canonical, &Table, None).to_string(), canonical.to_string());
    }

    #[test]
    fn the_canonical_form_reads_back_the_same(expr in tree()) {
        let canonical = canonicalize(&expr, &Table, Some(&TypeName::builtin("text")));
        let text = canonical.to_string();
        prop_assert_eq!(parse_expr(&text).map(|read| read.expr), Ok(canonical), "{}", text);
    }

    #[test]
    fn nothing_panics(text in noise()) {
        if let Ok(read) = parse_expr(&text) {
            let canonical = canonicalize(&read.expr, &Table, Some(&TypeName::builtin("integer")));
            let _ = (loose_key(&canonical), canonical.references());
        }
    }

    #[test]
    fn nothing_panics_on_any_text(text in any::<String>()) {
        let _ = parse_expr(&text);
    }
}
