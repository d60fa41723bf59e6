//! The runner is killed at any moment of a run.

use super::tally::{on, rounds};
use super::{AT_ONCE, Drill, Stage};
use crate::failure::Failure;

pub(crate) fn run(drill: &Drill, stage: &Stage, count: usize) -> Result<(), Failure> {
    rounds(drill, "runner", count, AT_ONCE, |round| {
        let moment = round.random.within(stage.history.took);
        let database = stage.server.database("drill")?;
        on(drill, round, &database, || {
            let url = database.url();
            let mut runner = drill.program.start(&url, "migrate")?;
            let killed = if runner.runs_at(moment)? {
                runner.kill()?;
                true
            } else {
                runner.wait(super::program::BOUND)?.ok()?;
                false
            };
            let reached = stage.history.recovers(&drill.program, &database, &url)?;
            let how = stage.history.tell(&reached);
            Ok(if killed { format!("killed: {how}") } else { format!("had ended before: {how}") })
        })
    })
}
