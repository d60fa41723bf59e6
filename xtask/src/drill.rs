//! `cargo xtask drill`: novate against programs that are not on every machine. What stands here is too heavy, or needs
//! too much, for `cargo xtask test`.

mod pgbouncer;

use std::time::Instant;

use crate::failure::Failure;
use crate::say;

/// A subject: its name, what it shows, how it is run.
type Subject = (&'static str, &'static str, fn() -> Result<(), Failure>);

const SUBJECTS: &[Subject] =
    &[("pgbouncer", "whole migrations through PgBouncer, in each of its modes", pgbouncer::run)];

/// Runs one subject.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [name] = arguments else { return Err(usage()) };
    let (_, what, drill) = SUBJECTS.iter().find(|(known, ..)| known == name).ok_or_else(usage)?;
    let began = Instant::now();
    say::heading(&format!("drill {name}: {what}"));
    drill()?;
    say::done(&format!("drill {name}: everything held ({})", say::time(began.elapsed())));
    Ok(())
}

fn usage() -> Failure {
    let subjects: Vec<String> = SUBJECTS.iter().map(|(name, what, _)| format!("{name:<12} {what}")).collect();
    Failure::new("no drill was named", format!("cargo xtask drill SUBJECT\n{}", subjects.join("\n")))
}
