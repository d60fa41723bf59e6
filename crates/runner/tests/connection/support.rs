use std::path::{Path, PathBuf};

use fs_err as fs;
use novate_runner::connection::{ConnectEnv, Connected, ConnectionError, ConnectionString, connect};
use novate_scratch::{Options, Request, Server, find};
use tempfile::TempDir;

use crate::pki::Pair;

/// No error may show it.
pub(crate) const PASSWORD: &str = "planted-Passw0rd";

/// Surroundings in which nothing is set.
pub(crate) fn env() -> ConnectEnv {
    ConnectEnv::new([], None, Some("postgres".to_owned()))
}

/// Surroundings with variables and a home directory.
pub(crate) fn env_of(variables: &[(&str, &str)], home: Option<&Path>) -> ConnectEnv {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ConnectEnv::new(variables, home.map(Path::to_owned), Some("postgres".to_owned()))
}

pub(crate) async fn open(text: &str) -> Result<Connected, ConnectionError> {
    open_in(text, &env()).await
}

/// Opens, and looks at what people would see of a failure.
pub(crate) async fn open_in(text: &str, env: &ConnectEnv) -> Result<Connected, ConnectionError> {
    let outcome = match ConnectionString::parse(text, env) {
        Ok(string) => connect(&string, "novate-test").await,
        Err(error) => Err(error),
    };
    outcome.inspect_err(check)
}

/// Every error has a page, says why and what to do, and shows no password.
fn check(error: &ConnectionError) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors").join(format!("{}.md", error.code()));
    assert!(page.is_file(), "{} has no page", error.code());
    assert!(!error.why().is_empty() && !error.fix().is_empty(), "{error}");
    let shown = format!("{error}\n{error:?}\n{error:#?}\n{}\n{}", error.why(), error.fix());
    assert!(!shown.contains(PASSWORD), "{shown}");
}

/// The first column of the first row.
pub(crate) async fn ask(connected: &Connected, sql: &str) -> String {
    let rows = novate_runner::connection::unnamed::text_rows(&connected.client, sql).await.unwrap();
    rows.first().and_then(|row| row.first()).cloned().flatten().unwrap_or_default()
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In, over TLS.
    Secure,
    /// In, without TLS.
    Plain,
    /// An error of this code, whose texts hold this.
    Fails(&'static str, &'static str),
}

/// Connects and compares what happens with what should; several rows are judged before any fails the test.
pub(crate) struct Table {
    env: ConnectEnv,
    wrong: Vec<String>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::within(env())
    }

    pub(crate) fn within(env: ConnectEnv) -> Self {
        Self { env, wrong: Vec::new() }
    }

    pub(crate) async fn row(&mut self, text: &str, expected: Outcome) {
        let got = match open_in(text, &self.env).await {
            Ok(connected) => {
                let tls = ask(&connected, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await;
                if tls == "t" { Outcome::Secure } else { Outcome::Plain }
            }
            Err(error) => {
                let shown = format!("{error}\n{}\n{}", error.why(), error.fix());
                match &expected {
                    Outcome::Fails(code, text) if error.code() == *code && shown.contains(text) => expected.clone(),
                    _ => {
                        self.wrong.push(format!("{text}\n  expected {expected:?}\n  {} {shown}", error.code()));
                        return;
                    }
                }
            }
        };
        if got != expected {
            self.wrong.push(format!("{text}\n  expected {expected:?}\n  got {got:?}"));
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        assert!(self.wrong.is_empty() || std::thread::panicking(), "{}", self.wrong.join("\n"));
    }
}

/// A server that listens on a port, and a folder for the files of its clients.
pub(crate) struct Stage {
    pub(crate) server: Server,
    folder: TempDir,
}

impl Stage {
    /// With these lines of pg_hba.conf, after the one that lets the tests themselves in.
    pub(crate) fn start(hba: &str, tls: Option<&Pair>, more: &[(&str, &str)]) -> Self {
        Self::start_with(hba, tls, more, &[])
    }

    /// With further files in the data directory.
    pub(crate) fn start_with(hba: &str, tls: Option<&Pair>, settings: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut options = Options { tcp: true, ..Options::default() };
        options.files = files.iter().map(owned).collect();
        options.files.push(("pg_hba.conf".to_owned(), format!("local all postgres trust\n{hba}\n")));
        options.settings = settings.iter().map(owned).collect();
        // The default since PostgreSQL 14.
        options.settings.push(("password_encryption".to_owned(), "scram-sha-256".to_owned()));
        if let Some(pair) = tls {
            options.files.push(("server.crt".to_owned(), pair.certificate.clone()));
            options.files.push(("server.key".to_owned(), pair.key.clone()));
            options.settings.push(("ssl".to_owned(), "on".to_owned()));
        }
        let server = Server::start(&find(&Request::default()).unwrap(), &options).unwrap();
        Self { server, folder: tempfile::tempdir().unwrap() }
    }

    /// Statements of the superuser.
    pub(crate) fn execute(&self, sql: &str) {
        self.server.database("stage").unwrap().execute(sql).unwrap();
    }

    /// How to get there by TCP: `hostaddr` alone, so that a test can say `host`.
    pub(crate) fn address(&self) -> String {
        format!("hostaddr=127.0.0.1 port={}", self.server.port())
    }

    /// A file of a client's, that nobody else may read; gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        self.file_with_mode(name, text, 0o600)
    }

    pub(crate) fn file_with_mode(&self, name: &str, text: &str, mode: u32) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        chmod(&path, mode);
        path.display().to_string()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn chmod(_path: &Path, _mode: u32) {}
