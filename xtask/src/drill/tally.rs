//! Rounds: each numbered, counted by how it came out, and kept for a look where it fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use novate_scratch::Database;

use super::random::Random;
use super::{Drill, state};
use crate::failure::Failure;
use crate::say;

/// One round of a drill.
pub(crate) struct Round {
    pub(crate) number: usize,
    pub(crate) random: Random,
}

/// What came of the rounds of a drill.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeMap<String, usize>,
    rounds: usize,
    slowest: (Duration, usize),
}

/// After so many rounds a word is said.
const WORD_EVERY: usize = 100;

/// Runs rounds 1 to `count`, or the one that was asked for, `at_once` at a time; each says how it came out.
pub(crate) fn rounds(
    drill: &Drill,
    subject: &str,
    count: usize,
    at_once: usize,
    work: impl Fn(&mut Round) -> Result<String, Failure> + Sync,
) -> Result<(), Failure> {
    let began = Instant::now();
    let tally = Mutex::new(Tally::default());
    let failed = Mutex::new(None);
    let (first, last) = drill.round.map_or((1, count), |round| (round, round));
    let next = AtomicUsize::new(first);
    let one = |number: usize| {
        let mut round = Round { number, random: Random::of(drill.seed, number) };
        let start = Instant::now();
        match work(&mut round) {
            Ok(kind) => {
                let mut tally = lock(&tally);
                *tally.kinds.entry(kind).or_default() += 1;
                tally.rounds += 1;
                tally.slowest = tally.slowest.max((start.elapsed(), number));
                if tally.rounds.is_multiple_of(WORD_EVERY) && tally.rounds < count {
                    say::note(&format!("{} of {count} rounds ({})", tally.rounds, say::time(began.elapsed())));
                }
            }
            Err(failure) => {
                lock(&failed).get_or_insert((number, failure));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > last || lock(&failed).is_some() {
                        return;
                    }
                    one(number);
                }
            });
        }
    });
    lock(&tally).print(subject, drill.seed, began.elapsed());
    let Some((number, failure)) = lock(&failed).take() else { return Ok(()) };
    let again = format!("cargo xtask drill {subject} --seed {} --round {number}", drill.seed);
    let kept = drill.keep();
    Err(Failure::new(
        format!("{subject}, round {number}, seed {}: {}", drill.seed, failure.what),
        format!("{again}\nthe project of the drill and what the round left are in {kept}"),
    ))
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tally {
    fn print(&self, subject: &str, seed: u64, took: Duration) {
        for (kind, count) in &self.kinds {
            println!("{count:>8}  {kind}");
        }
        let (slowest, number) = self.slowest;
        let rounds = if self.rounds == 1 { "round" } else { "rounds" };
        say::done(&format!(
            "{subject}: {} {rounds} in {}, the slowest {} (round {number}); seed {seed}",
            self.rounds,
            say::time(took),
            say::time(slowest),
        ));
    }
}

/// Runs what is done to a database; where it fails, what the database holds is written beside the project.
pub(crate) fn on<T>(
    drill: &Drill,
    round: &Round,
    database: &Database,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    work().map_err(|failure| {
        let left = match state::read(database) {
            Ok(state) => state.to_string(),
            Err(failure) => failure.what,
        };
        let text = format!("{}\n\n{left}\n", failure.what);
        match fs_err::write(drill.program.folder().join(format!("round-{}.txt", round.number)), text) {
            Ok(()) => failure,
            Err(error) => Failure::new(format!("{} ({error})", failure.what), failure.fix),
        }
    })
}
