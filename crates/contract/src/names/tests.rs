//! What PostgreSQL 15 answered when it was asked, as cases.

use novate_sql::NameRef;
use novate_sql::expr::Expr;

use super::*;
use crate::TypeName;

fn idents(names: &[&str]) -> Vec<Ident> {
    names.iter().map(Ident::new).collect()
}

type Taken<'a> = &'a dyn Fn(&str) -> bool;

fn free(_: &str) -> bool {
    false
}

#[test]
fn short_names() {
    let table = Ident::new("t");
    assert_eq!(primary_key(&table, &free).as_str(), "t_pkey");
    assert_eq!(unique(&table, &idents(&["a", "b"]), &free).as_str(), "t_a_b_key");
    assert_eq!(exclusion(&table, &idents(&["a"]), &free).as_str(), "t_a_excl");
    assert_eq!(index(&table, &idents(&["a", "a"]), &free).as_str(), "t_a_a1_idx");
    assert_eq!(index(&table, &idents(&["lower", "lower", "a"]), &free).as_str(), "t_lower_lower1_a_idx");
    assert_eq!(index(&table, &idents(&["expr", "expr", "expr"]), &free).as_str(), "t_expr_expr1_expr2_idx");
    assert_eq!(foreign_key(&table, &idents(&["a", "b"]), &free).as_str(), "t_a_b_fkey");
    assert_eq!(check(&table, &idents(&["a"]), &free).as_str(), "t_a_check");
    assert_eq!(check(&table, &idents(&["a", "b"]), &free).as_str(), "t_check");
    assert_eq!(check(&table, &[], &free).as_str(), "t_check");
    assert_eq!(sequence(&table, &Ident::new("id"), &free).as_str(), "t_id_seq");
}

#[test]
fn taken_names_are_numbered() {
    let table = Ident::new("t");
    let taken = |name: &str| matches!(name, "t_a_idx" | "t_a_idx1" | "t_pkey");
    assert_eq!(index(&table, &idents(&["a"]), &taken).as_str(), "t_a_idx2");
    assert_eq!(primary_key(&table, &taken).as_str(), "t_pkey1");
}

/// One row of `golden.tsv`: a table with all kinds of constraint over the same columns, and the names of its relations
/// and of its checks and foreign keys, in the order in which PostgreSQL made them.
#[test]
fn long_names_are_cut_as_postgresql_cut_them() {
    for line in include_str!("golden.tsv").lines() {
        let mut fields = line.split('\t').map(|field| field.split('|').collect::<Vec<_>>());
        let mut next = || fields.next().unwrap_or_default();
        let (table, columns, relations, constraints) = (Ident::new(next()[0]), next(), next(), next());
        let columns = idents(&columns);
        let with_include = [columns.clone(), vec![columns[0].clone()]].concat();
        let twice = [columns.clone(), columns.clone()].concat();

        let mut used: Vec<String> = vec![table.as_str().to_owned()];
        let mut choose = |name: &dyn Fn(Taken<'_>) -> Ident| {
            let chosen = name(&|name| used.iter().any(|other| other == name)).as_str().to_owned();
            used.push(chosen.clone());
            chosen
        };
        let made = [
            choose(&|taken| primary_key(&table, taken)),
            choose(&|taken| unique(&table, &with_include, taken)),
            choose(&|taken| exclusion(&table, &columns, taken)),
            choose(&|taken| sequence(&table, &columns[0], taken)),
            choose(&|taken| index(&table, &columns, taken)),
            choose(&|taken| index(&table, &twice, taken)),
        ];
        assert_eq!(made.as_slice(), relations.as_slice(), "relations of {table}");
        let made = [
            choose(&|taken| check(&table, &columns[..1], taken)),
            choose(&|taken| check(&table, &columns, taken)),
            choose(&|taken| check(&table, &[], taken)),
            choose(&|taken| foreign_key(&table, &columns, taken)),
            choose(&|taken| foreign_key(&table, &columns, taken)),
        ];
        assert_eq!(made.as_slice(), constraints.as_slice(), "constraints of {table}");
    }
}

fn column(name: &str) -> Expr {
    Expr::Column(vec![Ident::new(name)])
}

fn cast(expr: Expr, ty: &str) -> Expr {
    Expr::Cast(Box::new(expr), TypeName::builtin(ty))
}

fn sum() -> Expr {
    Expr::Binary(Box::new(column("a")), "+".into(), Box::new(Expr::Number("1".into())))
}

fn call(name: &str, arg: Expr) -> Expr {
    Expr::Call { name: NameRef { schema: None, name: Ident::new(name) }, args: vec![arg], suffix: None }
}

#[test]
fn expressions_are_called_as_postgresql_calls_them() {
    let case = |otherwise: Expr| Expr::Case {
        operand: None,
        whens: vec![(Expr::Bool(true), column("b"))],
        otherwise: Some(Box::new(otherwise)),
    };
    let cases = [
        (sum(), "expr"),
        (call("lower", column("b")), "lower"),
        (cast(sum(), "bigint"), "int8"),
        (cast(column("a"), "bigint"), "a"),
        (cast(sum(), "character varying"), "varchar"),
        (cast(Expr::String(String::new()), "character"), "bpchar"),
        (cast(Expr::String("2020-01-01".into()), "timestamp without time zone"), "timestamp"),
        (Expr::Field(Box::new(column("c")), Ident::new("f")), "f"),
        (Expr::Subscript(Box::new(column("d")), Some(Box::new(Expr::Number("1".into()))), None), "d"),
        (case(Expr::String("x".into())), "case"),
        (case(cast(sum(), "bigint")), "case"),
        (case(column("b")), "b"),
        (Expr::Array(vec![column("a")]), "array"),
        (Expr::Is(Box::new(column("a")), "NULL".into()), "expr"),
        (Expr::Is(Box::new(column("b")), "NORMALIZED".into()), "is_normalized"),
        (Expr::Is(Box::new(column("b")), "NOT NORMALIZED".into()), "expr"),
        (Expr::Collate(Box::new(column("b")), NameRef { schema: None, name: Ident::new("C") }), "b"),
        (Expr::Binary(Box::new(column("e")), "AT TIME ZONE".into(), Box::new(Expr::String("utc".into()))), "timezone"),
        (Expr::Bool(true), "expr"),
        (Expr::Opaque("xmlserialize(content null::xml as text)".into()), "xmlserialize"),
        (Expr::Opaque("something(else)".into()), "expr"),
    ];
    for (expr, name) in cases {
        assert_eq!(of_expression(&expr).as_str(), name, "{expr:?}");
    }
}
