use super::one;
use crate::Ident;
use crate::ast::{CreateIndex, NullsOrder, SortOrder, Statement};
use crate::expr::Expr;

#[track_caller]
fn index(sql: &str) -> CreateIndex {
    match one(sql) {
        Statement::CreateIndex(index) => *index,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_clause() {
    let found = index(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I\" ON ONLY s.t USING GiST \
         (a COLLATE \"C\" public.gist_text_ops (siglen='32') DESC NULLS LAST, lower(b), ((c ->> 'x'::text))) \
         INCLUDE (d, \"E\") NULLS NOT DISTINCT WITH (fillfactor='70') TABLESPACE fast WHERE ((a IS NOT NULL) AND (b > 1))",
    );
    assert_eq!(found.name.unwrap().value, Ident::new("I"));
    assert!(found.unique && found.concurrently && found.if_not_exists && found.only && found.nulls_not_distinct);
    assert_eq!(found.table.to_string(), "s.t");
    assert_eq!(found.method, Some(Ident::new("gist")));
    assert_eq!(found.include, [Ident::new("d"), Ident::new("E")]);
    assert_eq!(found.storage[0].value.as_deref(), Some("70"));
    assert_eq!(found.tablespace, Some(Ident::new("fast")));
    assert_eq!(found.predicate.unwrap().text, "((a IS NOT NULL) AND (b > 1))");
    let texts: Vec<&str> = found.elements.iter().map(|element| element.expr.text.as_str()).collect();
    assert_eq!(texts, ["a", "lower(b)", "((c ->> 'x'::text))"]);
    let first = &found.elements[0];
    assert_eq!(first.expr.expr, Expr::Column(vec![Ident::new("a")]));
    assert_eq!(first.collation.as_ref().unwrap().to_string(), "\"C\"");
    let class = first.opclass.as_ref().unwrap();
    assert_eq!(
        (class.name.to_string().as_str(), class.parameters[0].name.as_str()),
        ("public.gist_text_ops", "siglen")
    );
    assert_eq!((first.order, first.nulls), (Some(SortOrder::Desc), Some(NullsOrder::Last)));
}

#[test]
fn an_expression_keeps_its_own_collation_and_class() {
    let found = index("create index on t (lower(a) collate \"C\" text_pattern_ops, (a collate \"de\") asc)");
    assert!(found.name.is_none() && found.method.is_none());
    assert_eq!(found.elements[0].expr.text, "lower(a)");
    assert_eq!(found.elements[0].collation.as_ref().unwrap().to_string(), "\"C\"");
    assert_eq!(found.elements[0].opclass.as_ref().unwrap().name.to_string(), "text_pattern_ops");
    assert_eq!(found.elements[1].expr.text, "(a collate \"de\")");
    assert!(found.elements[1].collation.is_none());
}
