//! `cargo xtask bench plan`: a plan as people wait for it, where one table of twenty has changed, beside reading the
//! same contract and nothing else.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use novate_bench::schema;

use super::{Project, number, timed};
use crate::failure::Failure;
use crate::process::run as run_process;
use crate::say;
use crate::workspace::{Profile, novate};

/// One table in so many has a column more than before.
const CHANGED: usize = 20;
const RUNS: usize = 11;

pub(super) fn run(arguments: &[String]) -> Result<(), Failure> {
    let usage = || Failure::new("a number is not one", "cargo xtask bench plan [TABLES] [RUNS]");
    let sizes = match arguments.first() {
        Some(_) => vec![number(arguments, 0, 0).ok_or_else(usage)?],
        None => vec![1_000, 10_000],
    };
    let runs = number(arguments, 1, RUNS).ok_or_else(usage)?;
    let program = novate(Profile::Release)?;
    for tables in sizes {
        let project = Project::make(&schema(tables, None))?;
        for arguments in [&["contract", "emit", "--quiet"][..], &["plan", "--name", "start", "--quiet"]] {
            run_process(Command::new(&program).args(arguments).current_dir(&project.0).stdout(Stdio::null()))?;
        }
        project.write(&schema(tables, Some(CHANGED)))?;
        let novate = |arguments: &[&str]| {
            let mut command = Command::new(&program);
            command.args(arguments).current_dir(&project.0);
            command
        };
        say::heading(&format!("{tables} tables, one in {CHANGED} changed, medians of {runs} runs"));
        let read = timed(&mut novate(&["diff", "--from", "empty", "--to", "empty"]), runs)?;
        say::row("novate diff --from empty --to empty", &say::time(read));
        let read = timed(&mut novate(&["diff", "--from", "contracts/app.sql", "--to", "contracts/app.sql"]), runs)?;
        say::row("novate diff, the contract read twice", &say::time(read));
        let plan = timed(&mut novate(&["plan", "--dry-run"]), runs)?;
        say::row("novate plan --dry-run", &say::time(plan));
        let peak = peak(&mut novate(&["plan", "--dry-run"]))?;
        say::row(
            "its most memory",
            &peak.map_or_else(|| "not told here".to_owned(), |kib| format!("{} MiB", kib / 1024)),
        );
    }
    Ok(())
}

/// The most memory that a program had, in KiB, as Linux tells it while the program runs.
fn peak(command: &mut Command) -> Result<Option<u64>, Failure> {
    let failed =
        |error: &std::io::Error| Failure::new(format!("novate cannot be started: {error}"), "cargo xtask bench plan");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| failed(&error))?;
    let status = Utf8PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut most = None;
    let began = Instant::now();
    while child.try_wait().map_err(|error| failed(&error))?.is_none() && began.elapsed() < Duration::from_mins(5) {
        let text = fs_err::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|kib| kib.parse().ok());
        most = kib.or(most);
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(most)
}

/// `novate --version` and `novate status --offline` in this repository's own example.
pub(super) fn start(arguments: &[String]) -> Result<(), Failure> {
    let usage = || Failure::new("a number is not one", "cargo xtask bench start [RUNS]");
    let runs = number(arguments, 0, RUNS).ok_or_else(usage)?;
    let program = novate(Profile::Release)?;
    say::heading(&format!("starting, medians of {runs} runs"));
    for (name, arguments) in
        [("novate --version", &["--version"][..]), ("novate status --offline", &["status", "--offline"])]
    {
        let time = timed(Command::new(&program).args(arguments).current_dir(crate::workspace::root()), runs)?;
        say::row(name, &say::time(time));
    }
    let shell = timed(Command::new("sh").args(["-c", "true"]), runs)?;
    say::row("sh -c true", &say::time(shell));
    Ok(())
}
