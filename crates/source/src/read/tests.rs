//! Reading, by what is written.

use novate_contract::{Contract, Control, Ident, ObjectId, QName};

use crate::{ControlRule, Drops, Layout, Read, SourceFile, SourceOptions, read, write};

fn options() -> SourceOptions {
    SourceOptions::default()
}

fn ok(sql: &str) -> Read {
    match read(&[SourceFile::new("app.sql", sql)], &options()) {
        Ok(read) => read,
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}

/// The errors, a line each: code, place, message.
fn errors(sql: &str) -> String {
    match read(&[SourceFile::new("app.sql", sql)], &options()) {
        Ok(read) => panic!("{:#?}", read.contract),
        Err(errors) => lines(errors.iter().map(|error| format!("{} {error}", error.code()))),
    }
}

fn notes(sql: &str) -> String {
    lines(ok(sql).notes.iter().map(|note| format!("{} {}: {}", note.code, note.place, note.message)))
}

fn hints(sql: &str) -> String {
    let read = ok(sql);
    let objects = read.hints.iter().map(|hint| format!("{} -> {}", hint.from, hint.to));
    let values = read.value_hints.iter().map(|hint| format!("{}: {} -> {}", hint.ty, hint.from, hint.to));
    lines(objects.chain(values))
}

fn table(contract: &Contract, name: &str) -> novate_contract::Table {
    contract.tables[&QName::new("public", name)].clone()
}

#[test]
fn statements_may_stand_in_any_order() {
    let mut parts = [
        "CREATE TABLE posts (id serial PRIMARY KEY, author int REFERENCES users, st status DEFAULT 'new')",
        "CREATE TABLE users (id int, boss int REFERENCES users, last int REFERENCES posts)",
        "ALTER TABLE users ADD PRIMARY KEY (id)",
        "CREATE TYPE status AS ENUM ('new', 'old')",
        "CREATE INDEX ON posts (lower(title)) WHERE st = 'new'",
        "ALTER TABLE posts ADD COLUMN title text CHECK (title <> '')",
        "ALTER SEQUENCE counter OWNED BY posts.author",
        "CREATE SEQUENCE counter",
        "COMMENT ON INDEX posts_lower_idx IS 'by title'",
        "CREATE TABLE log (at date NOT NULL, n int) PARTITION BY RANGE (at)",
        "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE INDEX ON log (n)",
        "CREATE TABLE copy (LIKE users INCLUDING ALL)",
        "CREATE SCHEMA s",
        "CREATE TABLE s.t (c s.d)",
        "CREATE DOMAIN s.d AS int",
    ];
    let expected = ok(&parts.join(";\n")).contract;
    assert_eq!(expected.tables.len(), 6);
    for turn in 0..parts.len() {
        parts.rotate_left(1);
        parts.swap(turn, (turn * 7 + 3) % 16);
        assert_eq!(ok(&parts.join(";\n")).contract, expected, "{}", parts.join(";\n"));
    }
}

#[test]
fn several_files_are_one_contract() {
    let files = [
        SourceFile::new("b.sql", "CREATE TABLE b (a int REFERENCES a);"),
        SourceFile::new("c.sql", "SET search_path = app; CREATE TABLE a (id int PRIMARY KEY);"),
        SourceFile::new("a.sql", "CREATE TABLE a (id int PRIMARY KEY); CREATE SCHEMA app;"),
    ];
    let read = read(&files, &options()).unwrap();
    let names: Vec<String> = read.contract.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["app.a", "public.a", "public.b"]);
    assert_eq!(read.places[&ObjectId::Table(QName::new("app", "a"))].to_string(), "c.sql:1");
}

#[test]
fn a_name_that_postgresql_cuts_is_noted_once() {
    let long = "n".repeat(66);
    let text = format!("CREATE TABLE t (id int,\n  {long} int);\nCREATE INDEX i ON t ({long});");
    insta::assert_snapshot!(notes(&text), @"CONTRACT.NAME_CUT app.sql:2: the name nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn has 66 bytes, and PostgreSQL keeps 63 of them: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
}

#[test]
fn a_dump_is_read_in_whole() {
    let dump = "--
-- PostgreSQL database dump
--
\\restrict abc
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
COMMENT ON SCHEMA public IS 'standard public schema';
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.t (id integer NOT NULL, name public.citext);
ALTER TABLE public.t OWNER TO someone;
CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER TABLE public.t_id_seq OWNER TO someone;
ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
GRANT SELECT ON TABLE public.t TO someone;
\\unrestrict abc
";
    let read = ok(dump);
    let written = ok("CREATE EXTENSION citext SCHEMA public; CREATE TABLE t (id serial PRIMARY KEY, name citext)");
    assert_eq!(read.contract, written.contract);
    let codes: Vec<&str> = read.notes.iter().map(|note| note.code).collect();
    assert_eq!(codes, ["CONTRACT.OWNER_LEFT_OUT", "CONTRACT.UNSUPPORTED_OBJECT"]);
}

#[test]
fn what_describes_nothing_is_refused() {
    insta::assert_snapshot!(errors("INSERT INTO t VALUES (1);\nDO $$ BEGIN END $$;\nSELECT 1;\nUPDATE t SET a = 1;
COPY t (a) FROM stdin;\n1\n\\.\nSELECT pg_catalog.setval('s', 1);\nDROP TABLE t;\nALTER TABLE t RENAME TO u;
CREATE TABLE u (a int);\nALTER TABLE u ALTER COLUMN a TYPE text;"), @"
    CONTRACT.NOT_A_DESCRIPTION app.sql:1: INSERT describes no schema
    CONTRACT.NOT_A_DESCRIPTION app.sql:2: DO describes no schema
    CONTRACT.NOT_A_DESCRIPTION app.sql:3: SELECT describes no schema
    CONTRACT.NOT_A_DESCRIPTION app.sql:4: UPDATE describes no schema
    CONTRACT.NOT_A_DESCRIPTION app.sql:5: COPY carries data, which is no part of a contract
    CONTRACT.NOT_A_DESCRIPTION app.sql:8: setval carries data, which is no part of a contract
    CONTRACT.DROP_IN_CONTRACT app.sql:9: DROP changes something, and a contract only says what there is
    CONTRACT.DROP_IN_CONTRACT app.sql:10: RENAME changes something, and a contract only says what there is
    CONTRACT.DROP_IN_CONTRACT app.sql:12: ALTER COLUMN ... TYPE changes something, and a contract only says what there is
    ");
}

#[test]
fn what_is_missing_or_there_twice_is_named() {
    insta::assert_snapshot!(errors("CREATE TABLE a (id int PRIMARY KEY, b nowhere.t, CHECK (c > 0));
CREATE TABLE b (a int REFERENCES c);
CREATE TABLE b (id int);
CREATE INDEX ON b (x);
CREATE TABLE d (e citext);
CREATE TABLE f (g int DEFAULT nextval('s'));
CREATE TEMP TABLE g (id int);
CREATE TABLE h AS SELECT 1;
COMMENT ON TABLE i IS 'x';
CREATE TABLE nope.t (id int);
CREATE SEQUENCE d_idx; CREATE INDEX d_idx ON b (a);"), @"
    CONTRACT.UNRESOLVED_REFERENCE app.sql:1: column public.a.b needs the type nowhere.t, which is not there
    CONTRACT.UNRESOLVED_REFERENCE app.sql:2: a foreign key of public.b needs the table c, which is not there
    CONTRACT.DUPLICATE_OBJECT app.sql:3: table public.b is described twice
    CONTRACT.UNRESOLVED_REFERENCE app.sql:4: an index on b needs the column public.b.x, which is not there
    CONTRACT.UNRESOLVED_REFERENCE app.sql:5: column public.d.e needs the type citext, which is not there
    CONTRACT.UNRESOLVED_REFERENCE app.sql:6: column public.f.g needs the sequence s, which is not there
    CONTRACT.TEMPORARY_OBJECT app.sql:7: g is temporary
    CONTRACT.UNDERIVABLE_TABLE app.sql:8: table public.h takes its columns from a query
    CONTRACT.UNRESOLVED_REFERENCE app.sql:9: COMMENT ON needs the table i, which is not there
    CONTRACT.UNRESOLVED_REFERENCE app.sql:10: table nope.t needs the schema nope, which is not there
    CONTRACT.DUPLICATE_OBJECT app.sql:11: sequence public.d_idx is described twice
    ");
}

#[test]
fn errors_say_where_the_first_one_is_and_what_to_do() {
    let sql = "CREATE TABLE t (a citext);\nCREATE TABLE u (a int);\nCREATE TABLE u (a int);";
    let errors = read(&[SourceFile::new("app.sql", sql)], &options()).unwrap_err();
    assert_eq!(errors[0].fix().as_deref(), Some("add CREATE EXTENSION citext;"));
    assert_eq!(errors[1].why().as_deref(), Some("it is described at app.sql:2 already"));
}

#[test]
fn a_syntax_error_does_not_hide_the_others() {
    let text = errors("CREATE TABLE t (a int,,);\nCREATE INDEX ON t (a);\nDROP TABLE x;");
    let codes: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    // What misses the table misses it because of the first error.
    assert_eq!(codes, ["CONTRACT.SYNTAX", "CONTRACT.DROP_IN_CONTRACT"]);
}

#[test]
fn a_script_is_executed_from_top_to_bottom() {
    let options = SourceOptions { drops: Drops::Execute, ..options() };
    let sql = "CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME TO u;
        INSERT INTO u VALUES (1); DROP TABLE IF EXISTS x;";
    let read = read(&[SourceFile::new("s.sql", sql)], &options).unwrap();
    assert_eq!(read.contract, ok("CREATE TABLE u (a int)").contract);
    assert_eq!(read.places[&ObjectId::Table(QName::new("public", "u"))].line, 1);
}

#[test]
fn directives_bind_to_what_follows_or_ends_on_their_line() {
    insta::assert_snapshot!(hints("-- @renamed_from accounts
CREATE TABLE users (
    -- @renamed_from title
    name text,
    mail text, -- @renamed_from accounts.email
    age int -- @renamed_from old.accounts.years
);
CREATE TABLE one (id int); -- @renamed_from uno
CREATE TABLE two ( -- @renamed_from s.dos
    id int,
    CONSTRAINT c CHECK (id > 0), -- @renamed_from two_check
    u int REFERENCES users -- an ordinary comment
);
ALTER TABLE users ADD PRIMARY KEY (name);
-- @renamed_from idx
CREATE INDEX users_mail_idx ON users (mail);
CREATE TYPE st /* @renamed_from state */ AS ENUM ('a', 'b' /* @renamed_from bee */);
CREATE TYPE mood AS ENUM (
    /* @renamed from=feeling */
    'x'
);
/* @renamed_from seq */
CREATE SEQUENCE counter;"), @"
    table public.accounts -> table public.users
    column public.accounts.title -> column public.users.name
    column public.accounts.email -> column public.users.mail
    column old.accounts.years -> column public.users.age
    table public.uno -> table public.one
    table s.dos -> table public.two
    check s.dos.two_check -> check public.two.c
    index public.idx -> index public.users_mail_idx
    enum public.state -> enum public.st
    enum public.feeling -> enum public.mood
    sequence public.seq -> sequence public.counter
    public.st: bee -> b
    ");
}

#[test]
fn directives_that_are_wrong_are_errors() {
    insta::assert_snapshot!(errors("-- @rename_from x
CREATE TABLE t (a int);
-- @placeholder t.a: what?
-- @control somebody
CREATE TABLE u (
    a int, -- @control external
    b int UNIQUE -- @renamed_from a
);
CREATE TYPE e AS ENUM ('a'); -- @online
-- @online"), @"
    CONTRACT.UNKNOWN_DIRECTIVE app.sql:1: there is no directive @rename_from
    CONTRACT.UNKNOWN_DIRECTIVE app.sql:3: there is no directive @placeholder
    CONTRACT.INVALID_DIRECTIVE app.sql:4: @control expects managed, tolerated, observed or external
    CONTRACT.INVALID_DIRECTIVE app.sql:6: @control does not apply to column public.u.a
    CONTRACT.RENAME_SOURCE_EXISTS app.sql:7: column public.u.a is still there, so column public.u.b cannot be what became of it
    CONTRACT.INVALID_DIRECTIVE app.sql:9: @online does not apply to enum public.e
    CONTRACT.UNBOUND_DIRECTIVE app.sql:10: @online is bound to nothing
    ");
}

#[test]
fn policies_come_from_directives_and_from_rules() {
    let sql =
        "CREATE SCHEMA auth;\n-- @control managed\nCREATE TABLE auth.ours (id int);\nCREATE TABLE auth.users (id int);
        -- @online\nCREATE TABLE big (id int);\n-- @control tolerated\nCREATE TYPE mood AS ENUM ('x');";
    let options = SourceOptions { controls: vec![ControlRule::new("auth.*", Control::External)], ..options() };
    let contract = read(&[SourceFile::new("app.sql", sql)], &options).unwrap().contract;
    let control = |name: &str| contract.tables[&QName::new("auth", name)].control;
    assert_eq!(control("ours"), Control::Managed);
    assert_eq!(control("users"), Control::External);
    assert!(table(&contract, "big").online);
    assert_eq!(contract.enums[&QName::new("public", "mood")].control, Control::Tolerated);
}

#[test]
fn what_is_not_modelled_is_named_and_may_be_referred_to() {
    insta::assert_snapshot!(notes("CREATE VIEW v AS SELECT 1 AS a;
COMMENT ON COLUMN v.a IS 'x';
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
CREATE INDEX m_idx ON m (a);
COMMENT ON INDEX m_idx IS 'x';
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (a int DEFAULT f(), d dom);
CREATE DOMAIN dom AS int;
ALTER TABLE t ENABLE TRIGGER ALL;
CREATE TABLE IF NOT EXISTS t (b int);
DROP TRIGGER IF EXISTS x ON t;"), @"
    CONTRACT.UNSUPPORTED_OBJECT app.sql:1: view public.v is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:2: comment on public.v.a is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:3: materialized view public.m is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:4: index public.m_idx on public.m is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:5: comment on index m_idx is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:6: function public.f() is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:8: domain public.dom is not modelled: it is left as it is
    CONTRACT.UNSUPPORTED_OBJECT app.sql:9: alteration ENABLE TRIGGER ALL of table public.t is not modelled: it is left as it is
    CONTRACT.NO_EFFECT app.sql:10: table public.t is described before, so IF NOT EXISTS leaves this one out
    CONTRACT.NO_EFFECT app.sql:11: DROP TRIGGER says nothing in a contract
    ");
    let read = ok("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (a int DEFAULT f());");
    let default = table(&read.contract, "t").columns[&Ident::new("a")].default.clone().unwrap();
    assert_eq!(default.canonical.to_string(), "public.f()");
    assert_eq!(read.contract.unsupported[0].place, "app.sql:1");
}

#[test]
fn included_files_are_read_where_their_line_stands() {
    let mut main = SourceFile::new("main.sql", "SET search_path = app;\n\\ir part.sql\nCREATE SCHEMA app;\n");
    let at = main.text.find("\\ir").unwrap();
    main.includes.push(crate::Include { at, file: SourceFile::new("part.sql", "CREATE TABLE t (id int);") });
    let contract = read(&[main], &options()).unwrap().contract;
    assert!(contract.tables.contains_key(&QName::new("app", "t")));
}

#[test]
fn partitions_come_back_as_short_as_they_were() {
    let sql = "CREATE TABLE p (id int PRIMARY KEY, k text DEFAULT 'x') PARTITION BY RANGE (id);
        CREATE INDEX ON p (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
        CREATE TABLE p2 PARTITION OF p (k DEFAULT 'y', CHECK (k <> '')) FOR VALUES FROM (10) TO (20);
        CREATE TABLE p3 (id int CONSTRAINT mine PRIMARY KEY, k text);
        ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30);";
    let contract = ok(sql).contract;
    let written = write(&contract, Layout::One);
    insta::assert_snapshot!(written[0].text, @"
    CREATE TABLE public.p (
        id integer PRIMARY KEY,
        k text DEFAULT 'x'
    ) PARTITION BY RANGE (id);

    CREATE INDEX p_k_idx ON public.p (k);

    CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (1) TO (10);

    CREATE TABLE public.p2 PARTITION OF public.p (
        k DEFAULT 'y',
        CHECK (k <> '')
    ) FOR VALUES FROM (10) TO (20);

    CREATE TABLE public.p3 (
        id integer,
        k text,
        CONSTRAINT mine PRIMARY KEY (id)
    );
    ALTER TABLE public.p ATTACH PARTITION public.p3 FOR VALUES FROM (20) TO (30);

    CREATE INDEX p3_k_idx ON public.p3 (k);
    ");
    assert_eq!(read(&written, &options()).unwrap().contract, contract);
}
