//! A project in a folder of its own, and what becomes of commands in it.

use std::cell::Cell;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Rows, Server};

use crate::demo::temporary;
use crate::failure::Failure;

/// A project, removed with the value. Its database goes with the server.
pub(super) struct Project {
    folder: Utf8PathBuf,
    novate: Utf8PathBuf,
    pub(super) database: String,
    clock: Cell<i64>,
}

impl Project {
    pub(super) fn new(novate: &Utf8Path) -> Result<Self, Failure> {
        let folder = temporary("novate-drill")?;
        let database = folder.file_name().unwrap_or("drill").replace('-', "_");
        let this = Self { folder, novate: novate.to_owned(), database, clock: Cell::new(1_778_846_400) };
        this.limits("")?;
        Ok(this)
    }

    /// Makes its database.
    pub(super) fn begin(&self, server: &Server) -> Result<(), Failure> {
        rows(server, "postgres", &format!("CREATE DATABASE {}", self.database))?;
        Ok(())
    }

    /// Writes `novate.toml` with these limits.
    pub(super) fn limits(&self, limits: &str) -> Result<(), Failure> {
        let text = format!("[database]\nurl = \"env:DATABASE_URL\"\n{limits}");
        Ok(fs_err::write(self.folder.join("novate.toml"), text)?)
    }

    pub(super) fn contract(&self, sql: &str) -> Result<(), Failure> {
        fs_err::create_dir_all(self.folder.join("contracts"))?;
        Ok(fs_err::write(self.folder.join("contracts/app.sql"), sql)?)
    }

    /// Starts a command.
    pub(super) fn start(&self, url: &str, arguments: &str) -> Result<Running, Failure> {
        // Every command is a minute after the one before, so that packages have names of their own.
        self.clock.set(self.clock.get() + 60);
        let child = Command::new(&self.novate)
            .args(arguments.split(' '))
            .current_dir(&self.folder)
            .env("DATABASE_URL", url)
            .env("SOURCE_DATE_EPOCH", self.clock.get().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Running { child, arguments: arguments.to_owned() })
    }

    pub(super) fn novate(&self, url: &str, arguments: &str) -> Result<Ended, Failure> {
        self.start(url, arguments)?.end()
    }

    /// One value, asked of the server itself.
    pub(super) fn value(&self, server: &Server, sql: &str) -> Result<String, Failure> {
        let rows = rows(server, &self.database, sql)?;
        Ok(rows.into_iter().flatten().flatten().next().unwrap_or_default())
    }

    /// A session that runs a statement in a transaction and stays there.
    pub(super) fn hold<'a>(&'a self, server: &'a Server, statement: &str) -> Result<Holder<'a>, Failure> {
        let sql = format!("BEGIN; {statement}; SELECT pg_sleep(60)");
        let (url, database) = (server.url(&self.database), self.database.clone());
        std::thread::spawn(move || {
            // It is ended by others.
            let _ = Server::connect(&url).and_then(|server| server.execute_in(&database, &sql));
        });
        let began = Instant::now();
        let sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        loop {
            let pid = self.value(server, sleeping)?;
            if !pid.is_empty() {
                return Ok(Holder { project: self, server, pid });
            }
            holds("a lock is taken", began.elapsed() < Duration::from_secs(10))?;
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

/// A session that holds a lock.
pub(super) struct Holder<'a> {
    project: &'a Project,
    server: &'a Server,
    pid: String,
}

impl Holder<'_> {
    /// Ends it; gives its number.
    pub(super) fn let_go(self) -> Result<String, Failure> {
        self.project.value(self.server, &format!("SELECT pg_terminate_backend({})", self.pid))?;
        Ok(self.pid)
    }
}

/// A command under way.
pub(super) struct Running {
    child: Child,
    arguments: String,
}

impl Running {
    pub(super) fn end(self) -> Result<Ended, Failure> {
        let output = self.child.wait_with_output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Ended {
            arguments: self.arguments,
            code: output.status.code().unwrap_or(-1),
            said: format!("{}{}", text(&output.stderr), text(&output.stdout)),
        })
    }

    pub(super) fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// A command that has ended.
pub(super) struct Ended {
    arguments: String,
    pub(super) code: i32,
    said: String,
}

impl Ended {
    pub(super) fn transcript(&self) -> String {
        format!("$ novate {}\n{}[exit {}]", self.arguments, self.said, self.code)
    }

    pub(super) fn ok(self) -> Result<Self, Failure> {
        holds(&format!("it works:\n{}", self.transcript()), self.code == 0)?;
        Ok(self)
    }

    pub(super) fn fails(self, code: i32, error: &str) -> Result<Self, Failure> {
        let expected = self.code == code && self.said.contains(error);
        holds(&format!("it fails with {code} and {error}:\n{}", self.transcript()), expected)?;
        Ok(self)
    }

    pub(super) fn says(self, text: &str) -> Result<Self, Failure> {
        holds(&format!("it says {text:?}:\n{}", self.transcript()), self.said.contains(text))?;
        Ok(self)
    }
}

/// What must be so.
pub(super) fn holds(what: &str, is_so: bool) -> Result<(), Failure> {
    if is_so {
        Ok(())
    } else {
        Err(Failure::new(format!("this does not hold: {what}"), "mend it, then run the drill again"))
    }
}

/// Runs a statement in a database of a server, on a connection of its own.
pub(super) fn rows(server: &Server, database: &str, sql: &str) -> Result<Rows, Failure> {
    Ok(server.execute_in(database, sql)?)
}
