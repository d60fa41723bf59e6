//! Drills: dry runs, interrupts, connections that are cut and servers that are killed; afterwards a database is wholly
//! old or wholly new, and the next run finishes.

use std::time::{Duration, Instant};

use novate_proxy::{Cut, Proxy, Then};
use novate_scratch::{Options, Request, Server};

use crate::support::{Project, ran, signal};

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";
const TWO: &str = "CREATE TABLE t (id int PRIMARY KEY, a text);\nCREATE TABLE u (id int PRIMARY KEY);\n";
const THREE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, a text);\nCREATE TABLE u (id int PRIMARY KEY, b int DEFAULT 7);\n";

pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "it took too long until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Three packages, none applied.
fn three() -> Project {
    let project = Project::with_contract(ONE);
    project.novate("plan --name one").ok();
    project.contract(TWO);
    project.novate("plan --name two").ok();
    project.contract(THREE);
    project.novate("plan --name three").ok();
    project
}

/// A package at the end of which the server sleeps, so that there is time for something to happen to it.
fn slow() -> Project {
    let project = Project::migrated(ONE);
    project.contract(TWO);
    project.novate("plan --name slow").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let text = project.read(&source);
    let sleep = "-- @raw data sleep\nSELECT pg_sleep(20);\n-- @postcheck\nSELECT clock_timestamp() - now() > interval '19 s';\n\
                 -- @end\n";
    project.write(&source, &format!("{text}\n{sleep}"));
    project.novate("migration emit").ok();
    project
}

const SLEEPING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

fn is_old(project: &Project) -> bool {
    project.value("SELECT to_regclass('u') IS NULL") == "t"
        && project.value("SELECT count(*) FROM novate.ledger") == "1"
}

#[test]
fn a_dry_run_leaves_nothing() {
    let project = three();
    project.novate("migrate --dry-run").ok().says("3 packages").says("rolled back").says("novate migrate");
    assert_eq!(project.value("SELECT to_regnamespace('novate') IS NULL AND to_regclass('t') IS NULL"), "t");
    project.novate("migrate --to one").ok();
    let json = project.novate("migrate --dry-run --json").ok().json();
    assert_eq!((&json["ok"], &json["dryRun"]), (&true.into(), &true.into()), "{json}");
    assert_eq!(json["applied"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(project.value("SELECT to_regclass('u') IS NULL"), "t");
    assert_eq!(project.value("SELECT count(*) FROM novate.ledger"), "1");
    project.novate("migrate").ok();
    project.novate("migrate --dry-run").ok().says("Nothing to do");
}

#[test]
fn a_dry_run_that_fails() {
    let project = three();
    project.sql("CREATE TABLE u (x text)");
    project.novate("migrate --dry-run").fails(5, "MIGRATION.").says("as it was before");
    assert_eq!(project.value("SELECT to_regnamespace('novate') IS NULL"), "t");
}

#[test]
fn a_dry_run_sees_what_the_commit_would() {
    let project = Project::migrated(
        "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n",
    );
    project.novate("migration new break").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let text = project.read(&source);
    project.write(&source, &format!("{text}\n-- @transform break (@invariant broken)\n-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM public.c) LIMIT 1;\n-- @run\nINSERT INTO public.c VALUES (1, 1);\n-- @end\n"));
    project.novate("migration emit").ok();
    project.novate("ref set target break --invariant broken").ok();
    project.novate("migrate --to target --dry-run").fails(5, "DB.REFUSED").says("foreign key");
    project.novate("migrate --to target").fails(5, "DB.REFUSED").says("foreign key").says("as it was before");
}

#[test]
fn no_dry_run_of_what_commits_by_itself() {
    let project = Project::migrated(ONE);
    project.contract("CREATE TABLE t (id int PRIMARY KEY);\nCREATE INDEX t_id ON t (id);\n");
    project.novate("plan --name online --online").ok();
    project
        .novate("migrate --dry-run")
        .fails(2, "MIGRATION.DRY_RUN_IMPOSSIBLE")
        .says("novate migrate --plan")
        .says("as it was before");
    assert_eq!(project.value("SELECT count(*) FROM novate.progress"), "0");
}

#[test]
fn interrupted() {
    interrupted_by("INT");
}

#[test]
fn terminated() {
    interrupted_by("TERM");
}

fn interrupted_by(name: &str) {
    let project = slow();
    let child = project.command(&project.db.url(), "migrate").spawn().unwrap();
    wait_until("it sleeps", || project.value(SLEEPING) == "1");
    signal(&child, name);
    ran("migrate", &child.wait_with_output().unwrap())
        .fails(130, "MIGRATION.INTERRUPTED")
        .says("The database is as it was before.")
        .says("run it again");
    assert!(is_old(&project));
    assert_eq!(project.value(SLEEPING), "0");
}

#[test]
fn interrupted_twice() {
    let project = slow();
    let mut child = project.command(&project.db.url(), "migrate").spawn().unwrap();
    wait_until("it sleeps", || project.value(SLEEPING) == "1");
    // A session on the server that does not react, as one on a stalled disk.
    let session = project.value(&SLEEPING.replace("count(*)", "pid"));
    let tell = |name: &str| {
        let status = std::process::Command::new("kill").args(["-s", name, &session]).status().unwrap();
        assert!(status.success());
    };
    tell("STOP");
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it waits for the server to roll back");
    signal(&child, "INT");
    wait_until("it ends", || child.try_wait().unwrap().is_some());
    tell("CONT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    wait_until("the server has rolled back", || project.value(SLEEPING) == "0");
    assert!(is_old(&project));
}

pub(crate) fn socket() -> String {
    let folder = Server::shared().unwrap().folder().expect("a server of our own").to_string();
    format!("{folder}/.s.PGSQL.5432")
}

/// Every question of a run of two packages is cut once before it reaches the server and once before its answer
/// comes back.
#[test]
fn cut_at_every_question() {
    let project = Project::with_contract(ONE);
    project.novate("plan --name one").ok();
    project.contract(TWO);
    project.novate("plan --name two").ok();
    let counter = Proxy::to(socket()).unwrap();
    project.novate_on(&counter.url(project.db.name()), "migrate").ok();
    let count = counter.traffic().questions.len();
    assert!((8..30).contains(&count), "{:#?}", counter.traffic().questions);
    // Marker, ledger and schema must agree, whatever was reached.
    let state = || {
        project.value(
            "SELECT (SELECT count(*) FROM information_schema.columns WHERE table_name = 't' AND column_name IN ('id', \
             'a')) || ' ' || CASE WHEN to_regclass('novate.ledger') IS NULL THEN '0' ELSE (xpath('//c/text()', \
             query_to_xml('SELECT count(*) AS c FROM novate.ledger', false, true, '')))[1]::text END",
        )
    };
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for cut in (1..=count).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        project.sql("DROP SCHEMA novate CASCADE; DROP TABLE t; DROP TABLE u");
        let proxy = Proxy::to(socket()).unwrap().cut(cut, Then::Served);
        let end = project.novate_on(&proxy.url(project.db.name()), "migrate");
        wait_until("the server has noticed", || project.value(others) == "0");
        let reached = state();
        assert!(["0 0", "1 1", "2 2"].contains(&reached.as_str()), "{cut:?}: {reached}\n{}", end.transcript());
        // What it says of the database is what is there.
        match reached.as_str() {
            "2 2" if end.code == 0 => {}
            // The first question is one of connecting.
            "0 0" if matches!(cut, Cut::Before(1) | Cut::After(1)) => drop(end.fails(2, "CONNECTION.CLOSED")),
            "0 0" => drop(end.fails(5, "CONNECTION.LOST").says("as it was before")),
            "1 1" => drop(end.fails(5, "CONNECTION.LOST").says("1 earlier package is applied")),
            _ => panic!("{cut:?}: {reached}\n{}", end.transcript()),
        }
        // The next run finishes, and compares the whole.
        project.novate("migrate").ok();
        assert_eq!(state(), "2 2", "{cut:?}");
    }
}

/// Whether a question ends with a COMMIT; the last one of a run gives its turn up after it.
pub(crate) fn is_commit(sql: &str) -> bool {
    let sql = sql.trim_end_matches('\0');
    sql.ends_with("COMMIT") || sql.contains("; COMMIT; SELECT pg_catalog.pg_advisory_unlock")
}

/// The questions of a run that commit.
fn commits(questions: &[String]) -> Vec<usize> {
    questions.iter().enumerate().filter(|(_, sql)| is_commit(sql)).map(|(at, _)| at + 1).collect()
}

#[test]
fn a_commit_whose_answer_is_lost() {
    let project = three();
    let first = project.another();
    let counter = Proxy::to(socket()).unwrap();
    project.novate_on(&counter.url(first.name()), "migrate").ok();
    let commits = commits(&counter.traffic().questions);
    assert_eq!(commits.len(), 3, "{:#?}", counter.traffic().questions);
    // It is asked again, found to have taken place, and the run goes on.
    let db = project.another();
    let proxy = Proxy::to(socket()).unwrap().cut(Cut::After(commits[1]), Then::Served);
    project.novate_on(&proxy.url(db.name()), "migrate").ok().says("3 packages applied");
    // It never came: said so, and nothing of the package is there.
    let db = project.another();
    let proxy = Proxy::to(socket()).unwrap().cut(Cut::Before(commits[1]), Then::Served);
    project
        .novate_on(&proxy.url(db.name()), "migrate")
        .fails(5, "CONNECTION.LOST")
        .says("1 earlier package is applied");
    // Nobody can be asked any more.
    let db = project.another();
    let proxy = Proxy::to(socket()).unwrap().cut(Cut::After(commits[2]), Then::Refused);
    project
        .novate_on(&proxy.url(db.name()), "migrate")
        .fails(5, "MIGRATION.COMMIT_UNKNOWN")
        .says("novate status tells");
    project.novate_on(&db.url(), "migrate").ok().says("Nothing to do");
}

/// Eight runners find three packages: one of them applies all three.
#[test]
fn one_runner_does_it_all() {
    let project = three();
    let url = project.db.url();
    let runners: Vec<_> = (0..8).map(|_| project.command(&url, "migrate --json").spawn().unwrap()).collect();
    let applied: Vec<usize> = runners
        .into_iter()
        .map(|runner| ran("migrate --json", &runner.wait_with_output().unwrap()).ok().json())
        .map(|json| json["applied"].as_array().map_or(0, Vec::len))
        .filter(|applied| *applied > 0)
        .collect();
    assert_eq!(applied, [3]);
    assert_eq!(project.value("SELECT count(*) FROM novate.ledger"), "3");
    // Nothing is held once it is over.
    assert_eq!(project.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
}

#[test]
fn round_trips_do_not_grow() {
    let trips = |count: usize| {
        let tables: String = (0..count)
            .map(|n| format!("CREATE TABLE t{n} (id int PRIMARY KEY, a text DEFAULT 'x', CHECK (id > {n}));\n"))
            .collect();
        let project = Project::with_contract(&tables);
        project.novate("plan --name many").ok();
        let proxy = Proxy::to(socket()).unwrap();
        project.novate_on(&proxy.url(project.db.name()), "migrate").ok();
        let questions = proxy.traffic().questions;
        let begin = questions.iter().position(|sql| sql.starts_with("BEGIN")).expect("a BEGIN");
        questions[begin..].iter().map(|sql| sql.chars().take(60).collect()).collect::<Vec<String>>()
    };
    let (few, many) = (trips(5), trips(500));
    assert_eq!(few.len(), many.len(), "{few:#?}\n{many:#?}");
    assert!(few.len() <= 5, "{few:#?}");
}

#[test]
fn the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let data = camino::Utf8PathBuf::from_path_buf(folder.path().join("data")).unwrap();
    let options = Options { durable: Some(data.clone()), ..Options::default() };
    let installation = novate_scratch::find(&Request::default()).unwrap();
    let project = slow();
    let server = Server::start(&installation, &options).unwrap();
    project.novate_on(&server.url("postgres"), "migrate --to start").ok();
    let child = project.command(&server.url("postgres"), "migrate").spawn().unwrap();
    let probe = server.database("probe").unwrap();
    let sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    wait_until("it sleeps", || !probe.execute(sleeping).unwrap().is_empty());
    drop(probe);
    let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    // SIGQUIT is PostgreSQL's immediate shutdown: no goodbye, and a recovery at the next start.
    let status = std::process::Command::new("kill").args(["-s", "QUIT", pid.lines().next().unwrap()]).status().unwrap();
    assert!(status.success());
    ran("migrate", &child.wait_with_output().unwrap()).fails(5, "CONNECTION.LOST").says("as it was before");
    drop(server);
    let server = Server::start(&installation, &options).unwrap();
    project.novate_on(&server.url("postgres"), "status").ok().says("1 package to apply");
    project.novate_on(&server.url("postgres"), "db verify --to start --strict").ok();
}

#[test]
fn the_ledger_may_be_pruned() {
    let project = Project::migrated(ONE);
    project.novate("migration log").ok().says("start").says("empty →");
    let log = project.novate("migration log --json").ok().json();
    assert_eq!(log["entries"][0]["kind"], "migrate", "{log}");
    project.sql("DELETE FROM novate.ledger");
    project.novate("migration log").ok().says("Nothing has run here");
    project.novate("db verify --strict").ok();
    project.contract(TWO);
    project.novate("plan --name two").ok();
    project.novate("status").ok().says("1 package to apply");
    project.novate("migrate").ok();
    project.novate("migration log").ok().says("two").does_not_say("start");
    project.novate("db verify --strict").ok();
}

#[test]
fn tables_of_a_later_version() {
    let project = Project::migrated(ONE);
    project.sql("UPDATE novate.meta SET tables_version = 99");
    for command in [
        "migrate",
        "status",
        "db verify",
        "db sign",
        "db sign --force",
        "db init",
        "db update --yes",
        "migrate --dry-run",
    ] {
        project.novate(command).fails(2, "MARKER.TABLES_NEWER").says("99").says("newer novate");
    }
    project.sql("UPDATE novate.meta SET tables_version = 1");
    project.novate("db verify --strict").ok();
}

#[test]
fn two_spaces() {
    let project = Project::with_contract(ONE);
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n\n[space.app]\n\n[space.audit]\n");
    project.write("contracts/audit.sql", "CREATE SCHEMA audit;\nCREATE TABLE audit.log (id int PRIMARY KEY);\n");
    project.novate("plan --name start").ok();
    project.novate("plan --name start --space audit").ok();
    // Both at once, on a database that has no tables of novate's yet.
    let url = project.db.url();
    let children: Vec<_> = (0..8)
        .map(|n| project.command(&url, if n % 2 == 0 { "migrate" } else { "migrate --space audit" }).spawn().unwrap())
        .collect();
    for child in children {
        ran("migrate", &child.wait_with_output().unwrap()).ok();
    }
    assert_eq!(project.value("SELECT string_agg(space, ',' ORDER BY space) FROM novate.marker"), "app,audit");
    assert_eq!(project.value("SELECT string_agg(space, ',' ORDER BY space) FROM novate.ledger"), "app,audit");
    project.novate("db verify").ok();
    project.novate("db verify --space audit").ok();
    project.novate("status --space audit").ok().says("the database is at");
    project.novate("migrate").ok().says("Nothing to do");
}

#[test]
fn update_asks_before_it_destroys() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, old text);\n");
    project.sql("INSERT INTO t VALUES (1, 'kept')");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, new int);\n");
    project.novate("db update --dry-run").ok().says("destructive").says("drop-column");
    project.novate("db update").fails(7, "DB.DATA_LOSS").says("--accept-data-loss");
    // Saying yes to the rest is no consent to this.
    project.novate("db update --yes").fails(7, "DB.DATA_LOSS");
    let json = project.novate("db update --yes --json").fails(7, "DB.DATA_LOSS").json();
    assert_eq!(json["ok"], false, "{json}");
    assert_eq!(json["meta"]["operations"].as_array().map(Vec::len), Some(1), "{json}");
    // And the other way round.
    project.novate("db update --accept-data-loss").fails(3, "DB.CONSENT_NEEDED").says("--yes");
    let json = project.novate("db update --accept-data-loss --json").fails(3, "DB.CONSENT_NEEDED").json();
    assert_eq!(json["code"], "DB.CONSENT_NEEDED");
    assert_eq!(project.value("SELECT old FROM t"), "kept");
    let json = project.novate("db update --accept-data-loss --yes --json").ok().json();
    assert_eq!(json["ok"], true, "{json}");
    project.novate("db verify --strict").ok();
    project.novate("db update").ok().says("Nothing to do");
    assert_eq!(project.value("SELECT string_agg(kind, ',' ORDER BY id) FROM novate.ledger"), "migrate,update,update");
}

/// What PostgreSQL prints in other words is no change.
#[test]
fn update_plans_nothing_for_words_alone() {
    let project = Project::with_contract(
        "CREATE EXTENSION pg_trgm;\nCREATE TABLE t (id int PRIMARY KEY, bio text, CHECK (similarity(bio, 'x') < 1),\nsim real \
         GENERATED ALWAYS AS (similarity(bio, 'x')) STORED);\n",
    );
    project.novate("db update --yes").ok();
    project.novate("db update --dry-run").ok().says("Nothing to do");
    // And what is a change is planned beside it.
    project.edit("contracts/app.sql", "bio text,", "bio text DEFAULT 'none',");
    project.novate("db update --dry-run").ok().says("bio").does_not_say("sim").does_not_say("similarity");
}

#[test]
fn interrupted_while_it_connects() {
    let project = Project::migrated(ONE);
    // Somebody takes the connection and never says a word.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("postgresql://postgres@{}/x?sslmode=disable", listener.local_addr().unwrap());
    let child = project.command(&url, "migrate").spawn().unwrap();
    let taken = listener.accept().unwrap();
    signal(&child, "INT");
    ran("migrate", &child.wait_with_output().unwrap()).fails(130, "MIGRATION.INTERRUPTED");
    drop(taken);
}

#[test]
fn killed_while_the_server_works() {
    let project = slow();
    let mut child = project.command(&project.db.url(), "migrate").spawn().unwrap();
    wait_until("it sleeps", || project.value(SLEEPING) == "1");
    child.kill().unwrap();
    child.wait().unwrap();
    // Long before the statement would have ended, and with it its locks.
    let began = Instant::now();
    wait_until("the server has noticed", || project.value(SLEEPING) == "0");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(is_old(&project));
    project.novate("status").ok().says("1 package to apply");
}
