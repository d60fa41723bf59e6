//! Everything that the play happens in: a folder with an origin and clones, servers with databases, and a clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Database, Installation, Options, Server};

use super::rows::Rows;
use super::team::{Base, ENVIRONMENTS, Member};
use crate::demo::temporary;
use crate::failure::Failure;
use crate::postgres::{self, Postgres};
use crate::say;
use crate::workspace::{Profile, novate};

/// Monday 6 July 2026, nine in the morning.
const BEGIN: u64 = 1_783_328_400;
const DAY: u64 = 24 * 60 * 60;

/// A database and what is known of it without asking `novate`.
pub(crate) struct Held {
    pub(crate) database: Arc<Database>,
    pub(crate) rows: Rows,
    /// The packages that runs said they applied, in order.
    pub(crate) applied: Vec<String>,
}

pub(crate) struct World {
    pub(crate) program: Utf8PathBuf,
    pub(crate) folder: Utf8PathBuf,
    pub(crate) verbose: bool,
    pub(crate) bases: BTreeMap<Base, Held>,
    /// The branch on which the ref of an environment is committed, where it is not `main`.
    pub(crate) branches: BTreeMap<Base, String>,
    /// The commit that the development database was brought to.
    pub(crate) development: Option<String>,
    pub(crate) installation: Option<Installation>,
    /// One for development and what is local, one for staging, one for production; or one for all.
    servers: Vec<Server>,
    day: u64,
    minute: u64,
    pub(crate) commands: usize,
    /// What tells rows apart that the play inserts.
    pub(crate) number: u64,
}

impl World {
    pub(crate) fn make(verbose: bool) -> Result<Self, Failure> {
        let (servers, installation) = match postgres::provide()? {
            Postgres::Named(server) => (vec![server], None),
            Postgres::Installed(found) => {
                let start = || Server::start(&found, &Options::default());
                (vec![start()?, start()?, start()?], Some(found))
            }
        };
        say::note("building novate (a few minutes the first time)");
        let program = novate(Profile::Dev)?;
        let folder = temporary("novate-quarter")?;
        let mut world = Self {
            program,
            folder,
            verbose,
            bases: BTreeMap::new(),
            branches: BTreeMap::new(),
            development: None,
            installation,
            servers,
            day: 0,
            minute: 0,
            commands: 0,
            number: 0,
        };
        for base in ENVIRONMENTS {
            world.empty(base)?;
        }
        say::done(&format!("{} servers, and the team's folder {}", world.servers.len(), world.folder));
        Ok(world)
    }

    /// A new, empty database, also where there was one before.
    pub(crate) fn empty(&mut self, base: Base) -> Result<(), Failure> {
        let at = match base {
            Base::Development | Base::Of(_) => 0,
            Base::Staging => 1,
            Base::Production => 2,
        };
        let server = self.servers.get(at).or_else(|| self.servers.first());
        let server = server.ok_or_else(|| Failure::new("there is no server", "see why none was started"))?;
        let database = Arc::new(server.database(&base.name())?);
        self.bases.insert(base, Held { database, rows: Rows::default(), applied: Vec::new() });
        Ok(())
    }

    pub(crate) fn held(&self, base: Base) -> Result<&Held, Failure> {
        self.bases.get(&base).ok_or_else(|| no_database(base))
    }

    pub(crate) fn held_mut(&mut self, base: Base) -> Result<&mut Held, Failure> {
        self.bases.get_mut(&base).ok_or_else(|| no_database(base))
    }

    /// Runs statements behind `novate`'s back.
    pub(crate) fn sql(&self, base: Base, sql: &str) -> Result<novate_scratch::Rows, Failure> {
        Ok(self.held(base)?.database.execute(sql)?)
    }

    /// The first column of every row.
    pub(crate) fn column(&self, base: Base, sql: &str) -> Result<Vec<String>, Failure> {
        Ok(self.sql(base, sql)?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    pub(crate) fn clone_of(&self, member: Member) -> Utf8PathBuf {
        self.folder.join(member.folder())
    }

    pub(crate) fn origin(&self) -> Utf8PathBuf {
        self.folder.join("origin.git")
    }

    /// What was run and what it said, for whoever looks for why a step failed.
    pub(crate) fn transcript(&self) -> Utf8PathBuf {
        self.folder.join("transcript.txt")
    }

    /// A new day begins, counted from the first.
    pub(crate) fn turn_to(&mut self, day: u64) {
        if self.day != day {
            self.day = day;
            self.minute = 0;
        }
    }

    /// Seconds since 1970; every time that it is asked is a minute after the time before.
    pub(crate) fn tick(&mut self) -> u64 {
        self.minute += 1;
        BEGIN + self.day * DAY + self.minute * 60
    }

    /// The day as people write it.
    pub(crate) fn date(&self) -> String {
        let months = [("Jul", 31), ("Aug", 31), ("Sep", 30), ("Oct", 31)];
        let mut day = self.day + 6;
        for (name, days) in months {
            if day <= days {
                return format!("{day:>2} {name}");
            }
            day -= days;
        }
        format!("day {}", self.day)
    }

    pub(crate) fn remove(&self) {
        // What is left in the temporary folder is the system's to clean up.
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

/// How long a session may outlive its client, and a start of something may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

fn no_database(base: Base) -> Failure {
    Failure::new(format!("there is no database {}", base.name()), "let the play make one first")
}

/// The text of a file in somebody's clone.
pub(crate) fn read(path: &Utf8Path) -> Result<String, Failure> {
    Ok(fs_err::read_to_string(path)?)
}
