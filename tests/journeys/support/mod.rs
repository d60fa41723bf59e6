//! A user's session: a folder, a database of its own, commands typed and what they print.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use novate_scratch::{Database, Options, Request, Server, find};

/// A project folder and a database, both gone when the value drops.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    pub(crate) db: Database,
    clock: std::cell::Cell<i64>,
}

/// What a command left behind.
pub(crate) struct Ran {
    command: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// An empty folder and an empty database.
    pub(crate) fn new() -> Self {
        Self::on(Server::shared().expect("a PostgreSQL server for the tests"))
    }

    /// An empty folder and an empty database of this server.
    pub(crate) fn on(server: &Server) -> Self {
        let db = server.database("journey").expect("a database for the test");
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, db, clock: std::cell::Cell::new(1_778_846_400) }
    }

    /// A project with this contract, not planned yet.
    pub(crate) fn with_contract(sql: &str) -> Self {
        let project = Self::new();
        project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n");
        project.contract(sql);
        project
    }

    /// A project whose contract is planned and applied.
    pub(crate) fn migrated(sql: &str) -> Self {
        let project = Self::with_contract(sql);
        project.novate("plan --name start").ok();
        project.novate("migrate").ok();
        project
    }

    /// The major version of the server that the tests run on.
    pub(crate) fn server_major() -> u16 {
        Server::shared().expect("a PostgreSQL server for the tests").major().0
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Writes the contract.
    pub(crate) fn contract(&self, sql: &str) {
        self.write("contracts/app.sql", sql);
    }

    /// A file's text.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The newest package's folder, relative to the project.
    pub(crate) fn newest_package(&self) -> String {
        let mut names: Vec<String> = std::fs::read_dir(self.path("migrations/app"))
            .expect("packages")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "refs")
            .collect();
        names.sort();
        format!("migrations/app/{}", names.last().expect("a package"))
    }

    /// Replaces text in a file that must hold it.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from:?}:\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// Replaces the placeholder line of the newest package with statements, and emits it.
    pub(crate) fn fill(&self, statements: &str) -> Ran {
        let source = format!("{}/migration.sql", self.newest_package());
        let text = self.read(&source);
        let filled: Vec<&str> = text
            .lines()
            .map(|line| if line.trim_start().starts_with("-- @placeholder") { statements } else { line })
            .collect();
        assert!(text.contains("-- @placeholder"), "{source} has no placeholder:\n{text}");
        self.write(&source, &format!("{}\n", filled.join("\n")));
        self.novate("migration emit")
    }

    /// Runs `novate` with these arguments (split at white space; `'...'` keeps some) against the project's database.
    pub(crate) fn novate(&self, arguments: &str) -> Ran {
        self.novate_on(&self.db.url(), arguments)
    }

    /// Runs `novate` against another database.
    pub(crate) fn novate_on(&self, url: &str, arguments: &str) -> Ran {
        let output = self.command(url, arguments).output().expect("novate runs");
        ran(arguments, &output)
    }

    /// The command, for tests that start it and do something meanwhile.
    pub(crate) fn command(&self, url: &str, arguments: &str) -> Command {
        // Every command is a minute after the one before, so that packages have names of their own.
        self.clock.set(self.clock.get() + 60);
        let mut command = Command::new(env!("CARGO_BIN_EXE_novate"));
        command
            .args(split(arguments))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("DATABASE_URL", url)
            .env("SOURCE_DATE_EPOCH", self.clock.get().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Executes SQL behind novate's back.
    pub(crate) fn sql(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.db.execute(sql).unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// One value.
    pub(crate) fn value(&self, sql: &str) -> String {
        let rows = self.sql(sql);
        rows.first().and_then(|row| row.first()).and_then(Clone::clone).unwrap_or_default()
    }

    /// Another database on the same server.
    pub(crate) fn another(&self) -> Database {
        Server::shared().expect("a server").database("other").expect("a database")
    }
}

/// A server that has pgvector to offer, with these settings.
pub(crate) fn server_with_vector(settings: &[(&str, &str)]) -> Server {
    let request = Request { extensions: vec!["vector".to_owned()], ..Request::default() };
    let installation = find(&request).unwrap_or_else(|error| panic!("{error}\n{}, or cargo xtask test", error.fix()));
    let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Server::start(&installation, &Options { settings, ..Options::default() }).expect("a server with pgvector")
}

/// Sends a signal to a command that runs.
pub(crate) fn signal(child: &std::process::Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().expect("kill runs");
    assert!(status.success(), "the signal {name} was not sent");
}

/// What a finished command left.
pub(crate) fn ran(arguments: &str, output: &Output) -> Ran {
    Ran {
        command: format!("novate {arguments}"),
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn split(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut any = false;
    for c in arguments.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

impl Ran {
    /// It must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.transcript());
        self
    }

    /// It must have ended with this exit code and named this error.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, error: &str) -> Self {
        assert_eq!(self.code, code, "{}", self.transcript());
        assert!(self.err.contains(error) || self.out.contains(error), "no {error} in\n{}", self.transcript());
        self
    }

    /// It must have printed this, on stdout or stderr.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text) || self.out.contains(text), "no {text:?} in\n{}", self.transcript());
        self
    }

    /// It must not have printed this.
    #[track_caller]
    pub(crate) fn does_not_say(self, text: &str) -> Self {
        assert!(!self.err.contains(text) && !self.out.contains(text), "{text:?} in\n{}", self.transcript());
        self
    }

    /// Its stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}", self.transcript()))
    }

    /// Command, output and exit code, with what differs from run to run replaced.
    pub(crate) fn transcript(&self) -> String {
        let mut text = format!("$ {}\n", self.command);
        for part in [&self.err, &self.out] {
            text.push_str(part.trim_end());
            if !part.trim_end().is_empty() {
                text.push('\n');
            }
        }
        if self.code != 0 {
            text.push_str(&format!("[exit {}]\n", self.code));
        }
        redact(&text)
    }
}

/// Hashes, durations, times and database names as fixed words.
fn redact(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let hex = rest.bytes().take_while(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()).count();
        let after_word = out.chars().last().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if !after_word && (hex == 12 || hex == 64) && rest[..hex].bytes().any(|b| b.is_ascii_digit()) {
            out.push_str("<hash>");
            rest = &rest[hex..];
            continue;
        }
        let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        if !after_word
            && digits > 0
            && [" ms", " s\n", " s:", " s "].iter().any(|unit| rest[digits..].starts_with(unit))
        {
            out.push_str("<time>");
            let unit = rest[digits + 1..].bytes().take_while(u8::is_ascii_lowercase).count();
            rest = &rest[digits + 1 + unit..];
            continue;
        }
        let c = rest.chars().next().unwrap_or_default();
        if let (false, Some(at)) = (after_word, rest.find(" (DATABASE_URL").filter(|_| rest.starts_with("postgres@"))) {
            out.push_str("<database>");
            rest = &rest[at..];
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
