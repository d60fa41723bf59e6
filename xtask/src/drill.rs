//! `cargo xtask drill`: what must hold when everything goes wrong, over as many rounds as there is time for.
//!
//! Each subject is a file. Each does something to runs of one history on servers of its own, and then asks the same:
//! the database stands wholly at one package or says that it is in transit, the marker and the ledger say where, and the
//! next run finishes without help.

mod cut;
mod disk;
mod history;
mod latency;
mod pgbouncer;
mod random;
mod runner;
mod runners;
mod server;
mod state;
mod tally;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Installation, Server};

use crate::failure::Failure;
use crate::program::Program;
use crate::workspace::{Profile, novate};
use crate::{demo, postgres, say};
use history::History;
pub(crate) use history::wait_until;

/// Rounds that do not need a server of their own go on side by side.
const AT_ONCE: usize = 2;

/// What drills share: the program, its folder, and what was asked for.
struct Drill {
    program: Program,
    seed: u64,
    /// The only round to run.
    round: Option<usize>,
    kept: AtomicBool,
}

/// A server, and the history planned and run on it once.
struct Stage {
    server: Server,
    installation: Option<Installation>,
    history: History,
}

struct Subject {
    name: &'static str,
    /// How many rounds where nothing is said; as many as there are where this is none.
    count: Option<usize>,
    /// How many are enough to see that it still works; none where not every machine can do it, or a busy one
    /// fails.
    few: Option<usize>,
    run: fn(&Drill, &Stage, Option<usize>) -> Result<(), Failure>,
}

const SUBJECTS: &[Subject] = &[
    Subject { name: "runner", count: Some(1000), few: Some(10), run: runner::run },
    Subject { name: "server", count: Some(200), few: Some(4), run: server::run },
    Subject { name: "cut", count: None, few: Some(10), run: cut::run },
    Subject { name: "runners", count: None, few: Some(2), run: runners::run },
    Subject { name: "latency", count: None, few: None, run: latency::run },
    Subject { name: "disk", count: None, few: None, run: disk::run },
];

/// The subject that needs a program which is not on every machine, and so runs only where it is named.
const POOLER: &str = "pgbouncer";

const USAGE: &str = "cargo xtask drill [SUBJECT] [--count N] [--seed S] [--round N]";

/// What the command line says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    subject: Option<String>,
    count: Option<usize>,
    seed: Option<u64>,
    round: Option<usize>,
}

/// Whether a question ends with a COMMIT; the last one of a run gives its turn up after it.
pub(crate) fn is_commit(sql: &str) -> bool {
    let sql = sql.trim_end_matches('\0');
    sql.ends_with("COMMIT") || sql.contains("; COMMIT; SELECT pg_catalog.pg_advisory_unlock")
}

/// Runs one subject, or all of them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let asked = parse(arguments)?;
    if asked.subject.as_deref() == Some(POOLER) {
        return pgbouncer::run();
    }
    let subjects: Vec<&Subject> =
        SUBJECTS.iter().filter(|subject| asked.subject.as_deref().is_none_or(|name| name == subject.name)).collect();
    if subjects.is_empty() {
        let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).chain([POOLER]).collect();
        return Err(Failure::new("there is no such subject", format!("one of {}: {USAGE}", names.join(", "))));
    }
    perform(&asked, &subjects.iter().map(|subject| (*subject, asked.count.or(subject.count))).collect::<Vec<_>>())
}

/// A few rounds of each subject that every machine can do, in less than a minute.
pub(crate) fn few() -> Result<(), Failure> {
    let some = SUBJECTS.iter().filter_map(|subject| Some((subject, Some(subject.few?))));
    perform(&Asked::default(), &some.collect::<Vec<_>>())
}

fn perform(asked: &Asked, subjects: &[(&Subject, Option<usize>)]) -> Result<(), Failure> {
    let began = Instant::now();
    say::heading("what is needed");
    let (server, installation) = postgres::start()?;
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let folder = demo::temporary("drill-novate")?;
    let drill = Drill {
        program: Program::new(folder.join("novate"), folder.clone()),
        seed: asked.seed.unwrap_or(clock.as_secs()),
        round: asked.round,
        kept: AtomicBool::new(false),
    };
    // A copy, so that a build meanwhile does not matter.
    fs_err::copy(novate(Profile::Dev)?, folder.join("novate"))?;
    let history = history::make(&drill.program, &server)?;
    say::done(&format!(
        "a history of {} packages, which takes {} from empty; seed {}",
        history.packages.len(),
        say::time(history.took),
        drill.seed
    ));
    let stage = Stage { server, installation, history };
    for (subject, count) in subjects {
        say::heading(subject.name);
        (subject.run)(&drill, &stage, *count)?;
    }
    say::heading("all of it");
    say::done(&format!("everything held ({})", say::time(began.elapsed())));
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Asked, Failure> {
    let usage = |what: String| Failure::new(what, USAGE);
    let mut asked = Asked::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut number = || {
            let text = rest.next().ok_or_else(|| usage(format!("{word} wants a number")))?;
            text.parse::<u64>().map_err(|_| usage(format!("{text} is no number")))
        };
        let small = |number: u64| usize::try_from(number).map_err(|_| usage(format!("{number} is too much")));
        match word.as_str() {
            "--count" => asked.count = Some(small(number()?)?),
            "--seed" => asked.seed = Some(number()?),
            "--round" => asked.round = Some(small(number()?)?),
            name if !name.starts_with('-') && asked.subject.is_none() => asked.subject = Some(name.to_owned()),
            other => return Err(usage(format!("{other} was not expected"))),
        }
    }
    Ok(asked)
}

/// The installation of the server, and its folder, for subjects that need a server to break.
fn own(stage: &Stage) -> Result<(&Installation, &Utf8Path), Failure> {
    let folder = stage.server.folder();
    stage.installation.as_ref().zip(folder).ok_or_else(|| {
        let variable = novate_scratch::URL_VARIABLE;
        Failure::new(
            format!("the server that {variable} names must not be broken"),
            format!("unset {variable}, so that one of its own is started"),
        )
    })
}

/// Settings of a server that will be killed: what it shares between its processes lies beside its data, so that nothing
/// is left in the memory of the machine.
fn settings(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = std::iter::once(&("dynamic_shared_memory_type", "mmap")).chain(more);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The socket of a server of our own.
fn socket(server: &Server) -> Result<Utf8PathBuf, Failure> {
    let folder = server.folder().ok_or_else(|| Failure::new("the server has no socket of its own", USAGE))?;
    Ok(folder.join(".s.PGSQL.5432"))
}

impl Drill {
    /// Keeps the folder past the end of the drill; says where it is.
    fn keep(&self) -> Utf8PathBuf {
        self.kept.store(true, Ordering::Relaxed);
        self.program.folder().to_owned()
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            // What is left in the temporary folder is the system's to clean up.
            let _ = fs_err::remove_dir_all(self.program.folder());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Asked, Failure> {
        parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_asked_for() {
        let all = asked("runner --count 20 --seed 7 --round 3").unwrap();
        assert_eq!(all, Asked { subject: Some("runner".into()), count: Some(20), seed: Some(7), round: Some(3) });
        assert_eq!(asked("").unwrap(), Asked::default());
        for wrong in ["--count", "--count x", "runner server", "--fast"] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}
