//! A disk that is full: what was under way is rolled back, or waits in transit, and goes on once there is space.
//!
//! The disk is a small file system in memory. It is mounted in a namespace of its own, for which the drill runs itself
//! again, so that it is gone however the drill ends.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Database, Installation, Options, Server};

use super::history::{self, newest};
use super::tally::{on, rounds};
use super::{Drill, Stage, own, settings, state};
use crate::failure::Failure;
use crate::process::capture;
use crate::program::Program;

/// The small disk, where this program runs itself inside of its namespace.
const MOUNTED: &str = "NOVATE_DRILL_DISK";
const SIZE: &str = "size=160m,mode=0755";
/// What is left free: less than the package needs.
const FREE: u64 = 12 << 20;
const NO_SPACE: &str = "No space left on device";

const BEFORE: &str = "CREATE TABLE t (id int PRIMARY KEY, a text);\n";
const AFTER: &str = "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int);\n";
const ROWS: &str = "INSERT INTO t SELECT i FROM generate_series(1, 20000) i; CHECKPOINT";
/// Some 20 MB in all.
const FILL: &str = "UPDATE public.t SET a = repeat('x', 1000)";
/// Some 60 MB of log, and nothing else.
const LOG: &str = "
-- @raw data log
SELECT count(pg_logical_emit_message(false, 'drill', repeat('x', 1000000))), pg_sleep(1.1) FROM generate_series(1, 60);
-- @postcheck
SELECT clock_timestamp() > now() + interval '1 s';
-- @end
";
const ROUND: &str = "UPDATE public.t SET a = repeat('x', 1000) WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.t WHERE a IS \
    NULL LIMIT 5000))";

pub(crate) fn run(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    match std::env::var(MOUNTED) {
        Ok(folder) => inside(drill, stage, &Utf8PathBuf::from(folder), count),
        Err(_) => outside(drill, stage, count),
    }
}

/// Runs this program again where a small disk can be mounted.
fn outside(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    own(stage)?;
    let disk = drill.program.folder().join("disk");
    fs_err::create_dir_all(&disk)?;
    let mount = format!("mount -t tmpfs -o {SIZE} drill \"$0\"");
    let unshared = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--", "sh", "-c", script, disk.as_str()]);
        command
    };
    let tried = capture(&mut unshared(&mount))?;
    if !tried.ok {
        return Err(Failure::new(
            format!("disk: no small disk can be mounted here: {}", tried.stderr.trim()),
            "run it as root on Linux, in a container only with the right to mount (CAP_SYS_ADMIN)",
        ));
    }
    let mut again = unshared(&format!("{mount} && exec \"$@\""));
    again.arg(std::env::current_exe()?).args(["drill", "disk", "--seed", &drill.seed.to_string()]);
    for (name, number) in [("--count", count), ("--round", drill.round)] {
        if let Some(number) = number {
            again.args([name, &number.to_string()]);
        }
    }
    if again.env(MOUNTED, &disk).status()?.success() {
        return Ok(());
    }
    Err(Failure::new("the drill on the small disk failed, as it says above", "cargo xtask drill disk"))
}

/// How the package commits, and what a full disk does to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    RolledBack,
    InTransit,
    /// The disk is that of the log, without which the server cannot go on.
    ServerEnds,
}

fn inside(drill: &Drill, stage: &Stage, disk: &Utf8Path, count: Option<usize>) -> Result<(), Failure> {
    let (installation, folder) = own(stage)?;
    let owner = fs_err::metadata(folder)?;
    let space = disk.join("space");
    fs_err::create_dir(&space)?;
    chown(&space, Some(owner.uid()), Some(owner.gid()))?;
    let elsewhere = stage.server.database("elsewhere")?;
    elsewhere.execute(&format!("CREATE TABLESPACE small LOCATION '{space}'"))?;
    let cases = [Case::RolledBack, Case::InTransit, Case::ServerEnds];
    rounds(drill, "disk", count.unwrap_or(cases.len()).min(cases.len()), 1, |round| {
        let case =
            *cases.get(round.number - 1).ok_or_else(|| Failure::new("there is no such round", "name 1, 2 or 3"))?;
        if case == Case::ServerEnds {
            return log_is_full(drill, installation, disk);
        }
        let database = stage.server.database("drill")?;
        elsewhere.execute(&format!("ALTER DATABASE {} SET TABLESPACE small", database.name()))?;
        on(drill, round, &database, || full(drill, &database, disk, case))
    })
}

fn full(drill: &Drill, database: &Database, disk: &Utf8Path, case: Case) -> Result<String, Failure> {
    let program = planned(drill, database, case)?;
    let url = database.url();
    let before = state::read(database)?;
    let ballast = Ballast::on(disk)?;
    match case {
        Case::RolledBack => {
            program
                .run(&url, "migrate")?
                .fails(5, "MIGRATION.STATEMENT_FAILED")?
                .says(NO_SPACE)?
                .says("as it was before")?;
            let now = state::read(database)?;
            if now != before {
                return Err(Failure::new(format!("it is not what it was before:\n{now}"), "see the dump"));
            }
            program.run(&url, "status")?.ok()?.says("1 package to apply")?;
            program.run(&url, "db verify --strict --to before")?.ok()?;
        }
        Case::InTransit | Case::ServerEnds => {
            program.run(&url, "migrate")?.fails(6, "MIGRATION.STATEMENT_FAILED")?.says(NO_SPACE)?.says("in transit")?;
            program.run(&url, "status")?.ok()?.says("in transit")?;
            program.run(&url, "db verify --strict")?.fails(6, "MIGRATION.IN_TRANSIT")?;
        }
    }
    // Still full: it says so again.
    program.run(&url, "migrate")?.says(NO_SPACE)?;
    drop(ballast);
    program.run(&url, "migrate")?.ok()?;
    program.run(&url, "db verify --strict")?.ok()?;
    let rows = state::read(database)?.ledger.pop().map(|(_, rows)| rows).unwrap_or_default();
    if rows != "20000" {
        return Err(Failure::new(format!("the ledger says {rows} rows of 20000"), "see the dump"));
    }
    let how = if case == Case::RolledBack { "rolled back, and applied" } else { "in transit, and resumed" };
    Ok(format!("{how} once there was space"))
}

/// The whole server is on the disk; a package that writes much of its log brings it down.
fn log_is_full(drill: &Drill, installation: &Installation, disk: &Utf8Path) -> Result<String, Failure> {
    let settings = settings(&[("min_wal_size", "32MB"), ("max_wal_size", "64MB")]);
    let options = Options { durable: Some(disk.join("server").join("data")), settings, ..Options::default() };
    let server = Server::start(installation, &options)?;
    let database = server.database("drill")?;
    let program = planned(drill, &database, Case::ServerEnds)?;
    let before = state::read(&database)?;
    let ballast = Ballast::on(disk)?;
    let ran = program.run(&database.url(), "migrate")?.fails(5, "CONNECTION.LOST")?;
    ran.says(NO_SPACE)?.says("as it was before")?;
    let name = database.keep();
    drop(ballast);
    drop(server);
    let server = Server::start(installation, &options)?;
    let database = server.adopt(&name);
    let now = state::read(&database)?;
    if now != before {
        return Err(Failure::new(format!("it is not what it was before:\n{now}"), "see what the server's log says"));
    }
    program.run(&database.url(), "migrate")?.ok()?;
    program.run(&database.url(), "db verify --strict")?.ok()?;
    Ok("the server ended; rolled back, and applied once there was space".to_owned())
}

/// A project whose package needs more space than there will be, on a database with the rows for it.
fn planned(drill: &Drill, database: &Database, case: Case) -> Result<Program, Failure> {
    let (name, option, fill, more) = match case {
        Case::RolledBack => ("disk-package", "", FILL, ""),
        Case::InTransit => ("disk-statement", "--online", ROUND, ""),
        Case::ServerEnds => ("disk-log", "", "UPDATE public.t SET a = 'x'", LOG),
    };
    let program = drill.program.elsewhere(name)?;
    history::write(program.folder(), BEFORE)?;
    program.run("", "plan --name before")?.ok()?;
    program.run(&database.url(), "migrate")?.ok()?;
    database.execute(ROWS)?;
    history::write(program.folder(), AFTER)?;
    program.run("", &format!("plan --name full {option}"))?.ok()?;
    let source = newest(program.folder())?.join("migration.sql");
    let lines = fs_err::read_to_string(&source)?;
    let filled = lines
        .lines()
        .map(|line| if line.starts_with("-- @placeholder") { format!("{fill};\n") } else { format!("{line}\n") });
    fs_err::write(&source, filled.chain([more.to_owned()]).collect::<String>())?;
    program.run("", "migration emit")?.ok()?;
    Ok(program)
}

/// A file that takes what the disk has, but for a little; gone with the value.
struct Ballast(Utf8PathBuf);

impl Ballast {
    fn on(disk: &Utf8Path) -> Result<Self, Failure> {
        let this = Self(disk.join("ballast"));
        let mut file = fs_err::File::create(&this.0)?;
        let block = vec![0; 1 << 16];
        loop {
            match file.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error.into()),
            }
        }
        let size = file.metadata()?.len();
        file.set_len(size.saturating_sub(FREE))?;
        Ok(this)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        // The disk goes with this process.
        let _ = fs_err::remove_file(&self.0);
    }
}
