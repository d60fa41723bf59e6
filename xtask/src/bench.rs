//! `cargo xtask bench`: how long whole programs take, as people wait for them.

mod catalog;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::process::{capture, run as run_process};
use crate::workspace::{Profile, novate};
use crate::{postgres, say};

/// Tables of the generated contract.
const TABLES: usize = 1000;

/// Times each program several times and prints the medians.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let runs = match arguments {
        [which, rest @ ..] if which == "catalog" => return catalog::run(rest),
        [] => 5,
        [text] => text.parse().ok().filter(|runs| *runs > 0).ok_or_else(usage)?,
        _ => return Err(usage()),
    };
    say::heading("what is needed");
    let (server, installation) = postgres::start()?;
    let program = novate(Profile::Release)?;
    let folder = Project::make()?;
    let database = server.database("bench")?;
    database.execute(&contract())?;
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
        println!("{name:<40} {:>10}", say::time(timed(command, runs)?));
    }
    Ok(())
}

fn usage() -> Failure {
    Failure::new(
        "the number of runs is not one",
        "cargo xtask bench [RUNS], or cargo xtask bench catalog [TABLES] [RUNS]",
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

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A project in a temporary folder, removed with the value.
struct Project(Utf8PathBuf);

impl Project {
    fn make() -> Result<Self, Failure> {
        let folder = crate::demo::temporary("novate-bench")?;
        fs_err::create_dir_all(folder.join("contracts"))?;
        fs_err::write(folder.join("novate.toml"), "[space.app]\ncontract = \"contracts/app.sql\"\n")?;
        fs_err::write(folder.join("contracts/app.sql"), contract())?;
        Ok(Self(folder))
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

/// Tables as applications have them: keys, foreign keys, checks, defaults and indexes.
fn contract() -> String {
    use std::fmt::Write as _;
    let mut sql = String::new();
    for number in 0..TABLES {
        let parent = number / 2;
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    parent_id bigint \
             REFERENCES t{parent} (id) ON DELETE CASCADE,\n    email text NOT NULL UNIQUE,\n    amount numeric(12,2) \
             DEFAULT 0 NOT NULL CHECK (amount >= 0),\n    state varchar(20) DEFAULT 'new' CHECK (state IN ('new', \
             'done')),\n    created_at timestamptz DEFAULT now() NOT NULL\n);\nCREATE INDEX ON t{number} (created_at \
             DESC) WHERE state <> 'done';\n"
        );
    }
    sql
}
