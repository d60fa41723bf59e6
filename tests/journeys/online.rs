//! Packages that commit operation by operation: lock-light plans, what stops them midway, and how they are gone on
//! with.

use std::process::Child;
use std::time::{Duration, Instant};

use novate_proxy::{Cut, Proxy, Then};

use crate::drills::socket;
use crate::support::{Project, ran};

const BEFORE: &str =
    "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, p int, a int, u text);\n";
const AFTER: &str = "CREATE TABLE p (id int PRIMARY KEY);\n-- @online\nCREATE TABLE t (id int PRIMARY KEY, p int \
    REFERENCES p, a int NOT NULL, u text UNIQUE);\nCREATE INDEX t_a ON t (a);\n";
const WITH_INDEX: &str = "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, p int, a int, u text);\n\
    CREATE INDEX t_a ON t (a);\n";

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "it took too long until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A session that keeps a transaction open in which rows of `t` were changed, until it is let go.
struct Holder<'a> {
    project: &'a Project,
}

impl Holder<'_> {
    fn let_go(&self) {
        self.project.sql(&holding("pg_terminate_backend(pid)"));
    }
}

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        self.let_go();
    }
}

fn holding(what: &str) -> String {
    format!(
        "SELECT {what} FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'BEGIN; UPDATE t SET a = a; \
         SELECT pg_sleep%' AND wait_event = 'PgSleep'"
    )
}

/// Does something while another session holds rows of `t`.
fn while_held(project: &Project, act: impl FnOnce(&Holder<'_>)) {
    std::thread::scope(|scope| {
        let db = &project.db;
        scope.spawn(move || db.execute("BEGIN; UPDATE t SET a = a; SELECT pg_sleep(30)"));
        wait_until("the rows are held", || project.value(&holding("count(*)")) == "1");
        act(&Holder { project });
    });
}

const BUILDING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE \
    'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'";
const END_BUILDING: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
    AND query LIKE 'CREATE INDEX CONCURRENTLY%'";

/// A runner that has come as far as the index build, which `holder` keeps waiting.
fn building(project: &Project) -> Child {
    let child = project.command(&project.db.url(), "migrate").spawn().expect("novate starts");
    wait_until("the build waits", || project.value(BUILDING) == "1");
    child
}

fn ledger(project: &Project) -> String {
    project.value("SELECT count(*) FROM novate.ledger WHERE package LIKE '%online'")
}

/// A project at `BEFORE`, with rows, and a package to `after` called `online`.
fn planned(after: &str, options: &str) -> Project {
    let project = Project::migrated(BEFORE);
    project.sql("INSERT INTO p VALUES (1); INSERT INTO t SELECT i, 1, i, 'u' || i FROM generate_series(1, 20) i");
    project.contract(after);
    project.novate(&format!("plan --name online {options}")).ok();
    project
}

#[test]
fn from_start_to_end() {
    let project = planned(AFTER, "");
    let source = format!("{}/migration.sql", project.newest_package());
    project.fill("UPDATE public.t SET a = 0 WHERE a IS NULL;").ok();
    let text = project.read(&source);
    for part in [
        "CREATE INDEX CONCURRENTLY",
        "CREATE UNIQUE INDEX CONCURRENTLY",
        "NOT VALID",
        "VALIDATE CONSTRAINT",
        "USING INDEX",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    project.novate("migration emit").ok();
    project.novate("migrate").ok().says("1 package applied").says("Add foreign key");
    project.novate("db verify --strict").ok();
    project.novate("migrate").ok().says("Nothing to do");
    assert_eq!(ledger(&project), "1");
    assert_eq!(project.value("SELECT count(*) FROM novate.progress"), "0");
    let operations = project.value("SELECT operations FROM novate.ledger WHERE package LIKE '%online'");
    assert!(!operations.contains("unknown"), "{operations}");
}

#[test]
fn the_option_does_it_too() {
    let project = planned(WITH_INDEX, "--online");
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn killed_during_a_build() {
    let project = planned(WITH_INDEX, "--online");
    while_held(&project, |holder| {
        let mut child = building(&project);
        // SIGKILL: the runner has no say.
        child.kill().unwrap();
        child.wait().unwrap();
        project.novate("status").ok().says("in transit").says("novate migrate resumes it");
        project.novate("db verify").fails(6, "MIGRATION.IN_TRANSIT");
        project.novate("db sign").fails(6, "MIGRATION.IN_TRANSIT");
        project.novate("db update --yes").fails(6, "MIGRATION.IN_TRANSIT");
        // The server looks for its client every now and then, and finds it gone.
        wait_until("the build has ended", || project.value(BUILDING) == "0");
        holder.let_go();
        assert_eq!(project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"), "f");
        project.novate("migrate --dry-run").fails(6, "MIGRATION.DRY_RUN_IMPOSSIBLE");
        project.novate("migrate").ok().says("was in transit");
        assert_eq!(project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"), "t");
        project.novate("db verify --strict").ok();
        assert_eq!(ledger(&project), "1");
    });
}

/// Whether the package was begun is known only by asking again: the answer to that COMMIT is lost, or it never came.
#[test]
fn a_beginning_whose_answer_is_lost() {
    let beginning = |questions: Vec<String>| {
        questions.iter().position(|sql| sql.starts_with("INSERT INTO novate.progress")).expect("a beginning") + 1
    };
    let counted = planned(WITH_INDEX, "--online");
    let counter = Proxy::to(socket()).unwrap();
    counted.novate_on(&counter.url(counted.db.name()), "migrate").ok();
    let at = beginning(counter.traffic().questions);
    for (cut, then, code, error, says, transit) in [
        (Cut::Before(at), Then::Served, 5, "CONNECTION.LOST", "as it was before", "0"),
        (Cut::After(at), Then::Served, 6, "CONNECTION.LOST", "novate migrate resumes it", "1"),
        (Cut::After(at), Then::Refused, 5, "MIGRATION.COMMIT_UNKNOWN", "novate status tells", "1"),
    ] {
        let project = planned(WITH_INDEX, "--online");
        let proxy = Proxy::to(socket()).unwrap().cut(cut, then);
        project.novate_on(&proxy.url(project.db.name()), "migrate").fails(code, error).says(says);
        assert_eq!(project.value("SELECT count(*) FROM novate.progress"), transit);
        project.novate("migrate").ok();
        project.novate("db verify --strict").ok();
        assert_eq!(ledger(&project), "1");
    }
}

#[test]
fn interrupted_during_a_build() {
    let project = planned(WITH_INDEX, "--online");
    while_held(&project, |holder| {
        let child = building(&project);
        crate::support::signal(&child, "INT");
        ran("migrate", &child.wait_with_output().unwrap()).fails(130, "MIGRATION.INTERRUPTED").says("resumes it");
        holder.let_go();
        project.novate("migrate").ok();
        project.novate("db verify --strict").ok();
        assert_eq!(ledger(&project), "1");
    });
}

#[test]
fn two_runners() {
    let project = planned(WITH_INDEX, "--online");
    while_held(&project, |holder| {
        let first = building(&project);
        let second = project.command(&project.db.url(), "migrate --to online").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        holder.let_go();
        ran("migrate", &first.wait_with_output().unwrap()).ok();
        ran("migrate", &second.wait_with_output().unwrap()).ok().says("waiting").says("Nothing to do");
        assert_eq!(ledger(&project), "1");
    });
}

#[test]
fn a_runner_that_waits_in_vain() {
    let project = planned(WITH_INDEX, "--online");
    impatient(&project);
    while_held(&project, |holder| {
        let child = building(&project);
        project.novate("migrate").fails(6, "MIGRATION.IN_TRANSIT").says("works on it").says("pg_terminate_backend");
        holder.let_go();
        ran("migrate", &child.wait_with_output().unwrap()).ok();
        assert_eq!(ledger(&project), "1");
    });
}

/// A project that waits half a second for others.
fn impatient(project: &Project) {
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\nlock_budget = 0.5\n");
}

#[test]
fn eight_runners_take_over_once() {
    let project = planned(WITH_INDEX, "--online");
    while_held(&project, |holder| {
        let mut child = building(&project);
        child.kill().unwrap();
        child.wait().unwrap();
        project.sql(END_BUILDING);
        wait_until("the build has ended", || project.value(BUILDING) == "0");
        holder.let_go();
        let url = project.db.url();
        let runners: Vec<Child> = (0..8).map(|_| project.command(&url, "migrate").spawn().unwrap()).collect();
        let ends: Vec<_> =
            runners.into_iter().map(|child| ran("migrate", &child.wait_with_output().unwrap())).collect();
        for end in ends {
            end.ok();
        }
        assert_eq!(ledger(&project), "1");
        project.novate("db verify --strict").ok();
    });
}

#[test]
fn a_role_that_cannot_see_the_other() {
    let project = planned(WITH_INDEX, "--online");
    impatient(&project);
    let role = format!("blind_{}", project.db.name());
    project.sql(&format!(
        "CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA novate TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA novate TO {role}"
    ));
    let theirs = project.db.url().replace("postgres@", &format!("{role}@"));
    while_held(&project, |holder| {
        let child = building(&project);
        // Their role may not see when the session of the superuser began: it must not be taken for one that is gone.
        project.novate_on(&theirs, "migrate").fails(6, "MIGRATION.IN_TRANSIT").says("works on it");
        holder.let_go();
        ran("migrate", &child.wait_with_output().unwrap()).ok();
        project.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    });
}

#[test]
fn a_role_of_its_own() {
    let project = Project::with_contract(BEFORE);
    let role = format!("own_{}", project.db.name());
    project.sql(&format!(
        "CREATE ROLE {role} LOGIN; GRANT CREATE ON DATABASE {} TO {role}; ALTER SCHEMA public OWNER TO {role}",
        project.db.name()
    ));
    let url = project.db.url().replace("postgres@", &format!("{role}@"));
    project.novate_on(&url, "plan --name start").ok();
    project.novate_on(&url, "migrate").ok();
    project.contract(WITH_INDEX);
    project.novate_on(&url, "plan --name online --online").ok();
    project.novate_on(&url, "migrate").ok();
    project.novate_on(&url, "db verify --strict").ok();
    project.sql(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"));
}

#[test]
fn bad_rows_in_the_middle() {
    let project = planned(&BEFORE.replace("p int", "p int REFERENCES p"), "--online");
    // The row comes in after the plan's questions would have seen it, as rows do while others go on working.
    let package = project.newest_package();
    let ops = project.read(&format!("{package}/ops.json"));
    assert!(ops.contains("VALIDATE CONSTRAINT"), "{ops}");
    project.sql("INSERT INTO t VALUES (100, 99, 1, 'x')");
    project.novate("migrate").fails(6, "MIGRATION.").says("in transit");
    project.novate("status").ok().says("in transit");
    project.novate("migration log").ok().does_not_say("online");
    project.novate("migrate").fails(6, "MIGRATION.");
    project.sql("DELETE FROM t WHERE id = 100");
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
    assert_eq!(ledger(&project), "1");
    project.novate("migration log").ok().says("online");
}

/// A package by hand that changes rows in rounds.
fn by_hand(transform: &str) -> Project {
    let project = Project::migrated(BEFORE);
    project.sql("INSERT INTO t SELECT i, NULL, NULL, 'u' || i FROM generate_series(1, 250) i");
    project.novate("migration new online").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let text = project.read(&source);
    project.write(&source, &format!("{text}\n-- @transaction statement\n{transform}"));
    project.novate("migration emit").ok();
    project
}

const ROUNDS: &str = "-- @transform fill t.a (@invariant fill-a)\n-- @batch 100\n-- @check\nSELECT 1 FROM public.t WHERE a IS NULL LIMIT 1;\n\
    -- @run\nUPDATE public.t SET a = 1 WHERE id IN (SELECT id FROM public.t WHERE a IS NULL ORDER BY id LIMIT 100);\n-- @end\n";

#[test]
fn rounds() {
    let project = by_hand(ROUNDS);
    project.novate("ref set target online --invariant fill-a").ok();
    project.novate("migrate --to target").ok().says("250 rows");
    assert_eq!(project.value("SELECT sum(a) FROM t"), "250");
    assert_eq!(
        project.value("SELECT operations::jsonb -> 0 ->> 'rows' FROM novate.ledger WHERE package LIKE '%online'"),
        "250"
    );
    project.novate("migrate --to target").ok().says("Nothing to do");
}

#[test]
fn rounds_stop_and_go_on() {
    let project = by_hand(ROUNDS);
    project.novate("ref set target online --invariant fill-a").ok();
    // The second round fails: what the first one did stays, and is counted.
    project.sql("ALTER TABLE t ADD CONSTRAINT stop CHECK (id <= 150 OR a IS NULL)");
    project.novate("migrate --to target").fails(6, "MIGRATION.STATEMENT_FAILED").says("stop");
    assert_eq!(project.value("SELECT count(a) FROM t"), "100");
    project.sql("ALTER TABLE t DROP CONSTRAINT stop");
    project.novate("migrate --to target").ok().says("150 rows");
    assert_eq!(
        project.value("SELECT operations::jsonb -> 0 ->> 'rows' FROM novate.ledger WHERE package LIKE '%online'"),
        "250"
    );
}

#[test]
fn rounds_that_change_nothing() {
    let project = by_hand(&ROUNDS.replace("SET a = 1 WHERE", "SET a = 1 WHERE false AND"));
    project.novate("ref set target online --invariant fill-a").ok();
    project.novate("migrate --to target").fails(6, "MIGRATION.POSTCHECK_FAILED").says("changed no row");
    // The way out: the package is mended while it is in transit.
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, "WHERE false AND", "WHERE");
    project.novate("migrate --to target").fails(2, "MIGRATION.SOURCE_STALE");
    project.novate("migration emit --force").ok();
    project.novate("migrate --to target").ok();
    assert_eq!(project.value("SELECT sum(a) FROM t"), "250");
    assert_eq!(ledger(&project), "1");
}

#[test]
fn the_package_is_gone() {
    let project = by_hand(&ROUNDS.replace("SET a = 1 WHERE", "SET a = 1 WHERE false AND"));
    project.novate("ref set target online --invariant fill-a").ok();
    project.novate("migrate --to target").fails(6, "MIGRATION.POSTCHECK_FAILED");
    std::fs::remove_dir_all(project.path(&project.newest_package())).unwrap();
    project.novate("migrate").fails(6, "MIGRATION.TRANSIT_UNKNOWN").says("git pull");
    // Whoever knows what they do signs where the schema is.
    project.novate("db sign").fails(6, "MIGRATION.IN_TRANSIT");
    project.novate("db sign --force").ok();
    project.novate("migrate").ok().says("Nothing to do");
}

#[test]
fn a_first_package_in_transit() {
    let project = Project::with_contract(WITH_INDEX);
    project.novate("plan --name online --online").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let text = project.read(&source);
    if !text.contains("-- @transaction statement") {
        project.write(&source, &format!("-- @transaction statement\n{text}"));
        project.novate("migration emit").ok();
    }
    // The last operation fails, because the name is taken.
    project.sql("CREATE SEQUENCE t_a");
    project.novate("migrate").fails(6, "MIGRATION.");
    project.sql("DROP SEQUENCE t_a");
    project.novate("db init").ok();
    project.novate("db verify --strict").ok();
    assert_eq!(ledger(&project), "1");
}
