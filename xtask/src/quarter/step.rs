//! Steps: each is told in a line, followed by every check, and named where it fails.

use std::io::BufRead as _;
use std::time::Instant;

use super::checks;
use super::team::Member;
use super::world::World;
use crate::failure::Failure;
use crate::say;

pub(crate) struct Story {
    pub(crate) world: World,
    wait: bool,
    steps: usize,
}

/// When something happens: a week from 1, and a day of it from Monday.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When(pub(crate) u64, pub(crate) Day);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
}

impl Story {
    pub(crate) fn of(world: World, wait: bool) -> Self {
        Self { world, wait, steps: 0 }
    }

    /// Somebody does something; then every database is looked at.
    pub(crate) fn step(
        &mut self,
        when: When,
        who: Member,
        what: &str,
        work: impl FnOnce(&mut World) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.steps += 1;
        let began = Instant::now();
        self.world.turn_to((when.0 - 1) * 7 + when.1 as u64);
        let date = self.world.date();
        let title = format!("{:>2}  {date}  {:<5}  {what}", self.steps, who.name());
        if self.world.verbose {
            say::heading(&title);
        }
        let done = self.world.a_day_of_business().and_then(|()| work(&mut self.world));
        match done.and_then(|()| checks::all(&mut self.world)) {
            Ok(states) => {
                println!("{title}\n{:20}{states}  ({})", "", say::time(began.elapsed()));
                Ok(())
            }
            Err(failure) => Err(self.failed(&title, &failure)),
        }
    }

    fn failed(&self, title: &str, failure: &Failure) -> Failure {
        let folder = &self.world.folder;
        let kept =
            format!("{}\nthe team's folder is kept: {folder}; what ran: {}", failure.fix, self.world.transcript());
        let failure = Failure::new(
            format!("step {}\n{}", title.trim(), failure.what),
            format!("{kept}\nagain, with all of it: cargo xtask quarter --verbose --wait"),
        );
        if self.wait {
            say::failed(&failure);
            for (base, held) in &self.world.bases {
                println!("  {:<12} {}", base.name(), held.database.url());
            }
            say::next("the servers run until a line is entered");
            let _ = std::io::stdin().lock().read_line(&mut String::new());
        }
        failure
    }

    /// What came of all of it; the folder goes.
    pub(crate) fn end(self) -> String {
        let rows: usize = self.world.bases.values().map(|held| held.rows.count()).sum();
        let applied: usize = self.world.bases.values().map(|held| held.applied.len()).sum();
        let told = format!(
            "{} steps, {} commands; {} databases with {applied} packages applied and {rows} rows, all as they should be",
            self.steps,
            self.world.commands,
            self.world.bases.len(),
        );
        self.world.remove();
        told
    }
}
