use super::one;
use crate::ast::Statement;

#[track_caller]
fn set(sql: &str) -> (String, Vec<String>) {
    match one(sql) {
        Statement::Set { name, values } => (name, values),
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings() {
    for (sql, name, values) in [
        ("SET statement_timeout = 0", "statement_timeout", &["0"][..]),
        ("SET LOCAL lock_timeout TO '1s'", "lock_timeout", &["1s"]),
        ("SET search_path = \"$user\", Public, 'x'", "search_path", &["$user", "public", "x"]),
        ("SET standard_conforming_strings = on", "standard_conforming_strings", &["on"]),
        ("SET a.b = -1.5", "a.b", &["-1.5"]),
        ("SET work_mem TO DEFAULT", "work_mem", &[]),
        ("SET TIME ZONE 'UTC'", "timezone", &["UTC"]),
        ("SET SCHEMA 's'", "search_path", &["s"]),
        ("SET default_tablespace = ''", "default_tablespace", &[""]),
        ("SET ROLE joe", "role", &["joe"]),
        ("RESET ROLE", "role", &[]),
        ("SET SESSION AUTHORIZATION 'joe'", "session_authorization", &["joe"]),
        ("RESET search_path", "search_path", &[]),
        ("RESET ALL", "all", &[]),
        ("SELECT pg_catalog.set_config('search_path', '', false)", "search_path", &[""]),
        ("select set_config('A.b', 'c', true)", "a.b", &["c"]),
    ] {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(set(sql), (name.to_owned(), values), "{sql}");
    }
    assert!(matches!(one("SELECT pg_catalog.setval('public.q', 1, false)"), Statement::SetVal));
}

#[test]
fn transactions_and_procedures() {
    for (sql, keyword) in [
        ("begin", "BEGIN"),
        ("start transaction isolation level serializable", "BEGIN"),
        ("end", "COMMIT"),
        ("commit prepared 'x'", "COMMIT"),
        ("abort", "ROLLBACK"),
        ("rollback to savepoint a", "ROLLBACK"),
        ("savepoint a", "SAVEPOINT"),
        ("release a", "RELEASE"),
    ] {
        assert!(matches!(one(sql), Statement::Transaction(found) if found == keyword), "{sql}");
    }
    for (sql, keyword) in [
        ("do $$ begin end $$", "DO"),
        ("copy t (a) from stdin;\n1\n\\.\n", "COPY"),
        ("truncate t", "TRUNCATE"),
        ("call p(1)", "CALL"),
        ("refresh materialized view v", "REFRESH"),
        ("vacuum full t", "VACUUM"),
    ] {
        assert!(matches!(one(sql), Statement::Procedural(found) if found == keyword), "{sql}");
    }
}
