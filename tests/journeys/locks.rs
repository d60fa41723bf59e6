//! Locks that others hold: who is named, what is said meanwhile, when it is given up, and that nothing is lost.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use novate_scratch::Database;

use crate::support::{Project, Ran, ran};

const ONE: &str = "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY);\n";
const TWO: &str = "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, a text);\n";
/// Its new foreign key needs a lock on `p`, which the operation is not about.
const KEYED: &str = "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY REFERENCES p);\n";
const INDEXED: &str = "CREATE TABLE p (id int PRIMARY KEY);\n-- @online\nCREATE TABLE t (id int PRIMARY KEY);\nCREATE INDEX t_i ON t (id);\n";

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "it took too long until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Signed at [`ONE`], with a package to another contract and these limits.
fn waiting(to: &str, limits: &str) -> Project {
    let project = Project::migrated(ONE);
    project.write("novate.toml", &format!("[database]\nurl = \"env:DATABASE_URL\"\n{limits}"));
    project.contract(to);
    project.novate("plan --name next").ok();
    project
}

const SHORT: &str = "lock_timeout = 0.3\nlock_budget = 1\n";
const LONG: &str = "lock_timeout = 0.3\nlock_budget = 30\n";

/// A session in an open transaction in which it ran a statement, until it is let go.
struct Holder<'a> {
    database: &'a Database,
    pid: String,
}

impl Holder<'_> {
    fn let_go(&self) {
        let _ = self.database.execute(&format!("SELECT pg_terminate_backend({})", self.pid));
    }
}

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Does something while another session, which calls itself `shopkeeper`, holds what a statement locks.
fn while_held(project: &Project, statement: &str, act: impl FnOnce(&Holder<'_>)) {
    std::thread::scope(|scope| {
        let database = &project.db;
        let held = format!(
            "SET application_name = shopkeeper; BEGIN; {statement}; SELECT pg_sleep(60), 'a s3cret' /* s3cret */"
        );
        scope.spawn(move || database.execute(&held));
        let find = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep' \
                    AND application_name = 'shopkeeper'";
        wait_until("the lock is held", || !project.value(find).is_empty());
        act(&Holder { database, pid: project.value(find) });
    });
}

/// What is said of the holder.
fn named(end: Ran, holder: &Holder<'_>) -> Ran {
    let end = end.does_not_say("s3cret");
    end.says(&format!("held by pid {} (shopkeeper, postgres) since 2", holder.pid)).says("SELECT pg_sleep(60), '…")
}

/// Starts a command and waits until it says that it waits.
fn start(project: &Project, arguments: &str) -> Child {
    let mut command = project.command(&project.db.url(), arguments);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'novate' AND \
                   wait_event_type = 'Lock'";
    wait_until("it waits", || project.value(blocked) != "0");
    child
}

fn end(arguments: &str, child: Child) -> Ran {
    ran(arguments, &child.wait_with_output().unwrap())
}

#[test]
fn a_lock_that_is_let_go() {
    let project = waiting(TWO, LONG);
    while_held(&project, "LOCK TABLE t", |holder| {
        let child = start(&project, "migrate");
        std::thread::sleep(Duration::from_millis(700));
        holder.let_go();
        named(end("migrate", child).ok(), holder).says("rolled back; attempt 2 in").says("1 package applied");
    });
    project.novate("db verify --strict").ok();
}

#[test]
fn a_lock_that_is_not_let_go() {
    let project = waiting(TWO, SHORT);
    while_held(&project, "LOCK TABLE t", |holder| {
        let end = project.novate("migrate").fails(5, "MIGRATION.LOCKED");
        named(end, holder).says("as it was before").says(&format!("pg_terminate_backend({})", holder.pid));
        let json = project.novate("migrate --json").fails(5, "MIGRATION.LOCKED").does_not_say("s3cret").json();
        let named = &json["meta"]["holders"][0];
        assert_eq!(named["pid"].to_string(), holder.pid);
        assert_eq!((named["application"].as_str(), named["user"].as_str()), (Some("shopkeeper"), Some("postgres")));
        // Nothing of ours is left that others wait for.
        let ours =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        wait_until("nobody waits", || project.value(ours) == "0");
    });
    project.novate("migrate").ok();
}

#[test]
fn whoever_is_in_the_way_is_named() {
    // Readers do not keep a foreign key waiting, and writers of the other table do.
    let project = waiting(KEYED, SHORT);
    std::thread::scope(|scope| {
        let database = &project.db;
        scope.spawn(move || database.execute("BEGIN; LOCK TABLE p IN ACCESS SHARE MODE; SELECT pg_sleep(2)"));
        while_held(&project, "INSERT INTO p VALUES (1)", |holder| {
            let end = named(project.novate("migrate").fails(5, "MIGRATION.LOCKED"), holder);
            end.does_not_say("ACCESS SHARE");
        });
    });
    // Idle in a transaction, as a person who forgot a window.
    let project = waiting(TWO, SHORT);
    let mut psql = Idle::begin(&project, "BEGIN; SELECT * FROM t");
    let end = project.novate("migrate").fails(5, "MIGRATION.LOCKED");
    end.says("idle in transaction) since 2").says("SELECT * FROM t");
    psql.end();
    project.novate("migrate").ok();
}

/// A session that does nothing in an open transaction.
struct Idle {
    connection: Option<std::thread::JoinHandle<()>>,
    stop: std::sync::mpsc::Sender<()>,
}

impl Idle {
    fn begin(project: &Project, statements: &str) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel();
        let (ready, begun) = std::sync::mpsc::channel();
        let (url, statements) = (project.db.url(), statements.to_owned());
        let connection = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
                let task = tokio::spawn(connection);
                client.batch_execute(&statements).await.unwrap();
                ready.send(()).unwrap();
                tokio::task::spawn_blocking(move || stopped.recv()).await.unwrap().unwrap_or_default();
                drop(client);
                let _ = task.await;
            });
        });
        begun.recv().unwrap();
        Self { connection: Some(connection), stop }
    }

    fn end(&mut self) {
        let _ = self.stop.send(());
        if let Some(connection) = self.connection.take() {
            connection.join().unwrap();
        }
    }
}

#[test]
fn an_update_waits_too() {
    let project = waiting(TWO, LONG);
    while_held(&project, "LOCK TABLE t", |holder| {
        let child = start(&project, "db update --yes");
        std::thread::sleep(Duration::from_millis(700));
        holder.let_go();
        named(end("db update", child).ok(), holder).says("applied, verified and signed");
    });
    let project = waiting(TWO, SHORT);
    while_held(&project, "LOCK TABLE t", |holder| {
        named(project.novate("db update --yes").fails(5, "MIGRATION.LOCKED"), holder);
    });
    assert_eq!(project.value("SELECT count(*) FROM novate.ledger"), "1");
    project.novate("db update --yes").ok();
}

#[test]
fn a_signature_waits_for_a_run() {
    let project = waiting(TWO, LONG);
    let key = "SELECT objid::int4 FROM pg_locks WHERE locktype = 'advisory' AND classid = 1852798561";
    // The key of the space is found out from a run that waits.
    let mut lock = String::new();
    while_held(&project, "LOCK TABLE t", |holder| {
        let child = start(&project, "migrate");
        wait_until("the space is locked", || {
            lock = project.value(key);
            !lock.is_empty()
        });
        holder.let_go();
        end("migrate", child).ok();
    });
    while_held(&project, &format!("SELECT pg_advisory_xact_lock(1852798561, {lock})"), |holder| {
        let child = start(&project, "db sign");
        std::thread::sleep(Duration::from_millis(700));
        holder.let_go();
        named(end("db sign", child).ok(), holder);
    });
    project.write("novate.toml", &format!("[database]\nurl = \"env:DATABASE_URL\"\n{SHORT}"));
    while_held(&project, &format!("SELECT pg_advisory_xact_lock(1852798561, {lock})"), |holder| {
        for arguments in ["db sign", "migrate", "db update --yes"] {
            named(project.novate(arguments).fails(5, "MIGRATION.LOCKED"), holder);
        }
    });
}

#[test]
fn a_build_that_waits_says_for_whom() {
    // It has no limit to its wait: it keeps nobody out meanwhile.
    let project = waiting(INDEXED, "lock_timeout = 0.3\nlock_budget = 1\n");
    while_held(&project, "INSERT INTO t VALUES (1)", |holder| {
        let child = start(&project, "migrate");
        std::thread::sleep(Duration::from_secs(2));
        holder.let_go();
        named(end("migrate", child).ok(), holder);
    });
    project.novate("db verify --strict").ok();
}

#[test]
fn a_role_that_may_not_see_others() {
    let project = waiting(TWO, SHORT);
    let role = format!("blind_{}", project.db.name());
    let database = project.db.name();
    project.sql(&format!(
        "CREATE ROLE {role} LOGIN; ALTER TABLE t OWNER TO {role}; GRANT USAGE ON SCHEMA novate TO {role}; GRANT ALL ON ALL \
         TABLES IN SCHEMA novate TO {role}"
    ));
    let url = project.db.url().replace("postgres@", &format!("{role}@"));
    while_held(&project, "LOCK TABLE t", |holder| {
        let end = project.novate_on(&url, "migrate").fails(5, "MIGRATION.LOCKED");
        end.says(&format!("held by pid {}", holder.pid)).does_not_say("pg_sleep").does_not_say("privilege");
    });
    project.novate_on(&url, "migrate").ok();
    project.sql(&format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}"));
    assert_eq!(project.db.name(), database);
}
