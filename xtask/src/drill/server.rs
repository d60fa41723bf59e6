//! The server is killed at any moment of a run, and started again on what it left; the runner goes through a proxy, so
//! that it finds the new one where the old one was.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use camino::Utf8PathBuf;
use novate_proxy::Proxy;
use novate_scratch::{Database, Installation, Options, Server};

use super::history::{RUNS, wait_until};
use super::tally::{on, rounds};
use super::{Drill, Stage, own};
use crate::failure::Failure;
use crate::process::capture;
use crate::program::BOUND;

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    /// The postmaster alone: its children end when they miss it.
    Postmaster,
    /// Every process at once.
    All,
    /// The runner's session: the postmaster ends all others and recovers.
    Session,
    /// All, by an immediate shutdown.
    Shutdown,
}

/// What a kill makes necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    StartAgain,
    /// The postmaster sees to it.
    Recovers,
}

const SESSION: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' \
    AND pid <> pg_backend_pid()";

/// How long a server may take to be there again.
const RECOVERY: Duration = Duration::from_mins(1);

/// A server with durable settings, its data in the folder of the drill's own server, with which it goes.
struct Machine {
    installation: Installation,
    data: Utf8PathBuf,
    server: Option<Server>,
}

pub(crate) fn run(drill: &Drill, stage: &Stage, count: Option<usize>) -> Result<(), Failure> {
    let (installation, folder) = own(stage)?;
    let mut machine = Machine { installation: installation.clone(), data: folder.join("durable"), server: None };
    machine.start()?;
    let took = {
        let server = machine.server()?;
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let database = server.database("undisturbed")?;
            runs.push(drill.program.run(&database.url(), "migrate")?.ok()?.took);
        }
        runs.sort_unstable();
        runs.get(RUNS / 2).copied().unwrap_or_default()
    };
    let machine = Mutex::new(machine);
    rounds(drill, "server", count.unwrap_or(1), 1, |round| {
        let mut machine = machine.lock().unwrap_or_else(PoisonError::into_inner);
        let victim = match round.random.below(4) {
            0 => Victim::Postmaster,
            1 => Victim::All,
            2 => Victim::Session,
            _ => Victim::Shutdown,
        };
        let moment = round.random.within(took);
        let mut database = machine.server()?.database("drill")?;
        let proxy = Proxy::to(machine.socket()?)?;
        let mut runner = drill.program.start(&proxy.url(database.name()), "migrate")?;
        let ran_still = runner.runs_at(moment)?;
        if machine.kill(victim, &database)? == Then::StartAgain {
            let name = database.keep();
            machine.start()?;
            proxy.aim(machine.socket()?);
            database = machine.server()?.adopt(&name);
        }
        on(drill, round, &database, || {
            wait_until("the server has recovered", RECOVERY, || Ok(database.execute("SELECT 1").is_ok()))?;
            let ran = runner.wait(BOUND)?;
            let reached = stage.history.recovers(&drill.program, &database, &ran)?;
            let how = if ran_still { format!("{victim:?} killed") } else { "had ended before".to_owned() };
            Ok(format!("{how:<20} exit {}: {}", ran.code().unwrap_or(-1), stage.history.tell(&reached)))
        })
    })
}

impl Machine {
    fn server(&self) -> Result<&Server, Failure> {
        self.server.as_ref().ok_or_else(|| Failure::new("the server is not there", "see why it did not start"))
    }

    fn socket(&self) -> Result<Utf8PathBuf, Failure> {
        super::socket(self.server()?)
    }

    /// Starts it on the data that are there. The children of a postmaster that was killed keep others out until they
    /// have noticed.
    fn start(&mut self) -> Result<(), Failure> {
        self.server = None;
        let options =
            Options { durable: Some(self.data.clone()), settings: super::settings(&[]), ..Options::default() };
        let mut last = None;
        let started =
            wait_until("the server has started", RECOVERY, || match Server::start(&self.installation, &options) {
                Ok(server) => {
                    self.server = Some(server);
                    Ok(true)
                }
                Err(error) => {
                    last = Some(error);
                    Ok(false)
                }
            });
        started.map_err(|failure| last.map_or(failure, Failure::from))
    }

    fn kill(&self, victim: Victim, database: &Database) -> Result<Then, Failure> {
        let postmaster = self.postmaster()?;
        match victim {
            Victim::Postmaster => signal("KILL", &[postmaster])?,
            Victim::Shutdown => signal("QUIT", &[postmaster])?,
            Victim::All => {
                let mut all = vec![postmaster];
                all.extend(children(&all)?);
                signal("KILL", &all)?;
            }
            Victim::Session => {
                let session: Vec<String> = database.execute(SESSION)?.into_iter().flatten().flatten().collect();
                if !session.is_empty() {
                    signal("KILL", &session)?;
                    // Before the postmaster has seen it, it goes on as if nothing had happened.
                    wait_until("the postmaster has seen it", RECOVERY, || Ok(!any_there(&session)?))?;
                    return Ok(Then::Recovers);
                }
                signal("KILL", &[postmaster])?;
            }
        }
        Ok(Then::StartAgain)
    }

    fn postmaster(&self) -> Result<String, Failure> {
        let lock = fs_err::read_to_string(self.data.join("postmaster.pid"))?;
        let pid = lock.lines().next().unwrap_or_default().trim();
        if pid.parse::<u32>().is_ok() {
            return Ok(pid.to_owned());
        }
        Err(Failure::new("the server wrote no process id", "see its log"))
    }
}

/// The children of the processes.
fn children(parents: &[String]) -> Result<Vec<String>, Failure> {
    let all = capture(Command::new("ps").args(["-A", "-o", "pid=,ppid="]))?.stdout;
    let pairs = all.lines().filter_map(|line| line.trim().split_once(char::is_whitespace));
    let of = |parent: &str| parents.iter().any(|one| one == parent.trim());
    Ok(pairs.filter(|(_, parent)| of(parent)).map(|(pid, _)| pid.to_owned()).collect())
}

/// Whether one of the processes is there, if only as a remnant that its parent has not asked for.
fn any_there(processes: &[String]) -> Result<bool, Failure> {
    Ok(capture(Command::new("ps").args(["-o", "pid=", "-p", &processes.join(",")]))?.ok)
}

/// Sends a signal; one of them that has ended meanwhile does not matter.
fn signal(name: &str, processes: &[String]) -> Result<(), Failure> {
    capture(Command::new("kill").args(["-s", name]).args(processes)).map(|_| ())
}
