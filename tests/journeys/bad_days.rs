//! Bad days: many runners, locks held elsewhere, kills, odd names, and files that cannot be written.

use std::time::{Duration, Instant};

use crate::support::{Project, ran};

const SLOW: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";

/// Runs `count` migrations at once and returns how they ended.
fn at_once(project: &Project, count: usize) {
    let url = project.db.url();
    let children: Vec<_> =
        (0..count).map(|_| project.command(&url, "migrate").spawn().expect("novate starts")).collect();
    for child in children {
        ran("migrate", &child.wait_with_output().expect("an end")).ok();
    }
}

#[test]
fn two_runners() {
    runners(2);
}

#[test]
fn eight_runners() {
    runners(8);
}

#[test]
fn thirty_runners() {
    runners(30);
}

fn runners(count: usize) {
    let project = Project::with_contract(SLOW);
    project.novate("plan --name start").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text);\n");
    project.novate("plan --name next").ok();
    at_once(&project, count);
    assert_eq!(project.value("SELECT string_agg(package_count::text, ',') FROM (SELECT count(*) AS package_count FROM novate.ledger GROUP BY package) x"), "1,1");
    project.novate("db verify --strict").ok();
}

#[test]
fn a_lock_held_elsewhere() {
    let project = Project::migrated(SLOW);
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\nlock_timeout = 0.2\nlock_budget = 1.0\n");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text);\n");
    project.novate("plan --name next").ok();
    let db = &project.db;
    std::thread::scope(|scope| {
        let holder = scope.spawn(move || db.execute("BEGIN; LOCK TABLE t; SELECT pg_sleep(4); COMMIT"));
        let taken = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 't'::regclass";
        let began = Instant::now();
        while project.value(taken) == "0" {
            assert!(began.elapsed() < Duration::from_secs(3), "the lock was never taken");
        }
        project.novate("migrate").fails(5, "MIGRATION.LOCKED").says("pid").says("as it was before");
        holder.join().unwrap().unwrap();
    });
    project.novate("migrate").ok();
}

#[test]
fn odd_names() {
    let long = "x".repeat(63);
    let sql = format!(
        "CREATE SCHEMA \"Groß\";\nCREATE TABLE \"Groß\".\"a \"\"b\"\".c\" (\"select\" int PRIMARY KEY, \"ünïcode\" text \
         DEFAULT 'it''s \\ ok', {long} int UNIQUE, \"%s{{}}\" text);\nCREATE INDEX ON \"Groß\".\"a \"\"b\"\".c\" (\"ünïcode\", {long});\n\
         COMMENT ON COLUMN \"Groß\".\"a \"\"b\"\".c\".\"select\" IS $$it's -- a $novate$ \\ remark$$;\n"
    );
    let project = Project::migrated(&sql);
    project.novate("db verify --strict").ok();
    project.novate("plan").ok().says("Nothing to do");
    project.contract(&sql.replace("text)", "varchar(3))"));
    project.novate("plan --name narrower").ok();
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn two_plans_in_one_minute() {
    let project = Project::with_contract(SLOW);
    let url = project.db.url();
    let plan = |project: &Project| {
        let output = project.command(&url, "plan --name same").env("SOURCE_DATE_EPOCH", "1778846400").output().unwrap();
        ran("plan --name same", &output).ok();
    };
    plan(&project);
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text);\n");
    plan(&project);
    project.novate("migration list").ok().says("T1200_same").says("T1200_same_2");
    project.novate("migrate").ok().says("2 packages applied");
}

#[test]
fn a_role_without_rights() {
    let project = Project::with_contract(SLOW);
    project.novate("plan --name start").ok();
    let role = format!("weak_{}", project.db.name());
    project.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = project.db.url().replace("postgres@", &format!("{role}@"));
    project.novate_on(&url, "migrate").fails(2, "DB.INSUFFICIENT_PRIVILEGE").says("permission denied");
    project.sql(&format!("DROP ROLE {role}"));
}

#[test]
fn killed_while_it_runs() {
    let project = Project::migrated(SLOW);
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text);\n");
    project.novate("plan --name next").ok();
    let url = project.db.url();
    for pause in [0, 5, 10, 20, 40, 80] {
        let mut child = project.command(&url, "migrate").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        let _ = child.kill();
        let _ = child.wait();
        let column = project
            .value("SELECT count(*) FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a'");
        let rows = project.value("SELECT count(*) FROM novate.ledger WHERE package LIKE '%next'");
        assert!(column == rows || wait_for_end(&project), "column {column}, ledger {rows}");
    }
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

/// The server may still be ending a transaction whose client has gone.
fn wait_for_end(project: &Project) -> bool {
    std::thread::sleep(Duration::from_millis(500));
    let column =
        project.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a'");
    let rows = project.value("SELECT count(*) FROM novate.ledger WHERE package LIKE '%next'");
    column == rows
}
