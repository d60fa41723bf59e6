//! `cargo xtask bench apply`: a package of 500 operations beside `psql -1 -f` of the same statements.

use std::process::{Command, Stdio};
use std::time::Instant;

use camino::Utf8PathBuf;
use novate_bench::schema;

use super::{Project, median, number};
use crate::failure::Failure;
use crate::process::{capture, run as run_process};
use crate::workspace::{Profile, novate};
use crate::{postgres, say};

/// Four operations each: the table, its foreign key, its index and its comment.
const TABLES: usize = 125;
const RUNS: usize = 11;

pub(super) fn run(arguments: &[String]) -> Result<(), Failure> {
    let usage = || Failure::new("the number of runs is not one", "cargo xtask bench apply [RUNS]");
    let runs = number(arguments, 0, RUNS).ok_or_else(usage)?;
    say::heading("what is needed");
    let (server, installation) = postgres::start()?;
    let own = installation.map(|found| found.bin.join("psql")).filter(|path| path.is_file());
    let psql = own.unwrap_or_else(|| Utf8PathBuf::from("psql"));
    let program = novate(Profile::Release)?;
    let project = Project::make(&schema(TABLES, None))?;
    for arguments in [&["contract", "emit", "--quiet"][..], &["plan", "--name", "start", "--quiet"]] {
        run_process(Command::new(&program).args(arguments).current_dir(&project.0).stdout(Stdio::null()))?;
    }
    let mut diff = Command::new(&program);
    diff.args(["diff", "--from", "empty", "--to", "contracts/app.sql", "--script"]).current_dir(&project.0);
    let script = project.0.join("script.sql");
    fs_err::write(&script, capture(&mut diff)?.stdout)?;

    let (mut ours, mut theirs, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (one, other) = (server.database("ours")?, server.database("theirs")?);
        let mut migrate = Command::new(&program);
        migrate.args(["migrate", "--db", &one.url()]).current_dir(&project.0);
        let began = Instant::now();
        succeed(&mut migrate)?;
        ours.push(began.elapsed());
        let mut load = Command::new(&psql);
        load.args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", script.as_str(), "-d", &other.conninfo()]);
        let began = Instant::now();
        succeed(&mut load)?;
        theirs.push(began.elapsed());
        both.push(ours.last().zip(theirs.last()).map_or(0.0, |(a, b)| a.as_secs_f64() / b.as_secs_f64().max(1e-9)));
    }
    say::heading(&format!(
        "{} operations on PostgreSQL {}, medians of {runs} runs in turn",
        TABLES * 4,
        server.version()
    ));
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    say::row("novate migrate", &say::time(ours));
    say::row("psql -1 -f, the same statements", &say::time(theirs));
    both.sort_by(f64::total_cmp);
    say::note(&format!(
        "{:.2} times as long (median of the pairs)",
        both.get(both.len() / 2).copied().unwrap_or_default()
    ));
    Ok(())
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let output = capture(command)?;
    if output.ok {
        return Ok(());
    }
    Err(Failure::new(format!("{command:?} failed: {}", output.stderr.trim()), "install psql, or put it on PATH"))
}
