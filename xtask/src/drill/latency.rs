//! A server far away: how many round trips a package takes, and what they cost.

use std::time::Duration;

use novate_proxy::{Proxy, Traffic};

use super::history;
use super::{Drill, Stage, socket};
use crate::failure::Failure;
use crate::program::Program;
use crate::say;

/// Round trips of a package, from its BEGIN to its COMMIT.
const MOST: usize = 5;
/// What a round trip takes more.
const FAR: Duration = Duration::from_millis(50);
/// What a run may take more for it.
const DEAR: Duration = Duration::from_secs(1);
/// How often each is timed, because other programs want their time too.
const RUNS: usize = 5;
const FEW: usize = 5;
const MANY: usize = 500;

pub(crate) fn run(drill: &Drill, stage: &Stage, _count: Option<usize>) -> Result<(), Failure> {
    let few = Sized::make(drill, FEW)?;
    let many = Sized::make(drill, MANY)?;
    let mut trips = Vec::new();
    let mut dearest = Duration::ZERO;
    println!("{:>10}  {:>11}  {:>7}  {:>9}  {:>9}", "operations", "round trips", "package", "here", "far away");
    for sized in [&few, &many] {
        let (here, near) = sized.run(stage, Duration::ZERO)?;
        let (there, far) = sized.run(stage, FAR)?;
        let counts = (near.questions.len(), package(&near));
        println!(
            "{:>10}  {:>11}  {:>7}  {:>9}  {:>9}",
            sized.operations,
            counts.0,
            counts.1,
            say::time(here),
            say::time(there)
        );
        trips.extend([counts, (far.questions.len(), package(&far))]);
        dearest = there.saturating_sub(here);
    }
    let first = trips.first().copied().unwrap_or_default();
    if trips.iter().any(|counts| *counts != first) || first.1 > MOST {
        return Err(Failure::new(
            format!("the round trips depend on the operations, or a package takes more than {MOST}: {trips:?}"),
            "see what the runner asks: crates/runner/src/apply.rs",
        ));
    }
    if dearest >= DEAR {
        return Err(Failure::new(
            format!("{} ms a round trip make {MANY} operations {} longer", FAR.as_millis(), say::time(dearest)),
            "see what else takes its time: is the machine busy?",
        ));
    }
    say::done(&format!(
        "latency: {} round trips for a package of any size; {} ms each make {MANY} operations {} longer",
        first.1,
        FAR.as_millis(),
        say::time(dearest)
    ));
    Ok(())
}

/// A project with one package of so many operations.
struct Sized {
    program: Program,
    operations: usize,
}

impl Sized {
    fn make(drill: &Drill, operations: usize) -> Result<Self, Failure> {
        let program = drill.program.elsewhere(&format!("operations-{operations}"))?;
        let table = |n| format!("CREATE TABLE t{n} (id int PRIMARY KEY, a text DEFAULT 'x', CHECK (id > {n}));");
        let contract = (0..operations).map(table).collect::<Vec<_>>().join("\n");
        history::write(program.folder(), &contract)?;
        program.run("", "plan --name all")?.ok()?.says(&format!("{operations} operations"))?;
        Ok(Self { program, operations })
    }

    /// How long it takes and what passes, of the fastest of some runs.
    fn run(&self, stage: &Stage, delay: Duration) -> Result<(Duration, Traffic), Failure> {
        let mut fastest = self.once(stage, delay)?;
        for _ in 1..RUNS {
            let (took, traffic) = self.once(stage, delay)?;
            if took < fastest.0 {
                fastest = (took, traffic);
            }
        }
        Ok(fastest)
    }

    fn once(&self, stage: &Stage, delay: Duration) -> Result<(Duration, Traffic), Failure> {
        let database = stage.server.database("drill")?;
        let proxy = Proxy::to(socket(&stage.server)?)?.delayed(delay);
        let ran = self.program.run(&proxy.url(database.name()), "migrate")?.ok()?;
        Ok((ran.took, proxy.traffic()))
    }
}

/// The round trips from the first BEGIN to the COMMIT.
fn package(traffic: &Traffic) -> usize {
    let questions = &traffic.questions;
    let begin = questions.iter().position(|sql| sql.starts_with("BEGIN")).unwrap_or_default();
    let commit = questions.iter().rposition(|sql| super::is_commit(sql)).unwrap_or_default();
    (commit + 1).saturating_sub(begin)
}
