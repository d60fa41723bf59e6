use super::one;
use crate::Ident;
use crate::ast::{
    ColumnConstraint, ColumnDef, CreateTable, GeneratedKind, IdentityKind, MatchKind, NamedConstraint, Persistence,
    ReferentialAction, SequenceOption, Statement, TableConstraint, TableElement, WrittenType,
};
use crate::expr::Expr;

#[track_caller]
fn table(sql: &str) -> CreateTable {
    match one(sql) {
        Statement::CreateTable(table) => *table,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn column(definition: &str) -> ColumnDef {
    match table(&format!("create table t ({definition})")).elements.into_iter().next() {
        Some(TableElement::Column(column)) => column,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn constraint(definition: &str) -> NamedConstraint<TableConstraint> {
    match table(&format!("create table t ({definition})")).elements.into_iter().next() {
        Some(TableElement::Constraint(constraint)) => constraint,
        other => panic!("{other:?}"),
    }
}

fn ident(name: &str) -> Ident {
    Ident::new(name)
}

#[test]
fn names_and_kinds_of_tables() {
    let t = table(
        "CREATE UNLOGGED TABLE IF NOT EXISTS \"S\".T (a int) USING heap WITH (fillfactor=70, \"toast\".Autovacuum_Enabled = 'off', x = Auto, y) TABLESPACE Fast",
    );
    assert_eq!(t.name.value.to_string(), "\"S\".t");
    assert_eq!((t.persistence, t.if_not_exists), (Persistence::Unlogged, true));
    assert_eq!(t.access_method, Some(ident("heap")));
    assert_eq!(t.tablespace, Some(ident("fast")));
    let storage: Vec<_> = t.storage.iter().map(|p| (p.name.as_str(), p.value.as_deref())).collect();
    assert_eq!(
        storage,
        [("fillfactor", Some("70")), ("toast.autovacuum_enabled", Some("off")), ("x", Some("auto")), ("y", None)]
    );
    assert_eq!(table("create temp table t ()").persistence, Persistence::Temporary);
    assert_eq!(table("create table t () without oids").storage, []);
    assert!(table("create table t as select 1").as_query);
    assert!(table("select 1 into t from x").as_query);
    assert_eq!(
        table("create table t of public.person (a with options not null)").of_type.unwrap().to_string(),
        "public.person"
    );
    assert_eq!(table("create table U&\"d\\0061t\" (a int)").name.value.to_string(), "dat");
    assert_eq!(table("create table a.b.c (a int)").name.value.to_string(), "b.c");
}

#[test]
fn spans_cover_what_they_name() {
    let sql = " -- first\n create table /* x */ s . t ( a int  default 1 /* y */ , check (a > 1) ) ; ";
    let script = crate::parse(sql);
    let statement = &script.statements[0];
    assert_eq!(&sql[statement.span.range()], "create table /* x */ s . t ( a int  default 1 /* y */ , check (a > 1) )");
    let Statement::CreateTable(t) = &statement.value else { panic!("{statement:?}") };
    assert_eq!(&sql[t.name.span.range()], "s . t");
    let [TableElement::Column(a), TableElement::Constraint(check)] = t.elements.as_slice() else { panic!("{t:?}") };
    assert_eq!(&sql[a.span.range()], "a int  default 1");
    assert_eq!(&sql[a.name.span.range()], "a");
    let ColumnConstraint::Default(default) = &a.constraints[0].constraint else { panic!("{a:?}") };
    assert_eq!((&sql[default.span.range()], default.text.as_str()), ("1", "1"));
    assert_eq!(&sql[check.span.range()], "check (a > 1)");
    let TableConstraint::Check(check) = &check.constraint else { panic!("{check:?}") };
    assert_eq!((&sql[check.span.range()], check.text.as_str()), ("a > 1", "a > 1"));
}

#[test]
fn columns_with_all_their_clauses() {
    let c = column(
        "\"Name\" varchar(10) storage main compression LZ4 collate \"de_DE\" constraint nn not null default 'x' constraint u unique nulls not distinct with (fillfactor = 70) check (\"Name\" <> '')",
    );
    assert_eq!(c.name.value, ident("Name"));
    assert_eq!(c.collation.unwrap().to_string(), "\"de_DE\"");
    assert_eq!((c.storage.as_deref(), c.compression.as_deref()), (Some("MAIN"), Some("lz4")));
    let names: Vec<_> = c.constraints.iter().map(|c| c.name.as_ref().map(Ident::as_str)).collect();
    assert_eq!(names, [Some("nn"), None, Some("u"), None]);
    assert!(matches!(c.constraints[0].constraint, ColumnConstraint::NotNull));
    assert!(
        matches!(&c.constraints[1].constraint, ColumnConstraint::Default(e) if e.expr == Expr::String("x".to_owned()))
    );
    assert!(
        matches!(&c.constraints[2].constraint, ColumnConstraint::Unique { nulls_not_distinct: true, parameters } if parameters.storage.len() == 1)
    );
    assert!(matches!(c.constraints[3].constraint, ColumnConstraint::Check(_)));
    assert!(
        matches!(column("a bigserial primary key").ty, Some(WrittenType::Serial(ty)) if ty.to_string() == "bigint")
    );
    assert!(matches!(column("a int null").constraints[0].constraint, ColumnConstraint::Null));
}

#[test]
fn generated_columns_and_identities() {
    let c = column("a int generated always as (b + 1) stored");
    assert!(
        matches!(&c.constraints[0].constraint, ColumnConstraint::Generated { expr, kind: GeneratedKind::Stored } if expr.text == "b + 1")
    );
    let c = column("a int generated always as (b + 1)");
    assert!(matches!(&c.constraints[0].constraint, ColumnConstraint::Generated { kind: GeneratedKind::Virtual, .. }));
    let c = column(
        "a int generated by default as identity (sequence name s.q start with -5 increment by -1 minvalue -100 no maxvalue cache 1 no cycle) not null",
    );
    let ColumnConstraint::Identity(identity) = &c.constraints[0].constraint else { panic!("{c:?}") };
    assert_eq!(identity.kind, IdentityKind::ByDefault);
    assert_eq!(
        identity.options[1..],
        [
            SequenceOption::Start(-5),
            SequenceOption::Increment(-1),
            SequenceOption::MinValue(Some(-100)),
            SequenceOption::MaxValue(None),
            SequenceOption::Cache(1),
            SequenceOption::Cycle(false)
        ]
    );
    assert!(matches!(&identity.options[0], SequenceOption::Name(name) if name.to_string() == "s.q"));
}

#[test]
fn references_and_their_attributes() {
    let c = column(
        "a int references s.x (id) match full on delete set null (a) on update cascade deferrable initially deferred not null",
    );
    let reference = &c.constraints[0];
    assert_eq!((reference.deferrable, reference.initially_deferred), (Some(true), Some(true)));
    let ColumnConstraint::References(key) = &reference.constraint else { panic!("{c:?}") };
    assert_eq!((key.references.to_string().as_str(), key.referenced.as_slice()), ("s.x", [ident("id")].as_slice()));
    assert_eq!(
        (key.match_kind, key.on_delete, key.on_update),
        (MatchKind::Full, ReferentialAction::SetNull, ReferentialAction::Cascade)
    );
    assert_eq!(key.on_delete_columns, [ident("a")]);
    assert!(matches!(c.constraints[1].constraint, ColumnConstraint::NotNull));
    let c = column("a int references x initially immediate not deferrable");
    assert_eq!((c.constraints[0].deferrable, c.constraints[0].initially_deferred), (Some(false), Some(false)));
}

#[test]
fn table_constraints() {
    let c = constraint(
        "constraint pk primary key (a, \"B\") include (c) with (fillfactor = 70) using index tablespace fast deferrable",
    );
    assert_eq!((c.name, c.deferrable), (Some(ident("pk")), Some(true)));
    let TableConstraint::PrimaryKey { columns, parameters } = c.constraint else { panic!() };
    assert_eq!(
        (columns, parameters.include, parameters.tablespace),
        (vec![ident("a"), ident("B")], vec![ident("c")], Some(ident("fast")))
    );
    assert!(matches!(
        constraint("unique nulls not distinct (a)").constraint,
        TableConstraint::Unique { nulls_not_distinct: true, .. }
    ));
    let c = constraint("foreign key (a, b) references x (c, d) on delete no action not valid");
    assert!(c.not_valid);
    let TableConstraint::ForeignKey(key) = c.constraint else { panic!() };
    assert_eq!((key.columns.len(), key.referenced.len(), key.on_delete), (2, 2, ReferentialAction::NoAction));
    let c = constraint("check (a > 0) no inherit not valid");
    assert!(c.no_inherit && c.not_valid && !c.not_enforced);
    assert!(constraint("check (a > 0) not enforced").not_enforced);
    assert!(
        matches!(constraint("constraint n not null a").constraint, TableConstraint::NotNull(name) if name == ident("a"))
    );
}

#[test]
fn exclusions() {
    let c = constraint(
        "constraint e exclude using gist (a with =, tsrange(b, c) with &&, d with operator(s.@>)) include (f) where (a > 0) initially deferred deferrable",
    );
    assert_eq!((c.initially_deferred, c.deferrable), (Some(true), Some(true)));
    let TableConstraint::Exclude { method, elements, parameters, predicate } = c.constraint else { panic!() };
    assert_eq!((method, parameters.include), (Some(ident("gist")), vec![ident("f")]));
    assert_eq!(predicate.unwrap().text, "a > 0");
    let elements: Vec<_> = elements.iter().map(|(e, operator)| (e.expr.text.as_str(), operator.as_str())).collect();
    assert_eq!(elements, [("a", "="), ("tsrange(b, c)", "&&"), ("d", "s.@>")]);
}

#[test]
fn exclusion_elements_carry_their_operator_class() {
    let c = constraint(
        "exclude using gist (a collate \"C\" gist_text_ops (siglen = 32) desc nulls last with =, (b || 'x') with =)",
    );
    let TableConstraint::Exclude { elements, .. } = c.constraint else { panic!() };
    let first = &elements[0].0;
    assert_eq!(first.expr.text, "a");
    assert_eq!(first.collation.as_ref().unwrap().to_string(), "\"C\"");
    assert_eq!(first.opclass.as_ref().unwrap().name.to_string(), "gist_text_ops");
    assert!(first.order.is_some() && first.nulls.is_some());
    assert_eq!(elements[1].0.expr.text, "(b || 'x')");
    let sql = "create table t (exclude using gist ( a inet_ops with && ))";
    let t = table(sql);
    let TableElement::Constraint(c) = &t.elements[0] else { panic!("{t:?}") };
    let TableConstraint::Exclude { elements, .. } = &c.constraint else { panic!("{c:?}") };
    assert_eq!(&sql[elements[0].0.expr.span.range()], "a");
}

#[test]
fn partitions() {
    let key = |sql: &str| table(&format!("create table t (a int) partition by {sql}")).partition_by.unwrap();
    assert_eq!(key("range(Created_At)"), "RANGE (created_at)");
    assert_eq!(key("list ( lower(\"Name\") collate \"C\" text_ops )"), "LIST (lower(\"Name\") COLLATE \"C\" text_ops)");
    assert_eq!(key("hash (a,(b+1))"), "HASH (a, (b + 1))");
    assert_eq!(key("range ((lower(a)))"), "RANGE (lower(a))");
    let bound = |sql: &str| table(&format!("create table t partition of s.p {sql}")).partition_of.unwrap().bound.0;
    assert_eq!(
        bound("for values from ('2024-01-01') to (E'2025-01-01')"),
        "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
    );
    assert_eq!(
        bound("for values from (minvalue, - 1.5) to (10, MaxValue)"),
        "FOR VALUES FROM (MINVALUE, '-1.5') TO (10, MAXVALUE)"
    );
    assert_eq!(bound("for values in ('a','b',null,true)"), "FOR VALUES IN ('a', 'b', NULL, true)");
    assert_eq!(bound("for values with (MODULUS 4, remainder 0)"), "FOR VALUES WITH (modulus 4, remainder 0)");
    assert_eq!(bound("default"), "DEFAULT");
}

#[test]
fn inheritance_and_like() {
    let t = table("create table t (like s.a including all excluding indexes, b int) inherits (p, s.q)");
    let parents: Vec<String> = t.inherits.iter().map(ToString::to_string).collect();
    assert_eq!(parents, ["p", "s.q"]);
    let TableElement::Like(like) = &t.elements[0] else { panic!("{t:?}") };
    assert_eq!(like.source.to_string(), "s.a");
    assert_eq!(like.options, [(true, "ALL".to_owned()), (false, "INDEXES".to_owned())]);
}

#[test]
fn what_postgresql_has_and_this_has_not_is_told() {
    let script = crate::parse("create table t (a int, b daterange, primary key (a, b without overlaps))");
    assert_eq!(script.errors[0].message, "temporal keys (WITHOUT OVERLAPS, PERIOD) are not supported");
}

#[test]
fn defaults_of_every_spelling() {
    let default = |sql: &str| match column(&format!("a text default {sql} not null")).constraints.remove(0).constraint {
        ColumnConstraint::Default(default) => default,
        other => panic!("{other:?}"),
    };
    assert_eq!(default("$$it's$$").expr, Expr::String("it's".to_owned()));
    assert_eq!(default("E'a\\nb'").expr, Expr::String("a\nb".to_owned()));
    assert_eq!(default("'a'\n  'b'").expr, Expr::String("ab".to_owned()));
    assert_eq!(default("U&'d\\0061t'").expr, Expr::String("dat".to_owned()));
    assert_eq!(default("('a' || 'b')").text, "('a' || 'b')");
    assert_eq!(default("nextval('s.q'::regclass)").text, "nextval('s.q'::regclass)");
    let c = column("a text default 'x' collate \"C\" not null");
    assert_eq!(c.collation.unwrap().to_string(), "\"C\"");
    assert!(matches!(&c.constraints[0].constraint, ColumnConstraint::Default(e) if e.text == "'x'"));
    assert_eq!(default("now() at time zone 'utc'").text, "now() at time zone 'utc'");
}
