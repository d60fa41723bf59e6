//! `cargo xtask bench`: how long whole programs take, as people wait for them.

mod apply;
mod catalog;
mod plan;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use novate_bench::schema;

use crate::failure::Failure;
use crate::process::{capture, run as run_process};
use crate::workspace::{Profile, novate};
use crate::{postgres, say};

/// Tables of the generated contract.
const TABLES: usize = 1000;

/// Times each program several times and prints the medians.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let runs = match arguments {
        [which, rest @ ..] if which == "apply" => return apply::run(rest),
        [which, rest @ ..] if which == "catalog" => return catalog::run(rest),
        [which, rest @ ..] if which == "plan" => return plan::run(rest),
        [which, rest @ ..] if which == "start" => return plan::start(rest),
        [] => 5,
        [text] => text.parse().ok().filter(|runs| *runs > 0).ok_or_else(usage)?,
        _ => return Err(usage()),
    };
    say::heading("what is needed");
    let (server, installation) = postgres::start()?;
    let program = novate(Profile::Release)?;
    let folder = Project::make(&schema(TABLES, None))?;
    let database = server.database("bench")?;
    database.execute(&schema(TABLES, None))?;
    say::done(&format!("a contract of {TABLES} tables, and a database that is what it says"));

    let url = database.url();
    let in_project = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&folder.0).env("DATABASE_URL", &url);
        command
    };
    run_process(in_project(&["contract", "emit", "--quiet"]).stdout(Stdio::null()))?;
    let mut rows = vec![
        ("novate --version", in_project(&["--version"])),
        ("novate contract emit --check", in_project(&["contract", "emit", "--check"])),
        ("novate plan --dry-run (from empty)", in_project(&["plan", "--dry-run"])),
        ("novate db verify --schema-only", in_project(&["db", "verify", "--schema-only"])),
        ("novate db schema", in_project(&["db", "schema"])),
    ];
    if let Some(pg_dump) = installation.map(|found| found.bin.join("pg_dump")).filter(|path| path.is_file()) {
        let mut command = Command::new(pg_dump);
        command.args(["--schema-only", "--dbname", &database.conninfo()]);
        rows.push(("pg_dump --schema-only", command));
    }
    say::heading(&format!("{TABLES} tables, medians of {runs} runs"));
    for (name, command) in &mut rows {
        say::row(name, &say::time(timed(command, runs)?));
    }
    Ok(())
}

fn usage() -> Failure {
    Failure::new(
        "the number of runs is not one",
        "cargo xtask bench [RUNS], or cargo xtask bench apply|start [RUNS], plan|catalog [TABLES] [RUNS]",
    )
}

fn timed(command: &mut Command, runs: usize) -> Result<Duration, Failure> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        let output = capture(command)?;
        times.push(began.elapsed());
        if !output.ok {
            return Err(Failure::new(format!("{command:?} failed: {}", output.stderr.trim()), "cargo xtask bench"));
        }
    }
    Ok(median(&mut times))
}

/// An argument that is a number above 0; `None` where it is none.
fn number(arguments: &[String], at: usize, otherwise: usize) -> Option<usize> {
    match arguments.get(at) {
        None => Some(otherwise),
        Some(text) => text.parse().ok().filter(|number| *number > 0),
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A project in a temporary folder, removed with the value.
struct Project(Utf8PathBuf);

impl Project {
    fn make(contract: &str) -> Result<Self, Failure> {
        let folder = crate::demo::temporary("novate-bench")?;
        fs_err::create_dir_all(folder.join("contracts"))?;
        fs_err::write(folder.join("novate.toml"), "[space.app]\ncontract = \"contracts/app.sql\"\n")?;
        let project = Self(folder);
        project.write(contract)?;
        Ok(project)
    }

    fn write(&self, contract: &str) -> Result<(), Failure> {
        Ok(fs_err::write(self.0.join("contracts/app.sql"), contract)?)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Utf8Path) {
    // What is left in the temporary folder is the system's to clean up.
    let _ = fs_err::remove_dir_all(folder);
}
