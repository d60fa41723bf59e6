#![allow(clippy::unwrap_used)]
use novate_contract::{Ident, Space};
use novate_source::{SourceFile, SourceOptions};

use super::*;

fn contract(sql: &str) -> Contract {
    let files = [SourceFile { path: "x.sql".to_owned(), text: sql.to_owned(), includes: Vec::new() }];
    let options = SourceOptions { space: Space::app(), default_schema: Ident::new("public"), ..Default::default() };
    novate_source::read(&files, &options).unwrap_or_else(|errors| panic!("{errors:?}")).contract
}

fn tools(sql: &str) -> Vec<String> {
    keepers(&contract(sql)).iter().map(|keeper| format!("{} {}", keeper.tool, keeper.table)).collect()
}

fn row(values: &[&str]) -> Row {
    values.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect()
}

fn keeper(tool: &'static str) -> Keeper {
    let table = QName::new(Ident::new("public"), Ident::new("history"));
    Keeper { tool, guide: None, table, beside: Vec::new() }
}

#[test]
fn a_table_of_another_name_and_schema_is_recognised_by_its_columns() {
    let found = tools(
        "CREATE SCHEMA ops;
         CREATE TABLE ops.applied (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT
         NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);",
    );
    assert_eq!(found, ["sqlx ops.applied"]);
}

#[test]
fn a_name_alone_says_nothing() {
    let found = tools(
        "CREATE TABLE flyway_schema_history (id bigint PRIMARY KEY, what text);
         CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz);
         CREATE TABLE files (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
         CREATE TABLE people (id serial PRIMARY KEY, app text, name text, applied timestamptz);",
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn rails_and_dbmate_differ_by_a_length() {
    assert_eq!(
        tools("CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);"),
        ["Rails public.schema_migrations"]
    );
    assert_eq!(
        tools("CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);"),
        ["dbmate public.schema_migrations"]
    );
}

#[test]
fn a_schema_of_nothing_else_is_left_alone_too() {
    let sql = "CREATE SCHEMA drizzle;
         CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
         CREATE TABLE users (id bigint PRIMARY KEY);";
    let mut alone = contract(sql);
    let found = keepers(&alone);
    leave_alone(&mut alone, &found);
    let drizzle = Ident::new("drizzle");
    assert_eq!(alone.schemas.get(&drizzle).unwrap().control, Control::Observed);
    let sequence = QName::new(drizzle.clone(), Ident::new("__drizzle_migrations_id_seq"));
    assert_eq!(alone.control(&ObjectId::Sequence(sequence)), Control::Observed);
    let users = ObjectId::Table(QName::new(Ident::new("public"), Ident::new("users")));
    assert_eq!(alone.control(&users), Control::Managed);

    let mut shared = contract(&format!("{sql} CREATE TABLE drizzle.mine (id bigint PRIMARY KEY);"));
    let found = keepers(&shared);
    leave_alone(&mut shared, &found);
    assert_eq!(shared.schemas.get(&drizzle).unwrap().control, Control::Managed);
}

#[test]
fn prisma_knows_finished_rolled_back_and_neither() {
    let rows = [row(&["1_a", "t", "f"]), row(&["2_b", "f", "t"]), row(&["2_b", "t", "f"])];
    let past = keeper("Prisma Migrate").past(&rows);
    assert_eq!((past.applied, past.last.as_deref(), past.unfinished), (Some(2), Some("2_b"), None));
    let past = keeper("Prisma Migrate").past(&[row(&["1_a", "t", "f"]), row(&["2_b", "f", "f"])]);
    assert_eq!((past.applied, past.last.as_deref()), (Some(1), Some("1_a")));
    assert!(past.unfinished.unwrap().fix.contains("resolve --applied 2_b"));
}

#[test]
fn a_flag_or_a_lock_tells_what_did_not_finish() {
    for tool in ["Flyway", "sqlx", "golang-migrate"] {
        let past = keeper(tool).past(&[row(&["1", "t"]), row(&["2", "f"])]);
        assert_eq!(past.last.as_deref(), Some("1"), "{tool}");
        assert_eq!(past.unfinished.unwrap().what, "the migration 2", "{tool}");
    }
    for tool in ["Knex", "Liquibase"] {
        assert_eq!(keeper(tool).past(&[row(&["1"])]).unfinished, None, "{tool}");
        let past = keeper(tool).past(&[row(&[""]), row(&["1"])]);
        assert_eq!((past.applied, past.unfinished.is_some()), (Some(1), true), "{tool}");
    }
}

#[test]
fn alembic_has_a_row_for_each_head() {
    let past = keeper("Alembic").past(&[row(&["ae10"]), row(&["bf20"])]);
    assert_eq!(past.last.as_deref(), Some("ae10 and bf20"));
    assert_eq!(keeper("Alembic").past(&[]).last, None);
}

#[test]
fn every_tool_has_a_name_of_its_own() {
    let mut names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TOOLS.len());
}
