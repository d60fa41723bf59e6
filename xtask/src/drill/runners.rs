//! Many runners at once: one works, the others wait, and all of them end well.

use std::time::Duration;

use novate_scratch::Database;
use serde_json::Value;

use super::history::newest;
use super::tally::{on, rounds};
use super::{Drill, Stage, history, state};
use crate::failure::Failure;
use crate::program::{Program, Running};

/// What takes longer waits for ever: the slow package takes three seconds, and each pause at most ten.
const LONGEST: Duration = Duration::from_mins(1);
const COUNTS: [usize; 3] = [2, 8, 30];
const BEFORE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";
const AFTER: &str = "CREATE TABLE t (id int PRIMARY KEY, a text);\n";
const SLOW: &str = "
-- @raw data sleep
SELECT pg_sleep(3);
-- @postcheck
SELECT clock_timestamp() - now() > interval '2 s';
-- @end
";

/// What runners find.
#[derive(Clone)]
enum Found<'a> {
    /// An empty database, and the history.
    Empty,
    /// A pending package that takes seconds, in a project of its own.
    Pending(&'a Program, &'static str),
}

pub(crate) fn run(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    let package = slow(drill, "")?;
    let statement = slow(drill, "-- @transaction statement\n")?;
    let mut sets = Vec::new();
    for found in [
        Found::Empty,
        Found::Pending(&package, "a package that takes seconds"),
        Found::Pending(&statement, "one that commits by operation"),
    ] {
        sets.extend(COUNTS.map(|count| (count, found.clone())));
    }
    sets.sort_by_key(|(count, _)| *count);
    rounds(drill, "runners", count.unwrap_or(sets.len()).min(sets.len()), 1, |round| {
        let set = sets.get(round.number - 1);
        let (count, found) = set.ok_or_else(|| Failure::new("there is no such round", "name a lower one"))?;
        let database = stage.server.database("drill")?;
        on(drill, round, &database, || match found {
            Found::Empty => {
                let waited = at_once(&drill.program, &database, *count, stage.history.packages.len())?;
                stage.history.finished(&drill.program, &database)?;
                Ok(format!("{count:>2} runners, an empty database: each package once, {waited} waited"))
            }
            Found::Pending(program, what) => {
                program.run(&database.url(), "migrate --to before")?.ok()?;
                let waited = at_once(program, &database, *count, 1)?;
                let rows = state::read(&database)?.ledger.len();
                if rows != 2 {
                    return Err(Failure::new(format!("the ledger has {rows} rows for 2 packages"), "see the dump"));
                }
                program.run(&database.url(), "db verify --strict")?.ok()?;
                Ok(format!("{count:>2} runners, {what}: one worked, {waited} waited"))
            }
        })
    })
}

/// Runs `migrate` so many times at once; between them they apply so many packages. Gives how many of them waited.
fn at_once(program: &Program, database: &Database, count: usize, packages: usize) -> Result<usize, Failure> {
    let url = database.url();
    let runners: Vec<Running> = (0..count).map(|_| program.start(&url, "migrate --json")).collect::<Result<_, _>>()?;
    let mut applied = 0;
    let mut waited = 0;
    for runner in runners {
        let ran = runner.wait(LONGEST)?.ok()?;
        let report = ran.said.find('{').and_then(|at| ran.said.get(at..)).unwrap_or_default();
        let report: Value = serde_json::from_str(report).map_err(|error| ran.wrong(&error.to_string()))?;
        let own = report["applied"].as_array().map_or(0, Vec::len);
        applied += own;
        waited += usize::from(own == 0);
    }
    if applied == packages {
        return Ok(waited);
    }
    Err(Failure::new(format!("{count} runners say that they applied {applied} packages of {packages}"), "see the dump"))
}

/// A project with a package that takes seconds.
fn slow(drill: &Drill, head: &str) -> Result<Program, Failure> {
    let name = if head.is_empty() { "slow" } else { "slow-statement" };
    let program = drill.program.elsewhere(name)?;
    let folder = program.folder();
    history::write(folder, BEFORE)?;
    program.run("", "plan --name before")?.ok()?;
    history::write(folder, AFTER)?;
    program.run("", "plan --name slow")?.ok()?;
    let source = newest(folder)?.join("migration.sql");
    let text = fs_err::read_to_string(&source)?;
    fs_err::write(&source, format!("{head}{text}{SLOW}"))?;
    program.run("", "migration emit")?.ok()?;
    Ok(program)
}
