//! The PostgreSQL that `novate dev` keeps in a project: `.novate/dev`, with its data, its port and its password.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Major, Options, Request, ScratchError, Server, find};
use novate_sql::Literal;

use crate::config::Config;
use crate::files;
use crate::problem::{Place, Problem};

/// Where it is, in the project.
pub(crate) const FOLDER: &str = ".novate/dev";
/// Its database.
const DATABASE: &str = "dev";
/// What is read of the files beside the data.
const MAX_BYTES: usize = 4096;

/// A server that runs, and the lock that says so. The server goes before the lock.
#[derive(Debug)]
pub(crate) struct DevServer {
    server: Server,
    /// For programs: it stays the same as long as its port is free.
    pub(crate) url: String,
    /// The port of the last start, where somebody else has it now.
    pub(crate) lost_port: Option<u16>,
    folder: Utf8PathBuf,
    _lock: File,
}

impl DevServer {
    /// Starts it on the data that is there, or on new data.
    pub(crate) fn start(config: &Config) -> Result<Self, Problem> {
        let folder = config.root.join(FOLDER);
        config.check_within(&folder)?;
        fs_err::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        // All of it is this machine's own.
        write(&config.root.join(".novate/.gitignore"), "*\n")?;
        let Some(lock) = lock_soon(&folder)? else {
            return Err(Problem::input("DEV.RUNNING", "novate dev runs in this project already")
                .why(format!("another process holds {FOLDER}/lock"))
                .fix("use that one (novate dev --url prints its URL), or stop it first"));
        };
        let password = password(&folder)?;
        let data = folder.join("data");
        let major = |text: String| text.trim().parse().ok().map(Major);
        let request = Request {
            major: read(&data.join("PG_VERSION")).and_then(major),
            prefer: config.postgres_major.map(Major),
            ..Request::default()
        };
        let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let known_port = read(&folder.join("port")).and_then(|port| port.trim().parse().ok());
        let options = Options {
            durable: Some(data),
            settings: vec![setting("password_encryption", "scram-sha-256")],
            files: vec![setting("pg_hba.conf", "local all postgres trust\nhost all all samehost scram-sha-256\n")],
            tcp: true,
            port: known_port,
        };
        let server = Server::start(&find(&request)?, &options)?;
        prepare(&server, &password)?;
        let port = server.port();
        write(&folder.join("port"), &format!("{port}\n"))?;
        let url = format!("postgresql://postgres:{password}@127.0.0.1:{port}/{DATABASE}");
        write(&folder.join("url"), &url)?;
        let lost_port = known_port.filter(|known| *known != port);
        Ok(Self { server, url, lost_port, folder, _lock: lock })
    }

    /// How novate itself connects: through the socket, whatever the environment says of TLS and passwords.
    pub(crate) fn own_url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// Its version.
    pub(crate) fn version(&self) -> &str {
        &self.server.version().text
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.folder.join("url"));
    }
}

/// The URL of the server that another `novate dev` runs in this project.
pub(crate) fn url_of_running(config: &Config) -> Result<String, Problem> {
    let folder = config.root.join(FOLDER);
    let not_running = |why: &str| {
        Problem::input("DEV.NOT_RUNNING", "novate dev does not run in this project").why(why).fix("novate dev")
    };
    if !folder.is_dir() || lock(&folder)?.is_some() {
        return Err(not_running("its server lives as long as the command does"));
    }
    read(&folder.join("url")).ok_or_else(|| not_running("it is just starting"))
}

/// The lock of the folder, which the system releases however its owner ends; `None` where another process has it.
fn lock(folder: &Utf8Path) -> Result<Option<File>, Problem> {
    let path = folder.join("lock");
    let file = private(&path).map_err(|error| unwritable(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(unwritable(&path, &error)),
    }
}

/// [`lock`], tried for a moment: who asks for the URL of the one that runs takes it too, for an instant.
fn lock_soon(folder: &Utf8Path) -> Result<Option<File>, Problem> {
    for _ in 0..5 {
        if let Some(lock) = lock(folder)? {
            return Ok(Some(lock));
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    Ok(None)
}

/// The password that was chosen when the folder was made: other users of the machine can reach the port.
fn password(folder: &Utf8Path) -> Result<String, Problem> {
    let path = folder.join("password");
    if let Some(password) = read(&path).filter(|text| is_password(text)) {
        return Ok(password);
    }
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).map_err(|_| ScratchError::Platform)?;
    let password = format!("{:032x}", u128::from_ne_bytes(bytes));
    write(&path, &password)?;
    Ok(password)
}

/// Whether a text can stand in a URL as it is.
fn is_password(text: &str) -> bool {
    text.len() >= 16 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn prepare(server: &Server, password: &str) -> Result<(), Problem> {
    let there = format!("SELECT 1 FROM pg_database WHERE datname = {}", Literal(DATABASE));
    if server.execute_in("postgres", &there)?.is_empty() {
        server.execute_in("postgres", &format!("CREATE DATABASE {DATABASE}"))?;
    }
    server.execute_in("postgres", &format!("ALTER ROLE postgres PASSWORD {}", Literal(password)))?;
    Ok(())
}

fn read(path: &Utf8Path) -> Option<String> {
    files::read(path, MAX_BYTES).ok()
}

/// Writes a file that nobody else can read.
fn write(path: &Utf8Path, text: &str) -> Result<(), Problem> {
    private(path)
        .and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(text.as_bytes())
        })
        .map_err(|error| unwritable(path, &error))
}

fn private(path: &Utf8Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable(path: &Utf8Path, error: &std::io::Error) -> Problem {
    Problem::input("CONFIG.UNWRITABLE", format!("{path} cannot be written"))
        .why(error.to_string())
        .fix("let this user write to the project's folder .novate")
        .at(Place::file(path))
}
