//! Setting out: an empty folder, an existing database, and the ways between.

use crate::support::Project;

const USERS: &str = "CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE
);
";

#[test]
fn greenfield() {
    let project = Project::new();
    project.novate("init").ok().says("novate.toml").says("novate plan");
    // Nothing was said yet, so nothing is wrong.
    project.novate("check").ok();
    project.contract(USERS);
    project.novate("check").fails(4, "CONTRACT.STALE");
    project.novate("contract emit").ok().says("1 table");
    project.novate("plan --name start").ok().says("Create table public.users").says("novate migrate");
    project.novate("migrate --plan").ok().says("_start");
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
    project.novate("db schema").ok().says("CREATE TABLE public.users");
    // Again: nothing is left to do, and every command says so.
    project.novate("plan").ok().says("Nothing to do");
    project.novate("migrate").ok().says("Nothing to do");
    assert_eq!(project.value("SELECT count(*) FROM novate.ledger"), "1");
    let json = project.novate("status --json").ok().json();
    assert_eq!(json["ok"], true);
    assert_eq!(json["contract"]["planned"], true);
    assert_eq!(json["database"]["pending"].as_array().map(Vec::len), Some(0));
}

#[test]
fn adopt() {
    let project = Project::new();
    project.sql("CREATE TYPE mood AS ENUM ('sad', 'ok')");
    project.sql("CREATE TABLE people (id serial PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x', mood mood)");
    project.sql("INSERT INTO people (name) VALUES ('ada')");
    project.novate("init").ok().says("novate contract infer");
    project.novate("contract infer").ok().says("1 table, 1 enum");
    project.novate("contract emit").ok();
    project.novate("db verify --schema-only --strict").ok();
    project.novate("db verify").fails(4, "MARKER.MISSING").says("novate db sign");
    project.novate("db sign").ok();
    project.novate("db verify --strict").ok();
    // The history begins with what is there: an empty database would run it, this one has it already.
    project.novate("plan --name start").ok();
    project.novate("migrate").ok().says("Nothing to do");
    project.edit("contracts/app.sql", "mood public.mood", "mood public.mood,\n    note text");
    project.novate("plan --name note").ok().says("Add column note to public.people");
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
    assert_eq!(project.value("SELECT name FROM people"), "ada");
}

#[test]
fn adopt_what_people_have() {
    let project = Project::new();
    project.sql("CREATE TABLE odd (id serial PRIMARY KEY, p text DEFAULT NULL::varchar, q varchar(3) DEFAULT NULL, n numeric DEFAULT '1'::numeric)");
    project.novate("init").ok();
    project.novate("contract infer").ok();
    project.novate("db verify --schema-only --strict").ok();
    project.novate("db sign").ok();
}

#[test]
fn adopt_mismatch() {
    let project = Project::with_contract(USERS);
    project.sql(
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(80) NOT NULL UNIQUE)",
    );
    project.novate("db verify --schema-only").fails(4, "DB.DRIFT").says("character varying(80)").says("text");
    project.novate("db sign").fails(4, "DB.NOT_SATISFIED");
    project.edit("contracts/app.sql", "email text", "email varchar(80)");
    project.novate("db sign").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn db_init() {
    // An empty database runs the route.
    let project = Project::with_contract(USERS);
    project.novate("plan --name start").ok();
    project.novate("db init").ok().says("1 package applied");
    project.novate("db init").ok().says("already");

    // One that fits is signed where it stands, and nothing in it is changed.
    let fits = project.another();
    fits.execute("CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE)")
        .unwrap();
    project.novate_on(&fits.url(), "db init").ok().says("nothing was changed");
    project.novate_on(&fits.url(), "db verify --strict").ok();

    // In between there is nothing to go by, and it is told what comes nearest.
    let between = project.another();
    between.execute("CREATE TABLE users (id integer PRIMARY KEY)").unwrap();
    project.novate_on(&between.url(), "db init").fails(2, "DB.NO_BASELINE").says("novate contract infer");
}

#[test]
fn push_to_packages() {
    let project = Project::with_contract(USERS);
    project.novate("db update --yes").ok();
    project.edit("contracts/app.sql", "email text NOT NULL UNIQUE", "email text NOT NULL UNIQUE,\n    name text");
    project.novate("db update").fails(3, "DB.CONSENT_NEEDED");
    project.novate("db update --yes").ok().says("1 operation applied");
    project.novate("db verify --strict").ok();
    // Packages begin: the retroactive plan applies as nothing, because the database is there already.
    project.novate("plan --name start").ok();
    project.novate("migrate").ok().says("Nothing to do");
    project.novate_on(&project.another().url(), "migrate").ok().says("1 package applied");
}

#[test]
fn interleaved() {
    let project = Project::migrated(USERS);
    project.edit("contracts/app.sql", "email text NOT NULL UNIQUE", "email text NOT NULL UNIQUE,\n    name text");
    project.novate("db update --yes").ok();
    project.novate("plan --name name").ok();
    project.novate("migrate").ok().says("Nothing to do");
    project.edit("contracts/app.sql", "name text", "name text,\n    age integer");
    project.novate("plan --name age").ok();
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
}
