//! `cargo xtask quarter`: thirteen weeks of a team of four, played with real git and real servers.
//!
//! The play is in `july`, `august` and `september`; everything else is what they are told with. After every step each
//! database is held against what is said of it elsewhere: the refs in git, a ledger of every row that was ever put
//! into it, and what `novate` said that it applied there.

mod august;
mod checks;
mod deploy;
mod files;
mod held;
mod july;
mod life;
mod newcomer;
mod rows;
mod september;
mod shell;
mod step;
mod team;
mod world;

use std::time::Instant;

use crate::failure::Failure;
use crate::say;
use step::Story;
use world::World;

const USAGE: &str = "cargo xtask quarter [--verbose] [--wait]";

/// What the command line says.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Asked {
    /// Commands and what they print.
    verbose: bool,
    /// After a step that failed the servers run on until a line is entered.
    wait: bool,
}

/// Plays the quarter.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    perform(parse(arguments)?)
}

/// Plays it as CI does.
pub(crate) fn quietly() -> Result<(), Failure> {
    perform(Asked::default())
}

fn perform(asked: Asked) -> Result<(), Failure> {
    let began = Instant::now();
    say::heading("what is needed");
    let world = World::make(asked.verbose)?;
    let mut story = Story::of(world, asked.wait);
    july::play(&mut story)?;
    august::play(&mut story)?;
    september::play(&mut story)?;
    let told = story.end();
    say::done(&format!("{told} ({})", say::time(began.elapsed())));
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked::default();
    for word in arguments {
        match word.as_str() {
            "--verbose" => asked.verbose = true,
            "--wait" => asked.wait = true,
            other => return Err(Failure::new(format!("{other} was not expected"), USAGE)),
        }
    }
    Ok(asked)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let all = parse(&["--verbose".to_owned(), "--wait".to_owned()]).unwrap();
        assert_eq!(all, Asked { verbose: true, wait: true });
        assert!(parse(&["--fast".to_owned()]).is_err());
    }
}
