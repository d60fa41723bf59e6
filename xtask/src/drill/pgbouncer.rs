//! Whole migrations through PgBouncer. In mode `transaction` its sessions are handed out in turn, so that whatever is
//! left on one is missed by the next statement, and found by the one after it.

mod pool;
mod project;

use std::time::Duration;

use novate_scratch::Server;

use self::pool::{Mode, Pool};
use self::project::{Ended, Project, holds};
use crate::failure::Failure;
use crate::workspace::{Profile, novate};
use crate::{postgres, say};

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'x', CHECK ((id, name) < (9, 'y')));\n";
const TWO: &str = "CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'x', a int, CHECK ((id, name) < (9, 'y')));\n";
const THREE: &str = "CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'x', a int, b int, CHECK ((id, name) < (9, \
                     'y')));\n";
/// What runs outside of transactions.
const INDEXED: &str = "-- @online\nCREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'x', a int, b int, CHECK ((id, \
                       name) < (9, 'y')));\nCREATE INDEX t_b ON t (b);\n";

pub(super) fn run() -> Result<(), Failure> {
    let program = pool::program()?;
    let postgres::Postgres::Installed(installation) = postgres::provide()? else {
        return Err(Failure::new(
            format!("{} names a server that is not ours to put a pooler in front of", novate_scratch::URL_VARIABLE),
            format!("unset {}", novate_scratch::URL_VARIABLE),
        ));
    };
    let options = novate_scratch::Options { tcp: true, ..Default::default() };
    let server = Server::start(&installation, &options)?;
    let novate = novate(Profile::Dev)?;

    for size in [1, 3] {
        say::heading(&format!("mode transaction, {size} sessions"));
        let pool = Pool::start(&program, &server, Mode::Transaction, size)?;
        let scene = Scene { project: Project::new(&novate)?, server: &server, pool };
        scene.whole_migrations()?;
        scene.runners()?;
        scene.locks()?;
        scene.what_needs_a_session()?;
        scene.nothing_is_left(size)?;
        scene.refusals()?;
    }
    say::heading("mode session");
    let pool = Pool::start(&program, &server, Mode::Session, 3)?;
    let scene = Scene { project: Project::new(&novate)?, server: &server, pool };
    scene.whole_migrations()?;
    scene.sessions_are_enough()?;

    say::heading("mode statement");
    let pool = Pool::start(&program, &server, Mode::Statement, 3)?;
    let scene = Scene { project: Project::new(&novate)?, server: &server, pool };
    scene.no_transactions_at_all()
}

/// A project whose database is behind a pool.
struct Scene<'a> {
    project: Project,
    server: &'a Server,
    pool: Pool,
}

impl Scene<'_> {
    fn url(&self) -> String {
        self.pool.url(&self.project.database)
    }

    fn novate(&self, arguments: &str) -> Result<Ended, Failure> {
        self.project.novate(&self.url(), arguments)
    }

    /// Plans and goes to a contract.
    fn to(&self, contract: &str, name: &str) -> Result<(), Failure> {
        self.project.contract(contract)?;
        self.novate(&format!("plan --name {name}"))?.ok()?;
        self.novate("migrate")?.ok()?;
        Ok(())
    }

    /// A query's value, asked of the server itself.
    fn value(&self, sql: &str) -> Result<String, Failure> {
        self.project.value(self.server, sql)
    }

    fn whole_migrations(&self) -> Result<(), Failure> {
        self.project.begin(self.server)?;
        self.to(ONE, "one")?;
        self.novate("status")?.ok()?.says("at the contract")?;
        self.novate("db verify --strict")?.ok()?;
        self.novate("db sign")?.ok()?;
        self.novate("migrate")?.ok()?.says("Nothing to do")?;
        self.project.contract(TWO)?;
        self.novate("plan --name two")?.ok()?;
        self.novate("migrate --dry-run")?.ok()?;
        holds("a dry run left nothing", self.value("SELECT count(*) FROM novate.ledger")? == "2")?;
        self.novate("migrate")?.ok()?;
        self.novate("db verify --strict")?.ok()?;
        self.novate("migration log")?.ok()?.says("two")?;
        self.novate("db schema")?.ok()?.says("CREATE TABLE")?;
        self.project.contract(THREE)?;
        self.novate("db update --yes")?.ok()?;
        self.novate("db verify --strict")?.ok()?;
        say::done("plan, migrate, status, verify, sign, update, log");
        Ok(())
    }

    /// Eight at once: one works.
    fn runners(&self) -> Result<(), Failure> {
        self.novate("plan --name three")?.ok()?;
        self.novate("migrate")?.ok()?;
        self.project.contract(&THREE.replace("b int", "b int, c int"))?;
        self.novate("plan --name four")?.ok()?;
        let children: Vec<_> = (0..8).map(|_| self.project.start(&self.url(), "migrate")).collect::<Result<_, _>>()?;
        for child in children {
            child.end()?.ok()?;
        }
        let rows = self.value("SELECT count(*) FROM novate.ledger WHERE package LIKE '%four'")?;
        holds("of eight runners one applied the package", rows == "1")?;
        self.novate("db verify --strict")?.ok()?;
        say::done("eight runners at once");
        Ok(())
    }

    /// A lock that is let go, and one that is not; the holder is named.
    fn locks(&self) -> Result<(), Failure> {
        self.project.limits("lock_timeout = 0.3\nlock_budget = 20\n")?;
        self.project.contract(&THREE.replace("b int", "b int, c int, d int"))?;
        self.novate("plan --name five")?.ok()?;
        let holder = self.project.hold(self.server, "LOCK TABLE t")?;
        let child = self.project.start(&self.url(), "migrate")?;
        std::thread::sleep(Duration::from_secs(1));
        let pid = holder.let_go()?;
        child.end()?.ok()?.says(&format!("held by pid {pid}"))?;
        self.project.limits("lock_timeout = 0.3\nlock_budget = 1\n")?;
        self.project.contract(&THREE.replace("b int", "b int, c int, d int, e int"))?;
        self.novate("plan --name six")?.ok()?;
        let holder = self.project.hold(self.server, "LOCK TABLE t")?;
        let end = self.novate("migrate")?.fails(5, "MIGRATION.LOCKED")?;
        end.says(&format!("held by pid {}", holder.let_go()?))?;
        self.novate("migrate")?.ok()?;
        // One that was killed leaves nothing behind, and the next goes on.
        self.project.contract(&THREE.replace("b int", "b int, c int, d int, e int, f int"))?;
        self.novate("plan --name seven")?.ok()?;
        for pause in [0, 10, 20, 40] {
            let child = self.project.start(&self.url(), "migrate")?;
            std::thread::sleep(Duration::from_millis(pause));
            child.kill()?;
        }
        self.novate("migrate")?.ok()?;
        self.novate("db verify --strict")?.ok()?;
        self.project.limits("")?;
        say::done("a lock that is let go, one that is not, a run that is killed");
        Ok(())
    }

    /// What does not hold behind a pooler is refused by name, and works past it.
    fn what_needs_a_session(&self) -> Result<(), Failure> {
        let with = |index: &str| INDEXED.replace("b int,", "b int, c int, d int, e int, f int,").replace("t_b", index);
        self.project.contract(&with("t_b"))?;
        self.novate("plan --name indexed")?.ok()?;
        let end = self.novate("migrate")?.fails(2, "MIGRATION.NEEDS_SESSION")?;
        end.says("as it was before")?;
        let declared = format!("{}&pgbouncer=true", self.url());
        self.project.novate(&declared, "migrate")?.fails(2, "MIGRATION.NEEDS_SESSION")?;
        holds("nothing was begun", self.value("SELECT count(*) FROM novate.progress")? == "0")?;
        let direct = self.server.url(&self.project.database);
        self.project.novate(&direct, "migrate")?.ok()?;
        self.novate("db verify --strict")?.ok()?;
        self.novate("migrate")?.ok()?.says("Nothing to do")?;
        say::done("what needs a session is refused, and runs past the pooler");
        Ok(())
    }

    /// Every session of the pool is as it was when it was opened.
    fn nothing_is_left(&self, size: u32) -> Result<(), Failure> {
        let sessions = Server::connect(&self.url())?;
        for _ in 0..size * 4 {
            // The pooler sets some for its clients; how a transaction runs is set anew by each.
            let left = "SELECT string_agg(name || '=' || setting, ', ') FROM pg_settings WHERE source = 'session' AND name \
                        NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'IntervalStyle') AND name \
                        NOT LIKE 'transaction%'";
            let rows = project::rows(&sessions, &self.project.database, left)?;
            holds(
                &format!("no setting is left behind: {rows:?}"),
                rows.iter().all(|row| row.iter().all(Option::is_none)),
            )?;
            let rows = project::rows(&sessions, &self.project.database, "SELECT name FROM pg_prepared_statements")?;
            holds(&format!("no statement is left behind: {rows:?}"), rows.is_empty())?;
        }
        let held = self.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")?;
        holds("no advisory lock is left behind", held == "0")?;
        say::done("no setting, no statement and no lock is left behind in any session");
        Ok(())
    }

    fn refusals(&self) -> Result<(), Failure> {
        let other = |url: &str| self.project.novate(url, "migrate");
        other(&self.pool.url("not_there"))?.fails(2, "CONNECTION.DATABASE_MISSING")?;
        other(&self.url().replace("postgres@", "nobody@"))?.fails(2, "CONNECTION.AUTH_FAILED")?;
        let options = format!("{}&options=-c%20work_mem%3D4MB", self.url());
        other(&options)?.fails(2, "CONNECTION.REJECTED")?.says("A pooler is in between")?;
        say::done("what PgBouncer refuses is named");
        Ok(())
    }

    /// A pool in mode `session` gives what a package in mode `statement` needs.
    fn sessions_are_enough(&self) -> Result<(), Failure> {
        self.novate("plan --name three")?.ok()?;
        self.novate("migrate")?.ok()?;
        self.project.contract(INDEXED)?;
        self.novate("plan --name indexed")?.ok()?;
        self.novate("migrate")?.ok()?;
        self.novate("db verify --strict")?.ok()?;
        say::done("operation by operation, in sessions of one's own");
        Ok(())
    }

    /// No transaction can be had in mode `statement`: nothing works, and that is said.
    fn no_transactions_at_all(&self) -> Result<(), Failure> {
        self.project.begin(self.server)?;
        self.project.contract(ONE)?;
        self.novate("plan --name one")?.ok()?;
        let end = self.novate("migrate")?;
        holds(&format!("it fails: {}", end.transcript()), end.code == 2)?;
        end.says("pool_mode")?;
        let made = self.value("SELECT to_regclass('t') IS NOT NULL OR to_regnamespace('novate') IS NOT NULL")?;
        holds("nothing was changed", made == "f")?;
        say::done("a pool in mode statement is refused by name");
        Ok(())
    }
}
