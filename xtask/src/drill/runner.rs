//! The runner is killed at any moment of a run.

use super::tally::{on, rounds};
use super::{AT_ONCE, Drill, Stage};
use crate::failure::Failure;
use crate::program::BOUND;

pub(crate) fn run(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    rounds(drill, "runner", count.unwrap_or(1), AT_ONCE, |round| {
        let moment = round.random.within(stage.history.took);
        let database = stage.server.database("drill")?;
        on(drill, round, &database, || {
            let url = database.url();
            let mut runner = drill.program.start(&url, "migrate")?;
            let (ran, how) = if runner.runs_at(moment)? {
                (runner.kill()?, "killed")
            } else {
                (runner.wait(BOUND)?.ok()?, "had ended before")
            };
            let reached = stage.history.recovers(&drill.program, &database, &ran)?;
            Ok(format!("{how}: {}", stage.history.tell(&reached)))
        })
    })
}
