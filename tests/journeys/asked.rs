//! What is asked around operations, and what is known without: whatever the way, what is there is skipped, and what does
//! not come out as it should is told by the operation that made it.

use serde_json::Value;

use crate::support::Project;

const CONTRACT: &str = "CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL DEFAULT 1 CHECK (n > 0));\n\
    CREATE INDEX a_n ON a (n);\nCOMMENT ON TABLE a IS 'first';\n\
    CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a, t text UNIQUE);\nCREATE INDEX b_t ON b (t, a);\n\
    COMMENT ON TABLE b IS 'second';\n";

const AN_EVENT_TRIGGER: &str = "CREATE SCHEMA watch; CREATE FUNCTION watch.meddle() RETURNS event_trigger LANGUAGE plpgsql AS \
    $$BEGIN IF to_regclass('public.b') IS NOT NULL THEN ";

/// A project that is planned, on a database where this was done before.
fn planned(before: &str) -> Project {
    let project = Project::with_contract(CONTRACT);
    project.novate("plan --name start").ok();
    project.sql(before);
    project
}

/// What became of each operation of the only package that a run applied.
fn outcomes(run: &Value) -> Vec<String> {
    let operations = run["applied"][0]["operations"].as_array().unwrap();
    operations.iter().map(|operation| operation["outcome"].as_str().unwrap().to_owned()).collect()
}

/// Operations of the newest package by id, in order.
fn ids(project: &Project) -> Vec<String> {
    let ops: Value = serde_json::from_str(&project.read(&format!("{}/ops.json", project.newest_package()))).unwrap();
    ops.as_array().unwrap().iter().map(|op| op["id"].as_str().unwrap().to_owned()).collect()
}

/// The operations that a run skipped.
fn skipped(project: &Project) -> Vec<String> {
    let ran = project.novate("migrate --json").ok();
    let all = ids(project).into_iter().zip(outcomes(&ran.json()));
    let skipped = all.filter(|(_, outcome)| outcome == "skipped").map(|(id, _)| id).collect();
    project.novate("db verify --strict").ok();
    skipped
}

#[test]
fn nothing_is_skipped_where_nothing_is_there() {
    assert_eq!(skipped(&planned("SELECT 1")), Vec::<String>::new());
}

#[test]
fn what_was_done_by_hand_is_skipped_and_the_rest_is_not() {
    let project = planned(
        "CREATE TABLE b (id int PRIMARY KEY, a int, t text UNIQUE); CREATE INDEX b_t ON b (t, a); \
         COMMENT ON TABLE b IS 'second'",
    );
    assert_eq!(skipped(&project), ["table.public.b", "index.public.b_t", "comment.table.public.b"]);
}

#[test]
fn a_comment_alone_is_skipped_with_its_table() {
    let project = planned(
        "CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL DEFAULT 1 CHECK (n > 0)); COMMENT ON TABLE a IS 'first'",
    );
    assert_eq!(skipped(&project), ["table.public.a", "comment.table.public.a"]);
}

#[test]
fn what_is_there_otherwise_is_told_by_its_operation() {
    let project = planned("CREATE TABLE b (id int PRIMARY KEY, a int, t text)");
    let ran = project.novate("migrate").fails(5, "MIGRATION.PRECHECK_FAILED");
    assert!(ran.transcript().contains("Create table public.b: before"), "{}", ran.transcript());
    assert_eq!(project.value("SELECT to_regclass('public.a') IS NULL"), "t");
}

/// What a trigger of the database's makes of a table, and the operation that is told of it.
#[track_caller]
fn meddled(with: &str, operation: &str) {
    let project = planned(&format!(
        "{AN_EVENT_TRIGGER} {with}; END IF; END$$; CREATE EVENT TRIGGER meddle ON ddl_command_end \
         WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION watch.meddle()"
    ));
    let ran = project.novate("migrate").fails(5, "MIGRATION.POSTCHECK_FAILED");
    assert!(ran.transcript().contains(&format!("{operation}: ")), "{}", ran.transcript());
    assert_eq!(project.value("SELECT to_regclass('public.a') IS NULL"), "t");
}

#[test]
fn a_table_that_comes_out_otherwise_is_told_by_its_operation() {
    meddled("ALTER TABLE public.b ALTER t SET NOT NULL", "Create table public.b");
}

#[test]
fn a_column_that_nobody_asked_for_is_told_by_its_table() {
    meddled("ALTER TABLE public.b ADD COLUMN IF NOT EXISTS more int", "Create table public.b");
}

#[test]
fn an_index_that_comes_out_otherwise_is_told_by_its_operation() {
    meddled("ALTER INDEX IF EXISTS public.b_t SET (fillfactor = 50)", "Create index b_t on public.b");
}

#[test]
fn a_question_of_the_authors_own_is_asked() {
    let project = planned("SELECT 1");
    let source = format!("{}/migration.sql", project.newest_package());
    let more = "\n-- @raw additive Nothing at all\nSELECT 1;\n-- @postcheck\nSELECT false;\n-- @end\n";
    project.write(&source, &(project.read(&source) + more));
    project.novate(&format!("migration emit {}", project.newest_package())).ok();
    let ran = project.novate("migrate").fails(5, "MIGRATION.POSTCHECK_FAILED");
    assert!(ran.transcript().contains("Nothing at all"), "{}", ran.transcript());
}
