//! What a statement touches, and what it is refused for. What it makes of the contract is compared with a server in
//! `novate-catalog`.

use novate_sql::parse;

use super::{Environment, Interpreter, apply};
use crate::{Contract, Ident, QName, Space};

/// Executes statements; the last one's outcome as text.
fn last(sql: &str) -> String {
    let script = parse(sql);
    assert!(script.errors.is_empty(), "{:?}", script.errors);
    let mut interpreter = Interpreter::new(Contract::empty(Space::app()), Environment::default());
    let (last, before) = script.statements.split_last().unwrap();
    for statement in before {
        interpreter.apply(&statement.value).unwrap();
    }
    let contract = interpreter.contract().clone();
    match interpreter.apply(&last.value) {
        Ok(touched) => {
            let mut lines = Vec::new();
            let mut add = |verb: &str, ids: &[crate::ObjectId]| {
                lines.extend(ids.iter().map(|id| format!("{verb} {id}")));
            };
            add("created", &touched.created);
            add("altered", &touched.altered);
            add("dropped", &touched.dropped);
            add("skipped", &touched.skipped);
            lines.extend(touched.renamed.iter().map(|(from, to)| format!("renamed {from} -> {to}")));
            lines.extend(touched.unsupported.iter().map(|it| format!("unsupported {} {}", it.kind, it.name)));
            lines.join("\n")
        }
        Err(error) => {
            assert_eq!(*interpreter.contract(), contract, "what fails changes nothing");
            let more = [error.why(), error.fix()].into_iter().flatten().map(|text| format!("\n{text}"));
            format!("{}: {error}{}", error.code(), more.collect::<String>())
        }
    }
}

#[test]
fn creation_lists_everything_that_came_of_it() {
    insta::assert_snapshot!(last("CREATE TABLE r (id int PRIMARY KEY);
        CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE REFERENCES r CHECK (a > 0), b text)"), @"
    created table public.t
    created column public.t.id
    created column public.t.a
    created column public.t.b
    created sequence public.t_id_seq
    created check public.t.t_a_check
    created primary key public.t.t_pkey
    created unique public.t.t_a_key
    created foreign key public.t.t_a_fkey
    ");
    assert_eq!(last("CREATE TABLE t (a int); CREATE TABLE IF NOT EXISTS t (b int)"), "skipped table public.t");
}

#[test]
fn alteration_reaches_partitions() {
    insta::assert_snapshot!(last("CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE p1 PARTITION OF p DEFAULT;
        ALTER TABLE p ADD PRIMARY KEY (id, at)"), @"
    created primary key public.p.p_pkey
    created primary key public.p1.p1_pkey
    altered column public.p.id
    altered column public.p.at
    altered column public.p1.id
    altered column public.p1.at
    ");
}

#[test]
fn dropping_lists_what_went_along() {
    insta::assert_snapshot!(last("CREATE TABLE t (id serial PRIMARY KEY, a int, b int, CHECK (a > b));
        CREATE INDEX ON t (b); ALTER TABLE t DROP COLUMN b"), @"
    dropped check public.t.t_check
    dropped index public.t_b_idx
    dropped column public.t.b
    ");
    insta::assert_snapshot!(last("CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (t int REFERENCES t);
        DROP TABLE t CASCADE"), @"
    dropped foreign key public.u.u_t_fkey
    dropped sequence public.t_id_seq
    dropped primary key public.t.t_pkey
    dropped column public.t.id
    dropped table public.t
    ");
}

#[test]
fn renaming_lists_the_object_itself() {
    assert_eq!(
        last("CREATE TABLE t (a int, CHECK (a > 0)); CREATE INDEX ON t (a); ALTER TABLE t RENAME COLUMN a TO b"),
        "renamed column public.t.a -> column public.t.b"
    );
    assert_eq!(
        last("CREATE SCHEMA s; CREATE TABLE s.t (a int); ALTER SCHEMA s RENAME TO r"),
        "renamed schema s -> schema r"
    );
}

#[test]
fn what_others_need_is_not_dropped() {
    insta::assert_snapshot!(last("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t); DROP TABLE t"), @"
    CONTRACT.DEPENDENT_OBJECTS: table public.t cannot be dropped: foreign key public.u.u_t_fkey needs it
    drop what needs it first, or say CASCADE
    ");
    insta::assert_snapshot!(last("CREATE TYPE e AS ENUM ('x'); CREATE TABLE t (a e, b text CHECK (b <> 'x'::e::text));
        DROP TYPE e"), @"
    CONTRACT.DEPENDENT_OBJECTS: enum public.e cannot be dropped: column public.t.a needs it
    these need it: column public.t.a, check public.t.t_b_check
    drop what needs it first, or say CASCADE
    ");
    insta::assert_snapshot!(last("CREATE TABLE t (a int UNIQUE); CREATE TABLE u (t int REFERENCES t (a));
        ALTER TABLE t DROP CONSTRAINT t_a_key"), @"
    CONTRACT.DEPENDENT_OBJECTS: unique public.t.t_a_key cannot be dropped: foreign key public.u.u_t_fkey needs it
    drop what needs it first, or say CASCADE
    ");
}

#[test]
fn what_postgresql_refuses_is_refused() {
    let cases = [
        ("CREATE TABLE t (a int PRIMARY KEY, b int PRIMARY KEY)", "table public.t: it has a primary key already"),
        ("CREATE TABLE t (a int, a text)", "column public.t.a is there already"),
        ("CREATE TABLE t (a text GENERATED ALWAYS AS IDENTITY)", "an identity is smallint, integer or bigint"),
        ("CREATE TABLE t (a int DEFAULT 1 GENERATED ALWAYS AS IDENTITY)", "one of default, identity and generated"),
        ("CREATE TABLE p (a int); CREATE TABLE c PARTITION OF p DEFAULT", "public.p is not partitioned"),
        (
            "CREATE TABLE r (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE t (a int REFERENCES r)",
            "1 columns refer to 2",
        ),
        ("CREATE TABLE r (a int); CREATE TABLE t (a int REFERENCES r)", "needs the primary key of public.r"),
        ("CREATE TYPE e AS ENUM ('a', 'a')", "the label 'a' is there twice"),
        ("CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b' AFTER 'c'", "needs the label 'c' of public.e"),
        ("CREATE TABLE t (a int); CREATE SEQUENCE t", "table public.t is there already"),
        ("CREATE TABLE t (a int PRIMARY KEY); CREATE SEQUENCE t_pkey", "the name public.t_pkey is in use: an index"),
        ("CREATE TABLE t (a int PRIMARY KEY); DROP INDEX t_pkey", "it belongs to a constraint of public.t"),
        ("CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t ALTER a DROP NOT NULL", "it is in the primary key"),
        ("CREATE TABLE t (a int); ALTER TABLE t RENAME a TO a", "column public.t.a is there already"),
        ("CREATE INDEX ON t (a)", "needs the table t, which is not there"),
        (
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a) WHERE a > 0; ALTER TABLE t ADD UNIQUE USING INDEX i",
            "it is partial",
        ),
        ("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (b + a) STORED)", "it cannot be made of b"),
        ("CREATE TABLE t (a int); ALTER TABLE t INHERIT t", "public.t comes from it"),
        (
            "CREATE TABLE a (x int) PARTITION BY LIST (x); CREATE TABLE b PARTITION OF a DEFAULT PARTITION BY LIST (x);
            ALTER TABLE b ATTACH PARTITION a DEFAULT",
            "public.b comes from it",
        ),
        ("DROP EXTENSION citext", "needs the extension citext"),
    ];
    for (sql, message) in cases {
        let said = last(sql);
        assert!(said.contains(message), "{sql}\n{said}");
    }
}

#[test]
fn a_contract_is_changed_in_place() {
    let mut contract = Contract::empty(Space::app());
    for statement in &parse("SET search_path = s; CREATE TABLE t (a int)").statements {
        let environment = Environment::new(Ident::new("public"));
        apply(&mut contract, &statement.value, &environment).unwrap();
    }
    // The environment is the caller's: one that should follow `SET` is followed by hand.
    assert!(contract.tables.contains_key(&QName::new("public", "t")));
}

#[test]
fn the_search_path_is_followed() {
    let mut environment = Environment::default();
    let follow = |environment: &mut Environment, sql: &str| {
        for statement in &parse(sql).statements {
            environment.follow(&statement.value);
        }
        environment.search_path().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(follow(&mut environment, "SET search_path = app, \"Odd\", public"), "app \"Odd\" public");
    assert_eq!(follow(&mut environment, "SET search_path TO \"$user\", other"), "other");
    assert_eq!(follow(&mut environment, "SELECT pg_catalog.set_config('search_path', '', false)"), "public");
    assert_eq!(follow(&mut environment, "SET statement_timeout = 0"), "public");
}

#[test]
fn what_a_column_loses_it_loses_before_others_come() {
    insta::assert_snapshot!(last("CREATE TABLE t (id int, a int GENERATED ALWAYS AS (id * 2) STORED);
        ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a * 2) STORED, ALTER COLUMN a DROP EXPRESSION"), @"
    created column public.t.b
    altered column public.t.a
    ");
}
