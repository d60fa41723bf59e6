//! Prechecks that look at rows: false where the statement would fail, true where it succeeds, and never an error.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/script.rs"]
mod script;
mod support;

use novate_scratch::Server;
use script::compiled;
use support::ask;

const SETUP: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE users (id bigint PRIMARY KEY, name text, age integer, price numeric, code varchar(20));
    CREATE SEQUENCE q;
    CREATE TABLE posts (id bigint, author bigint, editor bigint);";

/// `bad` makes the statement fail and a precheck false; without it both are well.
struct Case {
    migration: &'static str,
    good: &'static str,
    bad: &'static str,
}

const fn case(migration: &'static str, good: &'static str, bad: &'static str) -> Case {
    Case { migration, good, bad }
}

const CASES: &[Case] = &[
    case(
        "ALTER TABLE users ALTER name SET NOT NULL;",
        "INSERT INTO users VALUES (1, 'a')",
        "INSERT INTO users VALUES (2)",
    ),
    case("ALTER TABLE users ADD COLUMN x int NOT NULL;", "", "INSERT INTO users VALUES (2)"),
    case(
        "ALTER TABLE users ADD CHECK (age > 0);",
        "INSERT INTO users (id, age) VALUES (1, 1), (2, NULL)",
        "INSERT INTO users (id, age) VALUES (3, 0)",
    ),
    case(
        "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;",
        "INSERT INTO users (id, age) VALUES (1, 1)",
        "INSERT INTO users (id, age) VALUES (3, 0)",
    ),
    case(
        "ALTER TABLE users ADD UNIQUE (name, age);",
        "INSERT INTO users (id, name) VALUES (1, 'a'), (2, 'a')",
        "INSERT INTO users (id, name, age) VALUES (3, 'a', 1), (4, 'a', 1)",
    ),
    case(
        "ALTER TABLE users ADD UNIQUE NULLS NOT DISTINCT (name);",
        "INSERT INTO users (id, name) VALUES (1, 'a'), (2, NULL)",
        "INSERT INTO users (id) VALUES (3)",
    ),
    case(
        "CREATE UNIQUE INDEX ON users (lower(name)) WHERE age > 0;",
        "INSERT INTO users (id, name, age) VALUES (1, 'a', 1), (2, 'A', 0)",
        "INSERT INTO users (id, name, age) VALUES (3, 'A', 1)",
    ),
    case(
        "ALTER TABLE posts ADD PRIMARY KEY (id);",
        "INSERT INTO posts (id) VALUES (1), (2)",
        "INSERT INTO posts (id) VALUES (1)",
    ),
    case(
        "ALTER TABLE posts ADD PRIMARY KEY (id);",
        "INSERT INTO posts (id) VALUES (1), (2)",
        "INSERT INTO posts (id) VALUES (NULL)",
    ),
    case(
        "ALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES users;",
        "INSERT INTO users (id) VALUES (1); INSERT INTO posts VALUES (1, 1), (2, NULL)",
        "INSERT INTO posts VALUES (3, 3)",
    ),
    case(
        "ALTER TABLE users ALTER code TYPE varchar(3);",
        "INSERT INTO users (id, code) VALUES (1, 'abc   '), (2, NULL)",
        "INSERT INTO users (id, code) VALUES (3, 'abcd')",
    ),
    case(
        "ALTER TABLE users ALTER name TYPE int USING name::int;",
        "INSERT INTO users (id, name) VALUES (1, ' -12 '), (2, NULL)",
        "INSERT INTO users (id, name) VALUES (3, 'twelve')",
    ),
    case(
        "ALTER TABLE users ALTER name TYPE int USING name::int;",
        "INSERT INTO users (id, name) VALUES (1, '2147483647')",
        "INSERT INTO users (id, name) VALUES (3, '2147483648')",
    ),
    case("ALTER TABLE users ALTER name TYPE int USING name::int;", "", "INSERT INTO users (id, name) VALUES (3, '')"),
    case(
        "ALTER TABLE users ALTER name TYPE uuid USING name::uuid;",
        "INSERT INTO users (id, name) VALUES (1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), (2, '{a0eebc999c0b4ef8bb6d6bb9bd380a11}')",
        "INSERT INTO users (id, name) VALUES (3, 'a0eebc99-9c0b')",
    ),
    case(
        "ALTER TABLE users ALTER name TYPE boolean USING name::boolean;",
        "INSERT INTO users (id, name) VALUES (1, 'Yes'), (2, 'off'), (4, 'tru')",
        "INSERT INTO users (id, name) VALUES (3, 'o')",
    ),
    case(
        "ALTER TABLE users ALTER name TYPE numeric(5,2) USING name::numeric;",
        "INSERT INTO users (id, name) VALUES (1, '999.994'), (2, '1e2'), (4, '.5')",
        "INSERT INTO users (id, name) VALUES (3, '999.995')",
    ),
    case(
        "ALTER TABLE users ALTER name TYPE mood USING name::mood;",
        "INSERT INTO users (id, name) VALUES (1, 'sad'), (2, NULL)",
        "INSERT INTO users (id, name) VALUES (3, 'mad')",
    ),
    case(
        "ALTER TABLE users ALTER age TYPE smallint;",
        "INSERT INTO users (id, age) VALUES (1, 32767)",
        "INSERT INTO users (id, age) VALUES (3, 32768)",
    ),
    case(
        "ALTER TABLE users ALTER price TYPE numeric(4,1);",
        "INSERT INTO users (id, price) VALUES (1, 999.94)",
        "INSERT INTO users (id, price) VALUES (3, 999.95)",
    ),
    case(
        "ALTER TABLE users ALTER price TYPE int;",
        "INSERT INTO users (id, price) VALUES (1, 2147483647.4)",
        "INSERT INTO users (id, price) VALUES (3, 2147483647.5)",
    ),
    case("ALTER SEQUENCE q MAXVALUE 5;", "SELECT setval('q', 5)", "SELECT setval('q', 6)"),
    case("ALTER SEQUENCE q MAXVALUE 5 RESTART;", "SELECT setval('q', 6)", ""),
];

#[test]
fn prechecks_foresee_what_rows_do() {
    let server = Server::shared().unwrap();
    let template = server.database("rows").unwrap();
    template.execute(SETUP).unwrap();
    let mut problems = Vec::new();
    let known = |case: &&Case| server.version().major.0 >= 15 || !case.migration.contains("NULLS NOT DISTINCT");
    for Case { migration, good, bad } in CASES.iter().filter(known) {
        let operations = compiled(SETUP, migration).operations;
        let (last, first) = operations.split_last().unwrap();
        for (rows, expected) in [(good.to_string(), true), (format!("{good};{bad}"), bad.is_empty())] {
            let database = server.database_from("rows", &template).unwrap();
            database.execute(&rows).unwrap_or_else(|error| panic!("{rows}\n{error}"));
            let run = |operation: &novate_planner::Operation| {
                operation.execute.iter().map(|s| database.execute(&s.sql)).all(|r| r.is_ok())
            };
            assert!(first.iter().all(run), "{migration}");
            let answers: Vec<_> = last.precheck.iter().map(|check| (ask(&database, &check.sql), &check.sql)).collect();
            let all = answers.iter().all(|(answer, _)| *answer == Ok(Some(true)));
            if all != expected || answers.iter().any(|(answer, _)| answer.is_err()) {
                problems.push(format!("{migration} with {rows}: {answers:#?}"));
            }
            if run(last) != expected {
                problems.push(format!("{migration} with {rows}: expected {expected}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
