use super::one;
use crate::ast::{
    CommentOn, CommentTarget, EnumPosition, ObjectKeyword, OwnedBy, SequenceOption, Statement, Unmodelled,
};

#[test]
fn schemas_and_what_they_make() {
    assert!(
        matches!(one("create schema if not exists \"S\""), Statement::CreateSchema { name, if_not_exists: true } if name.as_str() == "S")
    );
    assert!(
        matches!(one("create schema authorization joe"), Statement::CreateSchema { name, .. } if name.as_str() == "joe")
    );
    let sql = "create schema s create table t (a int) create index i on t (a) create view v as select 1 create sequence q grant select on t to x";
    let script = crate::parse(sql);
    assert_eq!(script.errors, []);
    let texts: Vec<&str> = script.statements.iter().map(|statement| &sql[statement.span.range()]).collect();
    assert_eq!(texts[1..4], ["create table t (a int)", "create index i on t (a)", "create view v as select 1"]);
    assert!(matches!(&script.statements[1].value, Statement::CreateTable(t) if t.name.value.to_string() == "s.t"));
    assert!(matches!(&script.statements[2].value, Statement::CreateIndex(i) if i.table.to_string() == "s.t"));
    assert!(matches!(&script.statements[3].value, Statement::Unmodelled(v) if v.name == "s.v"));
    assert!(matches!(&script.statements[4].value, Statement::CreateSequence(q) if q.name.value.to_string() == "s.q"));
}

#[test]
fn extensions() {
    assert!(
        matches!(one("create extension if not exists \"uuid-ossp\" with schema s version '1.1' cascade"), Statement::CreateExtension { name, if_not_exists: true, schema: Some(_), version: Some(version), cascade: true } if name.as_str() == "uuid-ossp" && version == "1.1")
    );
    assert!(
        matches!(one("alter extension a update to '2.0'"), Statement::AlterExtensionUpdate { version: Some(version), .. } if version == "2.0")
    );
    assert!(matches!(one("alter extension a update"), Statement::AlterExtensionUpdate { version: None, .. }));
    assert!(matches!(one("alter extension a add table t"), Statement::Unmodelled(_)));
}

#[test]
fn enums() {
    let Statement::CreateEnum { name, values } = one("create type s.e as enum ('a', 'it''s', E'x\\ty')") else {
        panic!()
    };
    let values: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
    assert_eq!((name.to_string().as_str(), values.as_slice()), ("s.e", ["a", "it's", "x\ty"].as_slice()));
    assert!(matches!(one("create type e as enum ()"), Statement::CreateEnum { values, .. } if values.is_empty()));
    assert!(
        matches!(one("alter type e add value if not exists 'b' before 'c'"), Statement::AddEnumValue { if_not_exists: true, position: EnumPosition::Before(label), .. } if label == "c")
    );
    assert!(matches!(
        one("alter type e add value 'b' after 'c'"),
        Statement::AddEnumValue { position: EnumPosition::After(_), .. }
    ));
    assert!(
        matches!(one("alter type e add value 'b'"), Statement::AddEnumValue { position: EnumPosition::End, value, .. } if value == "b")
    );
    assert!(
        matches!(one("alter type e rename value 'a' to 'b'"), Statement::RenameEnumValue { from, to, .. } if from == "a" && to == "b")
    );
}

#[test]
fn sequences() {
    let Statement::CreateSequence(sequence) = one(
        "create sequence s.q as bigint start with 10 increment by -1 minvalue -9223372036854775808 no maxvalue cache 5 cycle owned by none",
    ) else {
        panic!()
    };
    assert_eq!(sequence.options.len(), 8);
    assert_eq!(sequence.options[3], SequenceOption::MinValue(Some(i64::MIN)));
    assert_eq!(sequence.options[7], SequenceOption::OwnedBy(OwnedBy::None));
    let Statement::AlterSequence(sequence) = one("ALTER SEQUENCE public.q OWNED BY public.\"T\".id") else { panic!() };
    assert!(
        matches!(&sequence.options[0], SequenceOption::OwnedBy(OwnedBy::Column { table, column }) if table.to_string() == "public.\"T\"" && column.as_str() == "id")
    );
    assert!(
        matches!(one("alter sequence q restart with 5"), Statement::AlterSequence(q) if q.options == [SequenceOption::Restart(Some(5))])
    );
    assert!(
        matches!(one("alter sequence q set unlogged"), Statement::AlterSequence(q) if q.options == [SequenceOption::Logged(false)])
    );
}

#[test]
fn drops() {
    let Statement::Drop { kind, if_exists, names, cascade, concurrently } =
        one("drop table if exists a, s.\"B\" cascade")
    else {
        panic!()
    };
    assert_eq!((kind, if_exists, cascade, concurrently), (ObjectKeyword::Table, true, true, false));
    assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "s.\"B\""]);
    assert!(matches!(
        one("drop index concurrently i"),
        Statement::Drop { kind: ObjectKeyword::Index, concurrently: true, .. }
    ));
    assert!(
        matches!(one("drop schema a, b"), Statement::Drop { kind: ObjectKeyword::Schema, names, .. } if names.len() == 2)
    );
    assert!(matches!(one("drop extension a"), Statement::Drop { kind: ObjectKeyword::Extension, .. }));
    assert!(matches!(one("drop sequence a"), Statement::Drop { kind: ObjectKeyword::Sequence, .. }));
    assert!(matches!(one("drop type a.b"), Statement::Drop { kind: ObjectKeyword::Type, .. }));
    assert!(
        matches!(one("drop view a, b"), Statement::Unmodelled(Unmodelled { kind, name, verb }) if (kind.as_str(), name.as_str(), verb.as_str()) == ("view", "a, b", "drop"))
    );
}

#[test]
fn comments() {
    let comment = |sql: &str| match one(sql) {
        Statement::Comment(comment) => comment,
        other => panic!("{other:?}"),
    };
    let CommentOn { target, text } = comment("comment on column s.t.\"C\" is $$it's$$");
    assert!(
        matches!(target, CommentTarget::Column { table, column } if table.to_string() == "s.t" && column.as_str() == "C")
    );
    assert_eq!(text.as_deref(), Some("it's"));
    assert_eq!(comment("comment on table t is NULL").text, None);
    assert_eq!(comment("comment on table t is 'a'\n'b'").text.as_deref(), Some("ab"));
    assert!(matches!(comment("comment on schema s is ''").target, CommentTarget::Schema(_)));
    assert!(matches!(comment("comment on extension e is 'x'").target, CommentTarget::Extension(_)));
    assert!(matches!(comment("comment on index s.i is 'x'").target, CommentTarget::Index(_)));
    assert!(matches!(comment("comment on sequence q is 'x'").target, CommentTarget::Sequence(_)));
    assert!(matches!(comment("comment on type e is 'x'").target, CommentTarget::Type(_)));
    assert!(matches!(comment("comment on constraint c on s.t is 'x'").target, CommentTarget::Constraint { .. }));
    let other = |sql: &str| match comment(sql).target {
        CommentTarget::Other { kind, name } => (kind, name),
        other => panic!("{other:?}"),
    };
    assert_eq!(other("comment on view s.v is 'x'"), ("view".to_owned(), "s.v".to_owned()));
    assert_eq!(other("comment on materialized view v is 'x'"), ("materialized view".to_owned(), "v".to_owned()));
    assert_eq!(other("comment on function s.f(a int) is 'x'"), ("function".to_owned(), "s.f(a int)".to_owned()));
    assert_eq!(other("comment on trigger t on s.x is 'x'"), ("trigger".to_owned(), "t on s.x".to_owned()));
    assert_eq!(
        other("comment on constraint c on domain d is 'x'"),
        ("constraint".to_owned(), "c on domain d".to_owned())
    );
}

#[test]
fn kinds_that_are_not_modelled() {
    for (sql, kind, verb) in [
        ("create materialized view v as select 1", "materialized view", "create"),
        ("create domain d as int check (value > 0)", "domain", "create"),
        ("create type c as (a int, b text)", "composite type", "create"),
        ("alter type c add attribute a int, drop attribute b", "composite type", "alter"),
        ("create type r as range (subtype = int4)", "range type", "create"),
        ("create type b (input = f, output = g)", "type", "create"),
        ("create type shell", "type", "create"),
        ("create statistics s (ndistinct) on a, b from t", "statistics", "create"),
        ("create event trigger e on ddl_command_end execute function f()", "event trigger", "create"),
        ("create publication p for all tables", "publication", "create"),
        ("create subscription s connection 'x' publication p", "subscription", "create"),
        ("create server s foreign data wrapper w", "server", "create"),
        ("create foreign table t (a int) server s", "foreign table", "create"),
        ("create text search configuration c (parser = default)", "text search configuration", "create"),
        ("create access method m type index handler h", "access method", "create"),
        ("create transform for int language plperl (from sql with function f(internal))", "transform", "create"),
        ("create role r login", "role", "create"),
        ("create database d", "database", "create"),
        ("create tablespace t location '/x'", "tablespace", "create"),
        ("create operator === (leftarg = int, rightarg = int, function = f)", "operator", "create"),
        ("create collation c (locale = 'x')", "collation", "create"),
        ("create cast (int as text) with inout", "cast", "create"),
        ("security label on table t is 'x'", "security label", "create"),
        ("import foreign schema a from server b into c", "foreign schema", "import"),
        ("alter default privileges in schema s grant select on tables to r", "privilege", "alter"),
        ("alter table all in tablespace a set tablespace b", "table", "alter"),
    ] {
        let Statement::Unmodelled(found) = one(sql) else { panic!("{sql}: {:?}", one(sql)) };
        assert_eq!((found.kind.as_str(), found.verb.as_str()), (kind, verb), "{sql}");
    }
}
