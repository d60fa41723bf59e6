//! Each kind once, as text, and the changes of tables and columns once on a server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use insta::assert_snapshot;
use novate_sql::NameRef;
use novate_sql::expr::parse_expr;

use super::*;
use crate::{
    Check, Column, Constraint, ConstraintKind, ConstraintTag, Deferral, Enum, Exclusion, ExclusionElement, Expression,
    Extension, ForeignKey, Generated, GeneratedKind, Ident, Identity, IdentityKind, Index, IndexElement, IndexKey,
    MatchKind, NullsOrder, OperatorClass, Partition, PrimaryKey, ReferentialAction, ReplicaIdentity, RowSecurity,
    Sequence, SequenceOptions, SequenceOwner, SortOrder, Table, TypeName, Unique,
};

fn id(name: &str) -> Ident {
    Ident::new(name)
}

fn ids(names: &[&str]) -> Vec<Ident> {
    names.iter().map(Ident::new).collect()
}

fn public(name: &str) -> QName {
    QName::new("public", name)
}

fn expr(text: &str) -> Expression {
    Expression::new(parse_expr(text).unwrap().expr, text)
}

fn of_type(ty: &str) -> Column {
    Column::new(TypeName::builtin(ty))
}

fn bigint_options() -> SequenceOptions {
    SequenceOptions::defaults(TypeName::builtin("bigint"), 1)
}

fn primary_key(columns: &[&str]) -> Constraint {
    let key = PrimaryKey { columns: ids(columns), include: Vec::new(), storage: BTreeMap::new() };
    Constraint::new(ConstraintKind::PrimaryKey(key))
}

fn foreign_key() -> ForeignKey {
    ForeignKey {
        columns: ids(&["org", "author"]),
        references: public("users"),
        referenced: ids(&["org", "id"]),
        match_kind: MatchKind::Full,
        on_update: ReferentialAction::Cascade,
        on_delete: ReferentialAction::SetNull,
        on_delete_columns: ids(&["author"]),
    }
}

fn plain(key: IndexKey) -> IndexElement {
    IndexElement { key, collation: None, opclass: None, order: SortOrder::Asc, nulls: NullsOrder::Last }
}

fn users() -> Table {
    let mut table = Table::default();
    let identity = Identity { kind: IdentityKind::Always, sequence: None, options: Box::new(bigint_options()) };
    table.columns.insert(id("id"), Column { not_null: true, identity: Some(identity), ..of_type("bigint") });
    table.columns.insert(id("email"), Column { not_null: true, ..of_type("text") });
    table.columns.insert(id("order"), Column { default: Some(expr("1 + 2")), ..of_type("integer") });
    let generated = Generated { kind: GeneratedKind::Stored, expr: expr("lower(email)") };
    table.columns.insert(id("key"), Column { generated: Some(generated), ..of_type("text") });
    table.constraints.insert(id("users_pkey"), primary_key(&["id"]));
    let check = Constraint::new(ConstraintKind::Check(Check { expr: expr("email <> ''") }));
    table.constraints.insert(id("users_email_check"), check);
    table
}

#[test]
fn tables_are_created_readably() {
    assert_snapshot!(table::create(&public("users"), &users(), &ids(&["users_pkey", "users_email_check"])), @r#"
    CREATE TABLE public.users (
        id bigint GENERATED ALWAYS AS IDENTITY,
        email text NOT NULL,
        "order" integer DEFAULT (1 + 2),
        key text GENERATED ALWAYS AS (lower(email)) STORED,
        CONSTRAINT users_pkey PRIMARY KEY (id),
        CONSTRAINT users_email_check CHECK (email <> '')
    )
    "#);
    assert_snapshot!(table::create(&public("empty"), &Table::default(), &[]), @"CREATE TABLE public.empty ()");
    let parted = Table {
        unlogged: true,
        partition_by: Some("RANGE (at)".into()),
        inherits: vec![public("base")],
        access_method: Some(id("columnar")),
        storage: BTreeMap::from([
            ("fillfactor".into(), "70".into()),
            ("toast.autovacuum_enabled".into(), "off".into()),
        ]),
        columns: [(id("at"), of_type("date"))].into_iter().collect(),
        ..Table::default()
    };
    assert_snapshot!(table::create(&public("log"), &parted, &[]), @r"
    CREATE UNLOGGED TABLE public.log (
        at date
    ) INHERITS (public.base) PARTITION BY RANGE (at) USING columnar WITH (fillfactor=70, toast.autovacuum_enabled=off)
    ");
    let partition = Partition { parent: public("log"), bound: "FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)".into() };
    let mut part = Table { partition_of: Some(partition.clone()), ..Table::default() };
    assert_snapshot!(table::create(&public("log_1"), &part, &[]), @"CREATE TABLE public.log_1 PARTITION OF public.log FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)");
    part.constraints.insert(id("log_1_pkey"), primary_key(&["at"]));
    assert_snapshot!(table::create(&public("log_1"), &part, &ids(&["log_1_pkey"])), @r"
    CREATE TABLE public.log_1 PARTITION OF public.log (
        CONSTRAINT log_1_pkey PRIMARY KEY (at)
    ) FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)
    ");
    assert_snapshot!(partition::attach(&public("log_1"), &partition), @"ALTER TABLE public.log ATTACH PARTITION public.log_1 FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)");
    assert_snapshot!(partition::detach(&public("log_1"), &partition), @"ALTER TABLE public.log DETACH PARTITION public.log_1");
}

#[test]
fn tables_are_altered_in_what_differs() {
    let before = Table {
        storage: BTreeMap::from([("fillfactor".into(), "70".into()), ("user_catalog_table".into(), "true".into())]),
        inherits: vec![public("old")],
        ..Table::default()
    };
    let after = Table {
        unlogged: true,
        storage: BTreeMap::from([("fillfactor".into(), "80".into())]),
        row_security: RowSecurity { enabled: true, forced: true },
        replica_identity: ReplicaIdentity::Index(id("users_email_key")),
        inherits: vec![public("new")],
        ..Table::default()
    };
    assert_snapshot!(alter_table(&public("users"), &table::alter(&before, &after)).unwrap(), @r"
    ALTER TABLE public.users
        SET UNLOGGED,
        SET (fillfactor=80),
        RESET (user_catalog_table),
        ENABLE ROW LEVEL SECURITY,
        FORCE ROW LEVEL SECURITY,
        REPLICA IDENTITY USING INDEX users_email_key,
        NO INHERIT public.old,
        INHERIT public.new
    ");
    assert_snapshot!(alter_table(&public("users"), &table::settings(&after)).unwrap(), @r"
    ALTER TABLE public.users
        ENABLE ROW LEVEL SECURITY,
        FORCE ROW LEVEL SECURITY,
        REPLICA IDENTITY USING INDEX users_email_key
    ");
    assert_eq!(table::alter(&after, &after), []);
    assert_eq!(alter_table(&public("users"), &[]), None);
    assert_snapshot!(table::rename(&public("Users"), &id("order")), @r#"ALTER TABLE public."Users" RENAME TO "order""#);
    assert_snapshot!(table::set_schema(&public("users"), &id("app")), @"ALTER TABLE public.users SET SCHEMA app");
    assert_snapshot!(table::set_access_method(None), @"SET ACCESS METHOD heap");
}

#[test]
fn columns() {
    let (table, name) = (public("t"), id("c"));
    let mut column = Column {
        collation: Some(NameRef { schema: None, name: id("C") }),
        compression: Some("lz4".into()),
        storage: Some("EXTERNAL".into()),
        statistics: Some(500),
        default: Some(expr("'x'::text")),
        not_null: true,
        ..of_type("text")
    };
    assert_snapshot!(column::add(&table, &name, &column), @r#"ADD COLUMN c text COMPRESSION lz4 COLLATE "C" DEFAULT 'x'::text NOT NULL"#);
    assert_snapshot!(alter_table(&table, &column::settings(&name, &column)).unwrap(), @r"
    ALTER TABLE public.t
        ALTER COLUMN c SET STORAGE EXTERNAL,
        ALTER COLUMN c SET STATISTICS 500
    ");
    column.default = Some(expr("a is null"));
    assert_snapshot!(column::definition(&table, &name, &column), @r#"c text COMPRESSION lz4 COLLATE "C" DEFAULT (a IS NULL) NOT NULL"#);
    assert_snapshot!(column::drop(&name).on(&table), @"ALTER TABLE public.t DROP COLUMN c");
    assert_snapshot!(column::rename(&table, &name, &id("d")), @"ALTER TABLE public.t RENAME COLUMN c TO d");
    let text = TypeName { array: true, ..TypeName::builtin("integer") };
    assert_snapshot!(column::set_type(&name, &text, None, Some(&expr("string_to_array(c, ',')::int[]").canonical)), @"ALTER COLUMN c SET DATA TYPE integer[] USING string_to_array(c, ',')::integer[]");
    assert_snapshot!(column::set_default(&name, &expr("a in (1, 2)")), @"ALTER COLUMN c SET DEFAULT (a IN (1, 2))");
    assert_snapshot!(column::set_default(&name, &expr("-1")), @"ALTER COLUMN c SET DEFAULT -1");
    assert_snapshot!(column::set_default(&name, &expr("(-1)::bigint")), @"ALTER COLUMN c SET DEFAULT (-1)::bigint");
    assert_snapshot!(column::set_default(&name, &expr("CURRENT_TIMESTAMP")), @"ALTER COLUMN c SET DEFAULT CURRENT_TIMESTAMP");
    assert_snapshot!(column::drop_default(&name), @"ALTER COLUMN c DROP DEFAULT");
    assert_snapshot!(column::set_not_null(&name), @"ALTER COLUMN c SET NOT NULL");
    assert_snapshot!(column::drop_not_null(&name), @"ALTER COLUMN c DROP NOT NULL");
    assert_snapshot!(column::set_expression(&name, &expr("a + 1")), @"ALTER COLUMN c SET EXPRESSION AS (a + 1)");
    assert_snapshot!(column::drop_expression(&name), @"ALTER COLUMN c DROP EXPRESSION");
    assert_snapshot!(column::set_storage(&name, &TypeName::builtin("numeric"), None), @"ALTER COLUMN c SET STORAGE MAIN");
    assert_snapshot!(column::set_storage(&name, &TypeName::builtin("int4range"), None), @"ALTER COLUMN c SET STORAGE EXTENDED");
    assert_snapshot!(column::set_compression(&name, None), @"ALTER COLUMN c SET COMPRESSION DEFAULT");
    assert_snapshot!(column::set_statistics(&name, None), @"ALTER COLUMN c SET STATISTICS -1");
}

#[test]
fn identities() {
    let (table, name) = (public("t"), id("c"));
    let from = Identity { kind: IdentityKind::Always, sequence: None, options: Box::new(bigint_options()) };
    let options = SequenceOptions { start: 100, increment: 10, cycle: true, ..bigint_options() };
    let to = Identity { kind: IdentityKind::ByDefault, sequence: Some(id("t_old_seq")), options: Box::new(options) };
    assert_snapshot!(column::add_identity(&table, &name, &to), @"ALTER COLUMN c ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME public.t_old_seq START WITH 100 INCREMENT BY 10 CYCLE)");
    assert_snapshot!(column::set_identity(&name, &from, &to).unwrap(), @"ALTER COLUMN c SET GENERATED BY DEFAULT SET INCREMENT BY 10 SET START WITH 100 SET CYCLE");
    assert_eq!(column::set_identity(&name, &to, &to), None);
    assert_snapshot!(column::drop_identity(&name), @"ALTER COLUMN c DROP IDENTITY");
}

#[test]
fn constraints() {
    let name = id("c");
    let mut constraint = Constraint::new(ConstraintKind::ForeignKey(foreign_key()));
    constraint.validated = false;
    constraint.deferral = Deferral::InitiallyDeferred;
    assert!(!constraint::fits_inline(&constraint));
    assert_snapshot!(constraint::add(&name, &constraint).on(&public("posts")), @"ALTER TABLE public.posts ADD CONSTRAINT c FOREIGN KEY (org, author) REFERENCES public.users (org, id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (author) DEFERRABLE INITIALLY DEFERRED NOT VALID");
    constraint.enforced = false;
    assert_snapshot!(constraint::definition(&name, &constraint), @"CONSTRAINT c FOREIGN KEY (org, author) REFERENCES public.users (org, id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (author) DEFERRABLE INITIALLY DEFERRED NOT ENFORCED");
    let unique = Unique {
        columns: ids(&["a", "User"]),
        nulls_not_distinct: true,
        include: ids(&["b"]),
        storage: BTreeMap::from([("fillfactor".into(), "90".into())]),
    };
    let unique =
        Constraint { deferral: Deferral::InitiallyImmediate, ..Constraint::new(ConstraintKind::Unique(unique)) };
    assert_snapshot!(constraint::definition(&name, &unique), @r#"CONSTRAINT c UNIQUE NULLS NOT DISTINCT (a, "User") INCLUDE (b) WITH (fillfactor=90) DEFERRABLE"#);
    let check = Constraint::new(ConstraintKind::Check(Check { expr: expr("a > 1 or b is null") }));
    assert_snapshot!(constraint::definition(&name, &Constraint { no_inherit: true, ..check }), @"CONSTRAINT c CHECK (a > 1 OR b IS NULL) NO INHERIT");
    let exclusion = Exclusion {
        method: id("gist"),
        elements: vec![
            ExclusionElement { element: plain(IndexKey::Column(id("room"))), operator: "=".into() },
            ExclusionElement { element: plain(IndexKey::Expression(expr("tsrange(a, b)"))), operator: "ext.&&".into() },
        ],
        include: ids(&["note"]),
        storage: BTreeMap::new(),
        predicate: Some(expr("active and a > b")),
    };
    assert_snapshot!(constraint::definition(&name, &Constraint::new(ConstraintKind::Exclusion(exclusion))), @"CONSTRAINT c EXCLUDE USING gist (room WITH =, tsrange(a, b) WITH OPERATOR(ext.&&)) INCLUDE (note) WHERE (active AND a > b)");
    let using = constraint::add_using_index(&name, constraint::KeyKind::Unique, &id("i"), Deferral::NotDeferrable);
    assert_snapshot!(using, @"ADD CONSTRAINT c UNIQUE USING INDEX i");
    assert_snapshot!(constraint::validate(&name), @"VALIDATE CONSTRAINT c");
    assert_snapshot!(constraint::set_deferral(&name, Deferral::NotDeferrable), @"ALTER CONSTRAINT c NOT DEFERRABLE");
    assert_snapshot!(constraint::rename(&public("t"), &name, &id("d")), @"ALTER TABLE public.t RENAME CONSTRAINT c TO d");
}

#[test]
fn indexes() {
    let (table, name) = (public("docs"), id("docs_idx"));
    let opclass = OperatorClass {
        name: NameRef { schema: Some(id("ext")), name: id("gist_trgm_ops") },
        parameters: BTreeMap::from([("siglen".into(), "32".into())]),
    };
    let element = |key, collation, opclass, order, nulls| IndexElement { key, collation, opclass, order, nulls };
    let collation = NameRef { schema: None, name: id("C") };
    let index = Index {
        unique: true,
        nulls_not_distinct: true,
        method: id("gist"),
        elements: vec![
            element(IndexKey::Column(id("body")), Some(collation), Some(opclass), SortOrder::Asc, NullsOrder::First),
            element(IndexKey::Expression(expr("lower(a)")), None, None, SortOrder::Desc, NullsOrder::First),
            element(IndexKey::Expression(expr("a || b")), None, None, SortOrder::Desc, NullsOrder::Last),
        ],
        include: ids(&["c"]),
        predicate: Some(expr("deleted_at is null")),
        storage: BTreeMap::from([("buffering".into(), "auto".into())]),
        valid: true,
        comment: None,
    };
    assert_snapshot!(index::create(&table, &name, &index, index::Build::Locking), @r#"CREATE UNIQUE INDEX docs_idx ON public.docs USING gist (body COLLATE "C" ext.gist_trgm_ops (siglen=32) NULLS FIRST, lower(a) DESC, (a || b) DESC NULLS LAST) INCLUDE (c) NULLS NOT DISTINCT WITH (buffering=auto) WHERE deleted_at IS NULL"#);
    let simple = Index {
        unique: false,
        nulls_not_distinct: false,
        method: id("btree"),
        elements: vec![plain(IndexKey::Column(id("body")))],
        include: Vec::new(),
        predicate: None,
        storage: BTreeMap::new(),
        ..index
    };
    assert_snapshot!(index::create(&table, &name, &simple, index::Build::Concurrently), @"CREATE INDEX CONCURRENTLY docs_idx ON public.docs (body)");
    assert_snapshot!(index::drop(&table, &name, index::Build::Concurrently), @"DROP INDEX CONCURRENTLY public.docs_idx");
    assert_snapshot!(index::rename(&table, &name, &id("Other")), @r#"ALTER INDEX public.docs_idx RENAME TO "Other""#);
    assert_snapshot!(index::rebuild(&table, &name, index::Build::Locking), @"REINDEX INDEX public.docs_idx");
    let storage = BTreeMap::from([("fillfactor".to_owned(), "90".to_owned())]);
    assert_snapshot!(index::set_storage(&table, &name, &BTreeMap::new(), &storage).join("; "), @"ALTER INDEX public.docs_idx SET (fillfactor=90)");
}

#[test]
fn enums() {
    let name = public("status");
    let of = |values: &[&str]| Enum { values: values.iter().map(|&v| v.to_owned()).collect(), ..Enum::default() };
    assert_snapshot!(enumeration::create(&name, &of(&["it's", "on"])), @"CREATE TYPE public.status AS ENUM ('it''s', 'on')");
    let long = ["a label of some length"; 5];
    assert_snapshot!(enumeration::create(&name, &of(&long)), @r"
    CREATE TYPE public.status AS ENUM (
        'a label of some length',
        'a label of some length',
        'a label of some length',
        'a label of some length',
        'a label of some length'
    )
    ");
    assert_snapshot!(enumeration::add_value(&name, "x", enumeration::Position::Before("y")), @"ALTER TYPE public.status ADD VALUE 'x' BEFORE 'y'");
    assert_snapshot!(enumeration::rename_value(&name, "x", "y"), @"ALTER TYPE public.status RENAME VALUE 'x' TO 'y'");
    assert_snapshot!(enumeration::rename(&name, &id("state")), @"ALTER TYPE public.status RENAME TO state");
}

#[test]
fn sequences() {
    let name = public("s");
    let plain = Sequence {
        options: bigint_options(),
        unlogged: false,
        owner: None,
        control: crate::Control::Managed,
        comment: None,
    };
    assert_snapshot!(sequence::create(&name, &plain), @"CREATE SEQUENCE public.s");
    let down = SequenceOptions::defaults(TypeName::builtin("integer"), -1);
    assert_snapshot!(sequence::create(&name, &Sequence { options: down, unlogged: true, ..plain }), @"CREATE UNLOGGED SEQUENCE public.s AS integer INCREMENT BY -1");
    let small = SequenceOptions::defaults(TypeName::builtin("integer"), 1);
    assert_snapshot!(sequence::alter(&name, &small, &bigint_options()).unwrap(), @"ALTER SEQUENCE public.s AS bigint");
    let bounded = SequenceOptions { min: 5, max: 50, start: 7, cache: 3, cycle: true, ..bigint_options() };
    assert_snapshot!(sequence::alter(&name, &small, &bounded).unwrap(), @"ALTER SEQUENCE public.s AS bigint MINVALUE 5 MAXVALUE 50 START WITH 7 CACHE 3 CYCLE");
    assert_snapshot!(sequence::alter(&name, &bounded, &bigint_options()).unwrap(), @"ALTER SEQUENCE public.s MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1 NO CYCLE");
    assert_eq!(sequence::alter(&name, &bounded, &bounded), None);
    let owner = SequenceOwner { table: public("t"), column: id("Id") };
    assert_snapshot!(sequence::owned_by(&name, Some(&owner)), @r#"ALTER SEQUENCE public.s OWNED BY public.t."Id""#);
    assert_snapshot!(sequence::owned_by(&name, None), @"ALTER SEQUENCE public.s OWNED BY NONE");
}

#[test]
fn extensions_and_comments() {
    let extension = Extension {
        schema: Some(id("ext")),
        version: Some("1.1".into()),
        control: crate::Control::Managed,
        comment: None,
    };
    assert_snapshot!(extension::create(&id("uuid-ossp"), &extension), @r#"CREATE EXTENSION "uuid-ossp" WITH SCHEMA ext VERSION '1.1'"#);
    let anywhere = Extension { schema: None, version: None, ..extension };
    assert_snapshot!(extension::create(&id("citext"), &anywhere), @"CREATE EXTENSION citext");
    assert_snapshot!(extension::update(&id("citext"), Some("1.6")), @"ALTER EXTENSION citext UPDATE TO '1.6'");
    let on = ObjectId::Constraint(ConstraintTag::Check, public("t"), id("c"));
    assert_snapshot!(comment::set(&on, Some("it's\nthat")), @r"
    COMMENT ON CONSTRAINT c ON public.t IS 'it''s
    that'
    ");
    assert_snapshot!(comment::set(&ObjectId::Index(public("t"), id("i")), None), @"COMMENT ON INDEX public.i IS NULL");
}

#[test]
fn any_object_can_be_dropped() {
    let table = public("t");
    let of_table = ObjectId::Constraint(ConstraintTag::ForeignKey, table.clone(), id("c"));
    let ids = [
        ObjectId::Schema(id("s")),
        ObjectId::Extension(id("e")),
        ObjectId::Enum(public("e")),
        ObjectId::Sequence(public("s")),
        ObjectId::Table(table.clone()),
        ObjectId::Column(table.clone(), id("c")),
        of_table.clone(),
        ObjectId::Index(table, id("i")),
        ObjectId::Comment(Box::new(of_table)),
    ];
    assert_snapshot!(ids.iter().map(drop).collect::<Vec<_>>().join("\n"), @r"
    DROP SCHEMA s
    DROP EXTENSION e
    DROP TYPE public.e
    DROP SEQUENCE public.s
    DROP TABLE public.t
    ALTER TABLE public.t DROP COLUMN c
    ALTER TABLE public.t DROP CONSTRAINT c
    DROP INDEX public.i
    COMMENT ON CONSTRAINT c ON public.t IS NULL
    ");
}

/// Every change of a column, a table and their parts, one after the other, on a real server.
#[test]
fn postgresql_takes_the_changes() {
    use crate::ReplicaIdentity::Full;
    let server = novate_scratch::Server::shared().unwrap();
    let database = server.database("ddl").unwrap();
    let (t, c) = (public("t"), id("c"));
    let text = TypeName::builtin("text");
    let identity = Identity { kind: IdentityKind::Always, sequence: None, options: Box::new(bigint_options()) };
    let wide = SequenceOptions { min: -5, max: 500, start: 7, increment: 2, cache: 3, cycle: true, ..bigint_options() };
    let other = Identity { kind: IdentityKind::ByDefault, sequence: None, options: Box::new(wide.clone()) };
    let named = Identity { sequence: Some(id("Odd Name")), ..other.clone() };
    let mut parted = Table { partition_by: Some("LIST (kind)".into()), ..Table::default() };
    parted.columns.insert(id("kind"), of_type("integer"));
    let partition = Partition { parent: public("parted"), bound: "FOR VALUES IN (1, 2)".into() };
    let part = Table { partition_of: Some(partition.clone()), ..parted.clone() };
    let index = Index {
        unique: true,
        nulls_not_distinct: false,
        method: id("btree"),
        elements: vec![plain(IndexKey::Column(c.clone()))],
        include: Vec::new(),
        predicate: None,
        storage: BTreeMap::new(),
        valid: true,
        comment: None,
    };
    let filled = BTreeMap::from([("fillfactor".to_owned(), "50".to_owned())]);
    let reference = ForeignKey {
        columns: ids(&["c"]),
        references: t.clone(),
        referenced: ids(&["c"]),
        match_kind: MatchKind::Simple,
        on_update: ReferentialAction::NoAction,
        on_delete: ReferentialAction::SetNull,
        on_delete_columns: ids(&["c"]),
    };
    let reference = Constraint { validated: false, ..Constraint::new(ConstraintKind::ForeignKey(reference)) };
    let as_bigint = expr("c::bigint").canonical.clone();
    let statements = [
        schema::create(&id("Other")),
        table::create(&t, &Table::default(), &[]),
        column::add(&t, &c, &of_type("text")).on(&t),
        column::set_default(&c, &expr("'a' IN ('a', 'b')")).on(&t),
        column::drop_default(&c).on(&t),
        column::set_storage(&c, &text, Some("MAIN")).on(&t),
        column::set_storage(&c, &text, None).on(&t),
        column::set_compression(&c, Some("pglz")).on(&t),
        column::set_compression(&c, None).on(&t),
        column::set_statistics(&c, Some(10)).on(&t),
        column::set_statistics(&c, None).on(&t),
        column::set_type(&c, &text, Some(&NameRef { schema: None, name: id("C") }), None).on(&t),
        column::set_type(&c, &TypeName::builtin("bigint"), None, Some(&as_bigint)).on(&t),
        column::set_not_null(&c).on(&t),
        column::add_identity(&t, &c, &identity).on(&t),
        column::set_identity(&c, &identity, &other).unwrap().on(&t),
        column::set_identity(&c, &other, &identity).unwrap().on(&t),
        column::drop_identity(&c).on(&t),
        column::add_identity(&t, &c, &named).on(&t),
        column::drop_identity(&c).on(&t),
        column::drop_not_null(&c).on(&t),
        index::create(&t, &id("i"), &index, index::Build::Locking),
        index::rebuild(&t, &id("i"), index::Build::Locking),
        index::rename(&t, &id("i"), &id("Order")),
        constraint::add_using_index(&id("u"), constraint::KeyKind::Unique, &id("Order"), Deferral::NotDeferrable)
            .on(&t),
        constraint::add(&id("f"), &reference).on(&t),
        constraint::validate(&id("f")).on(&t),
        constraint::set_deferral(&id("f"), Deferral::InitiallyDeferred).on(&t),
        constraint::set_deferral(&id("f"), Deferral::NotDeferrable).on(&t),
        constraint::rename(&t, &id("f"), &id("g")),
        alter_table(&t, &[constraint::drop(&id("g")), constraint::drop(&id("u"))]).unwrap(),
        index::create(&t, &id("i"), &index, index::Build::Locking),
        index::set_storage(&t, &id("i"), &BTreeMap::new(), &filled).remove(0),
        index::set_storage(&t, &id("i"), &filled, &BTreeMap::new()).remove(0),
        drop(&ObjectId::Index(t.clone(), id("i"))),
        table::set_logged(false).on(&t),
        table::set_logged(true).on(&t),
        table::set_access_method(None).on(&t),
        table::set_replica_identity(&Full).on(&t),
        table::set_row_security(true).on(&t),
        table::set_forced_row_security(true).on(&t),
        table::rename(&t, &id("Table")),
        table::set_schema(&public("Table"), &id("Other")),
        table::create(&public("parted"), &parted, &[]),
        table::create(&public("part"), &part, &[]),
        partition::detach(&public("part"), &partition),
        partition::attach(&public("part"), &partition),
        sequence::create(&public("s"), &sequence_of(bigint_options())),
        sequence::alter(&public("s"), &bigint_options(), &wide).unwrap(),
        sequence::alter(&public("s"), &wide, &SequenceOptions::defaults(TypeName::builtin("integer"), 1)).unwrap(),
        sequence::set_logged(&public("s"), false),
        sequence::rename(&public("s"), &id("S")),
        sequence::set_schema(&public("S"), &id("Other")),
        enumeration::create(&public("e"), &Enum { values: vec!["a".into(), "b".into()], ..Enum::default() }),
        enumeration::add_value(&public("e"), "it's", enumeration::Position::After("a")),
        enumeration::rename_value(&public("e"), "a", "A"),
        enumeration::rename(&public("e"), &id("E")),
        enumeration::set_schema(&public("E"), &id("Other")),
        schema::rename(&id("Other"), &id("another")),
        drop(&ObjectId::Table(public("parted"))),
        drop(&ObjectId::Table(QName::new("another", "Table"))),
        drop(&ObjectId::Sequence(QName::new("another", "S"))),
        drop(&ObjectId::Enum(QName::new("another", "E"))),
        drop(&ObjectId::Schema(id("another"))),
    ];
    for statement in statements {
        database.execute(&statement).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn sequence_of(options: SequenceOptions) -> Sequence {
    Sequence { options, unlogged: false, owner: None, control: crate::Control::Managed, comment: None }
}
