use super::one;
use crate::Ident;
use crate::ast::{Dml, Query, Statement};

#[track_caller]
fn query(sql: &str) -> Query {
    match one(sql) {
        Statement::Query(query) => *query,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn dml(sql: &str) -> Dml {
    match one(sql) {
        Statement::Dml(dml) => *dml,
        other => panic!("{other:?}"),
    }
}

fn relations(query: &Query) -> Vec<String> {
    query.relations.iter().map(|relation| relation.value.to_string()).collect()
}

fn columns(query: &Query) -> Vec<String> {
    query.columns.iter().map(|c| c.value.iter().map(Ident::as_str).collect::<Vec<_>>().join(".")).collect()
}

fn written(dml: &Dml) -> Vec<&str> {
    dml.written.iter().map(|column| column.value.as_str()).collect()
}

#[test]
fn what_a_query_reads() {
    let found = query(
        "select a.id, b, lower(c), current_user, x.ctid from only s.t as a join u x on a.id = x.t_id \
         where exists (select 1 from v where v.d = a.id) and e > 1 order by f",
    );
    assert_eq!(relations(&found), ["s.t", "u", "v"]);
    assert_eq!(columns(&found), ["a.id", "b", "c", "a.id", "x.t_id", "v.d", "a.id", "e"]);
    assert_eq!(found.aliases, [Ident::new("a"), Ident::new("x")]);
}

#[test]
fn a_column_is_named_only_where_it_is_certain() {
    assert_eq!(columns(&query("select a from (select 1 as a) x, t")), [""; 0]);
    assert_eq!(columns(&query("with w as (select 1 as a) select a from w, t")), [""; 0]);
    assert_eq!(columns(&query("select n from generate_series(1, 2) n, t")), [""; 0]);
    assert_eq!(columns(&query("select t, a from t as x (a)")), [""; 0]);
    assert_eq!(columns(&query("select t from t for update of t")), [""; 0]);
    assert_eq!(columns(&query("select (t).a, q.b from t")), [""; 0]);
    assert_eq!(columns(&query("select a as b from t group by b order by b")), ["a"]);
    assert_eq!(columns(&query("select f(x => a), s.t.b from s.t")), ["a", "s.t.b"]);
    assert_eq!(columns(&query("select 1")), [""; 0]);
}

#[test]
fn spans_of_what_is_read() {
    let sql = "select 1;\nselect x . a from s . t x";
    let script = crate::parse(sql);
    let Statement::Query(found) = &script.statements[1].value else { panic!("{script:?}") };
    assert_eq!(&sql[found.relations[0].span.range()], "s . t");
    assert_eq!(&sql[found.columns[0].span.range()], "x . a");
}

#[test]
fn inserts() {
    let found = dml(
        "insert into s.t as x (a, \"B\") select c, d from u on conflict (a) do update set b = excluded.b where x.e > 1 returning a",
    );
    assert_eq!(
        (found.verb.as_str(), found.target.value.to_string().as_str(), found.has_where),
        ("INSERT", "s.t", false)
    );
    assert_eq!(written(&found), ["a", "B", "b"]);
    assert_eq!(relations(&found.query), ["s.t", "u"]);
    assert_eq!(found.query.aliases, [Ident::new("x"), Ident::new("excluded")]);
    assert_eq!(written(&dml("insert into t values (1)")), [""; 0]);
    assert_eq!(dml("insert into t default values").target.value.to_string(), "t");
}

#[test]
fn updates_and_deletes() {
    let found = dml("update only s.t x set a = 1, (b, c) = (select 1, 2 from u), d[1] = 2 from v where v.id = x.id");
    assert_eq!((found.verb.as_str(), found.has_where), ("UPDATE", true));
    assert_eq!(written(&found), ["a", "b", "c", "d"]);
    assert_eq!(relations(&found.query), ["s.t", "u", "v"]);
    assert!(!dml("update t set a = 1").has_where);
    let found = dml("delete from t using u where t.id = u.id");
    assert_eq!((found.verb.as_str(), found.has_where), ("DELETE", true));
    assert_eq!(relations(&found.query), ["t", "u"]);
    assert_eq!(columns(&found.query), ["t.id", "u.id"]);
    assert!(dml("delete from t where current of c").has_where);
}

#[test]
fn merges() {
    let found = dml("merge into s.t as a using u on a.id = u.id when matched then update set x = u.x \
         when not matched then insert (id, y) values (u.id, 1)");
    assert_eq!((found.verb.as_str(), found.target.value.to_string().as_str()), ("MERGE", "s.t"));
    assert_eq!(written(&found), ["x", "id", "y"]);
    assert_eq!(relations(&found.query), ["s.t", "u"]);
}

#[test]
fn with_queries_that_write() {
    let found = dml("with t as (select 1) update t set a = 1");
    assert_eq!(relations(&found.query), ["t"]);
    let found = dml("with old as (delete from a where b = 1 returning *) insert into c (d) select e from old");
    assert_eq!((found.verb.as_str(), found.target.value.to_string().as_str()), ("INSERT", "c"));
    assert_eq!(written(&found), ["d"]);
    assert_eq!(relations(&found.query), ["a", "c"]);
    let found = dml("with old as (delete from a returning *) select count(*) from old");
    assert_eq!((found.verb.as_str(), found.target.value.to_string().as_str()), ("DELETE", "a"));
}
