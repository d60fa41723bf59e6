//! Servers: one of our own on a private socket, or the one that a URL names.

use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use camino::Utf8PathBuf;

use crate::conninfo::Target;
use crate::database::Database;
use crate::error::ScratchError;
use crate::find::{Installation, Request, find};
#[cfg(unix)]
use crate::launch::{self, Launched};
use crate::version::{Major, Version};
use crate::wire::{Connection, Failure, Rows};

/// How a server of our own is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// A data directory that is kept, with durable writes, as `novate dev` has one. None: a throwaway server whose
    /// data vanishes with it and that trades every safety for speed.
    pub durable: Option<Utf8PathBuf>,
    /// Further lines of configuration, such as `("wal_level", "logical")`; they win over this crate's own.
    pub settings: Vec<(String, String)>,
    /// Files to put into the data directory before the start, by name, such as `("pg_hba.conf", ...)`. They belong to
    /// the user that the server runs as, and nobody else may read them. This crate itself comes in as `postgres`
    /// through the socket, without a password.
    pub files: Vec<(String, String)>,
    /// Listen on `127.0.0.1` and `::1` too, at a port that was free; [`Server::port`] says which.
    pub tcp: bool,
    /// The port to listen on where [`Self::tcp`] is asked for and nobody has it; otherwise any that is free.
    pub port: Option<u16>,
}

/// How many ports are tried for a server that listens on one.
#[cfg(unix)]
const PORTS: u32 = 5;

/// A PostgreSQL server for scratch use.
///
/// One that was started here stops, and its data is removed, when the value and all its databases are dropped, and
/// likewise when this process ends in any way.
#[derive(Debug)]
pub struct Server {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) target: Target,
    pub(crate) version: Version,
    /// One connection for making and dropping databases, opened anew when it breaks.
    admin: Mutex<Option<Connection>>,
    made: AtomicU32,
    /// Set for a server that others use too, whose database names must be unique across processes.
    stamp: Option<String>,
    /// Dropped last: the connection above ends before the server does.
    #[cfg(unix)]
    launched: Option<Launched>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("place", &self.target.place())
            .field("version", &self.version.text)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// The server that `NOVATE_SCRATCH_URL` names, or else a throwaway one of the installation that [`find`] finds.
    pub fn open(request: &Request) -> Result<Self, ScratchError> {
        match env::var(crate::URL_VARIABLE) {
            Ok(url) if !url.is_empty() => {
                let server = Self::connect(&url)?;
                match request.major {
                    Some(major) if major != server.major() => Err(ScratchError::NotFound {
                        wanted: request.major,
                        extensions: Vec::new(),
                        present: vec![format!("{} at {}", server.version(), server.inner.target.place())],
                    }),
                    _ => Ok(server),
                }
            }
            _ => Self::start(&find(request)?, &Options::default()),
        }
    }

    /// One throwaway server for the whole process, started at the first call: the convenience for tests.
    ///
    /// Statics are never dropped; the end of the process is what stops it.
    pub fn shared() -> Result<&'static Self, ScratchError> {
        static SHARED: OnceLock<Server> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = SHARED.get() {
            return Ok(server);
        }
        let server = Self::open(&Request::default())?;
        Ok(SHARED.get_or_init(|| server))
    }

    /// Starts a server of an installation.
    #[cfg(unix)]
    pub fn start(installation: &Installation, options: &Options) -> Result<Self, ScratchError> {
        let mut attempts = 0;
        let (launched, target, connection) = loop {
            attempts += 1;
            match Launched::launch(installation, options) {
                // Between the moment a port was seen to be free and the server's start, somebody took it.
                Err(error) if attempts < PORTS && launch::is_port_taken(&error) => {}
                outcome => break outcome?,
            }
        };
        Ok(Self::of(target, connection, Some(launched), None))
    }

    /// Starts a server of an installation.
    #[cfg(not(unix))]
    pub fn start(_installation: &Installation, _options: &Options) -> Result<Self, ScratchError> {
        Err(ScratchError::Platform)
    }

    /// Uses a server that runs already, on which only databases made here are touched.
    pub fn connect(url: &str) -> Result<Self, ScratchError> {
        let target = Target::parse(url)?;
        let connection =
            Connection::open(&target, &target.database).map_err(|failure| unreachable(&target, &failure))?;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let stamp = format!("{:x}_{:x}", std::process::id(), since.as_micros());
        Ok(Self::of(
            target,
            connection,
            #[cfg(unix)]
            None,
            Some(stamp),
        ))
    }

    fn of(
        target: Target,
        connection: Connection,
        #[cfg(unix)] launched: Option<Launched>,
        stamp: Option<String>,
    ) -> Self {
        let text = connection.server_version();
        let version = Version::parse(text).unwrap_or_else(|| Version { major: Major(0), text: text.to_owned() });
        Self {
            inner: Arc::new(Inner {
                target,
                version,
                admin: Mutex::new(Some(connection)),
                made: AtomicU32::new(0),
                stamp,
                #[cfg(unix)]
                launched,
            }),
        }
    }

    /// The server's version.
    pub fn version(&self) -> &Version {
        &self.inner.version
    }

    /// The server's major version.
    pub fn major(&self) -> Major {
        self.inner.version.major
    }

    /// The URL of one of its databases, for libpq, tokio-postgres and every other client.
    pub fn url(&self, database: &str) -> String {
        self.inner.target.url(database)
    }

    /// The key/value connection string of one of its databases.
    pub fn conninfo(&self, database: &str) -> String {
        self.inner.target.conninfo(database)
    }

    /// The port that it listens on, which also is part of its socket's name.
    pub fn port(&self) -> u16 {
        self.inner.target.port
    }

    /// Makes an empty database; `prefix` begins its name, for those who read logs. It is dropped with the value.
    pub fn database(&self, prefix: &str) -> Result<Database, ScratchError> {
        Database::create(&self.inner, prefix, "template0")
    }

    /// Makes a copy of a database of this server, to which nobody may be connected at this moment.
    pub fn database_from(&self, prefix: &str, template: &Database) -> Result<Database, ScratchError> {
        Database::create(&self.inner, prefix, template.name())
    }

    /// Runs statements in any database of the server, on a connection of their own, and returns all rows as text.
    pub fn execute_in(&self, database: &str, sql: &str) -> Result<Rows, ScratchError> {
        let mut connection = self.inner.open(database)?;
        connection.run(sql).map_err(|failure| self.inner.failed(failure, sql))
    }

    /// A database of that name which an earlier server made on the same data. It is dropped with the value.
    pub fn adopt(&self, name: &str) -> Database {
        Database::adopt(&self.inner, name)
    }

    /// Whether the server has an extension to offer, such as `vector`.
    pub fn offers_extension(&self, name: &str) -> Result<bool, ScratchError> {
        let literal = name.replace('\'', "''");
        let rows = self.inner.admin(&format!("SELECT 1 FROM pg_available_extensions WHERE name = '{literal}'"))?;
        Ok(!rows.is_empty())
    }

    /// The folder that holds the server's socket and log; none for a server that only a URL names.
    #[cfg(unix)]
    pub fn folder(&self) -> Option<&camino::Utf8Path> {
        self.inner.launched.as_ref().map(Launched::folder)
    }
}

impl Inner {
    /// A name no other database of the server has.
    pub(crate) fn unique_name(&self, prefix: &str) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let prefix: String = prefix.chars().take(24).collect::<String>().to_lowercase();
        let prefix = prefix.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        match &self.stamp {
            Some(stamp) => format!("{prefix}_{stamp}_{number}"),
            None => format!("{prefix}_{number}"),
        }
    }

    /// Runs statements on the maintenance connection.
    pub(crate) fn admin(&self, sql: &str) -> Result<Rows, ScratchError> {
        let mut admin = self.admin.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = admin.take();
        let reused = kept.is_some();
        let mut connection = kept.map_or_else(|| self.open(&self.target.database), Ok)?;
        let mut result = connection.run(sql);
        if reused && matches!(result, Err(Failure::Broken(_))) {
            // Somebody ended the idle connection, as a test that terminates all backends does.
            connection = self.open(&self.target.database)?;
            result = connection.run(sql);
        }
        if !matches!(result, Err(Failure::Broken(_))) {
            *admin = Some(connection);
        }
        result.map_err(|failure| self.failed(failure, sql))
    }

    pub(crate) fn open(&self, database: &str) -> Result<Connection, ScratchError> {
        Connection::open(&self.target, database).map_err(|failure| unreachable(&self.target, &failure))
    }

    pub(crate) fn failed(&self, failure: Failure, sql: &str) -> ScratchError {
        match failure {
            Failure::Refused { sqlstate, message } => {
                let statement = sql.chars().take(300).collect();
                ScratchError::Sql { sqlstate, message, statement }
            }
            broken @ Failure::Broken(_) => unreachable(&self.target, &broken),
        }
    }
}

fn unreachable(target: &Target, failure: &Failure) -> ScratchError {
    ScratchError::ConnectFailed { place: target.place(), reason: failure.to_string() }
}
