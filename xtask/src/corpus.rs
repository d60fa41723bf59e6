//! `cargo xtask corpus DIR`: whether plans lead where they should, judged by PostgreSQL's own dump.
//!
//! For every case one database executes `from.sql`, applies the script that `novate diff` prints between the two files,
//! and is compared with another database that executed `to.sql`.

mod dump;
mod stage;

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::Server;

use crate::cases::{Case, find};
use crate::failure::Failure;
use crate::process::capture;
use crate::workspace::{Profile, novate};
use crate::{postgres, say};

struct Options {
    folder: Utf8PathBuf,
    only: Option<String>,
    backwards: bool,
    show: bool,
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Converged,
    /// One of the two files does not run here, so the case says nothing.
    NotRunnable,
    PlanFailed,
    ScriptFailed,
    Differs,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Converged, Self::Differs, Self::ScriptFailed, Self::PlanFailed, Self::NotRunnable];

    fn describe(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::NotRunnable => "from.sql or to.sql does not run on this server",
            Self::PlanFailed => "novate diff failed",
            Self::ScriptFailed => "its script failed",
            Self::Differs => "its script led elsewhere",
        }
    }
}

/// Runs every case and prints a tally; fails where one did not converge.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let options = read(arguments)?;
    let mut cases = find(&options.folder)?;
    if options.backwards {
        let back: Vec<Case> = cases.iter().map(Case::backwards).collect();
        cases.extend(back);
    }
    if let Some(text) = &options.only {
        cases.retain(|case| case.name.contains(text.as_str()));
    }
    if cases.is_empty() {
        return Err(Failure::new(
            format!("{} has no cases", options.folder),
            "give a folder with from.sql and to.sql, or versions/*.sql, at any depth",
        ));
    }
    say::heading("what is needed");
    let (server, installation) = postgres::start()?;
    let beside = |program: &str| installation.as_ref().map(|it| it.bin.join(program)).filter(|path| path.is_file());
    let (psql, pg_dump) = (beside("psql"), beside("pg_dump"));
    if pg_dump.is_none() {
        say::note("there is no pg_dump beside that server: databases are compared by novate's own reading");
    }
    let judge = Judge { server, psql, pg_dump, program: novate(Profile::Dev)? };
    say::heading(&format!("{} cases", cases.len()));
    let results = all(&judge, &cases);
    report(&cases, &results, options.show)
}

fn read(arguments: &[String]) -> Result<Options, Failure> {
    let usage = |what: String| Failure::new(what, "cargo xtask corpus DIR [--match TEXT] [--backwards] [--show]");
    let mut options = Options { folder: Utf8PathBuf::new(), only: None, backwards: false, show: false };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--backwards" => options.backwards = true,
            "--show" => options.show = true,
            "--match" => options.only = Some(words.next().ok_or_else(|| usage("--match needs a text".into()))?.clone()),
            flag if flag.starts_with('-') => return Err(usage(format!("there is no flag {flag}"))),
            folder => options.folder = folder.into(),
        }
    }
    if options.folder.is_dir() { Ok(options) } else { Err(usage("name the folder of the corpus".to_owned())) }
}

/// What cases are judged with.
struct Judge {
    server: Server,
    psql: Option<Utf8PathBuf>,
    pg_dump: Option<Utf8PathBuf>,
    program: Utf8PathBuf,
}

type Judged = (Outcome, String);

/// Every case, on as many threads as the machine has; in the order of the cases.
fn all(judge: &Judge, cases: &[Case]) -> Vec<Judged> {
    let results: Vec<Mutex<Judged>> =
        cases.iter().map(|_| Mutex::new((Outcome::NotRunnable, "it was not reached".to_owned()))).collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(case), Some(slot)) = (cases.get(index), results.get(index)) else { break };
                    let judged = judge.judge(case);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = judged;
                    }
                }
            });
        }
    });
    results.into_iter().filter_map(|slot| slot.into_inner().ok()).collect()
}

impl Judge {
    fn judge(&self, case: &Case) -> Judged {
        match self.outcome(case) {
            Ok(judged) => judged,
            Err(failure) => (Outcome::NotRunnable, failure.what),
        }
    }

    fn outcome(&self, case: &Case) -> Result<Judged, Failure> {
        let here = stage::set(&self.server, &case.from)?;
        let there = stage::set(&self.server, &case.to)?;
        let planned = capture(&mut self.diff(case.from.as_str(), case.to.as_str()))?;
        if !planned.ok {
            return Ok((Outcome::PlanFailed, planned.stderr));
        }
        if let Some(error) = stage::apply(self.psql.as_deref(), &here, &planned.stdout)? {
            return Ok((Outcome::ScriptFailed, format!("{error}\n{}", planned.stdout)));
        }
        let difference = match &self.pg_dump {
            Some(pg_dump) => dump::difference(pg_dump, &here.conninfo(), &there.conninfo())?,
            None => capture(&mut self.diff(&here.url(), &there.url()))?.stdout.trim().to_owned(),
        };
        if difference.is_empty() {
            Ok((Outcome::Converged, String::new()))
        } else {
            Ok((Outcome::Differs, format!("{difference}\nafter the script:\n{}", planned.stdout)))
        }
    }

    fn diff(&self, from: &str, to: &str) -> Command {
        let mut command = Command::new(&self.program);
        // Outside of any project, whose policies would have a say.
        let folder = std::env::temp_dir();
        command.args(["diff", "--script", "--from", &absolute(from), "--to", &absolute(to)]).current_dir(folder);
        command
    }
}

/// A path that still holds in another folder; anything else as it stands.
fn absolute(state: &str) -> String {
    Utf8Path::new(state).canonicalize_utf8().map_or_else(|_| state.to_owned(), Utf8PathBuf::into_string)
}

fn report(cases: &[Case], results: &[Judged], show: bool) -> Result<(), Failure> {
    for (case, (outcome, detail)) in cases.iter().zip(results) {
        if *outcome == Outcome::Converged {
            continue;
        }
        println!("✖ {}: {}", case.name, outcome.describe());
        let lines = if show { usize::MAX } else { 1 };
        for line in detail.lines().filter(|line| !line.trim().is_empty()).take(lines) {
            println!("    {line}");
        }
    }
    say::heading("tally");
    for outcome in Outcome::ALL {
        let count = results.iter().filter(|(found, _)| *found == outcome).count();
        println!("{count:>6}  {}", outcome.describe());
    }
    let converged = results.iter().filter(|(outcome, _)| *outcome == Outcome::Converged).count();
    println!("{:>6}  in all", results.len());
    if converged == results.len() {
        say::done("every case converged");
        return Ok(());
    }
    let left = results.len() - converged;
    Err(Failure::new(format!("{left} of {} cases did not converge", results.len()), "--show prints what differs"))
}
