//! Bringing up a server of our own: folder, data directory, settings, process, first connection.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::conninfo::{PORT, Target};
use crate::error::ScratchError;
use crate::find::Installation;
use crate::folder::Folder;
use crate::identity;
use crate::process::{Process, Stop, await_former, end_orphan, log_tail};
use crate::server::Options;
use crate::template;
use crate::wire::{Connection, Failure};

/// For every server: no network, and nothing that differs from one machine to the next.
const ALWAYS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "100"),
    ("max_locks_per_transaction", "1024"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("jit", "off"),
    ("log_checkpoints", "off"),
    ("max_logical_replication_workers", "0"),
];
/// For data that nobody will miss.
const THROWAWAY: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("shared_buffers", "32MB"),
    ("max_wal_size", "128MB"),
    ("min_wal_size", "2MB"),
    ("checkpoint_timeout", "1h"),
    // Inside the data directory, which is in memory already, so that nothing is left elsewhere after a kill.
    ("dynamic_shared_memory_type", "mmap"),
];
/// How long a server may take to accept a connection: a throwaway one takes 0.1 s, a durable one may have to recover.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a server whose owner was killed may take to stop: it writes what it has in memory first.
const FORMER: Duration = Duration::from_secs(20);

/// A server of ours. The process goes first, then the folder's lock.
#[derive(Debug)]
pub(crate) struct Launched {
    process: Option<Process>,
    data: Option<Utf8PathBuf>,
    folder: Folder,
}

impl Launched {
    pub(crate) fn launch(
        installation: &Installation,
        options: &Options,
    ) -> Result<(Self, Target, Connection), ScratchError> {
        // Before the folder: a first use initialises the template, which may fail and takes a while.
        let template = template::prepared(installation)?;
        let mut this = Self { process: None, data: None, folder: Folder::create()? };
        let (data, stop) = match &options.durable {
            None => {
                let data = this.folder.path.join("data");
                template::copy(&template, &data)?;
                (data, Stop::Immediate)
            }
            Some(dir) => {
                let data = durable_data(installation, &template, dir)?;
                await_former(&data, FORMER);
                (data, Stop::Fast)
            }
        };
        let port = match options.port {
            _ if !options.tcp => PORT,
            Some(port) if is_free(port) => port,
            _ => free_port()?,
        };
        write_settings(&data, options, port)?;
        write_files(&data, options)?;
        this.data = Some(data.clone());

        let mut server = installation.command("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(&this.folder.path);
        let process = this.process.insert(Process::start(&server, &this.folder.path, stop)?);
        let target = Target::socket(this.folder.path.clone(), port);
        let failed = |reason: String| ScratchError::StartFailed {
            version: installation.version.to_string(),
            reason: format!("{reason}{}", log_tail(&this.folder.path)),
        };
        let connection = first_connection(process, &target).map_err(failed)?;
        // It does with what it gets: one of the two addresses is enough for it.
        if options.tcp && log_tail(&this.folder.path).contains(PORT_TAKEN) {
            return Err(failed("it could not listen on its port:".to_owned()));
        }
        Ok((this, target, connection))
    }

    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.folder.path
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        // Waits until the supervisor has stopped the server and removed the folder.
        let had_process = self.process.take().is_some();
        // Where there was no supervisor yet, or somebody killed it.
        if let (true, Some(data)) = (had_process, &self.data) {
            end_orphan(data, &self.folder.path);
        }
        self.folder.remove();
    }
}

/// What PostgreSQL says of a port that somebody else has.
const PORT_TAKEN: &str = "Address already in use";

/// Whether a server did not start because its port was taken.
pub(crate) fn is_port_taken(error: &ScratchError) -> bool {
    matches!(error, ScratchError::StartFailed { reason, .. } if reason.contains(PORT_TAKEN))
}

/// A port that nobody listens on, on either loopback address.
fn free_port() -> Result<u16, ScratchError> {
    let failed = || ScratchError::io("look for a free port");
    for _ in 0..100 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed())?;
        let port = listener.local_addr().map_err(failed())?.port();
        // A machine without IPv6 has nobody who could have taken it there.
        match TcpListener::bind(("::1", port)) {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            _ => return Ok(port),
        }
    }
    Err(failed()(std::io::ErrorKind::AddrInUse.into()))
}

/// Whether nobody listens on a port of the loopback addresses.
fn is_free(port: u16) -> bool {
    ["127.0.0.1", "::1"].iter().all(|address| {
        !matches!(TcpListener::bind((*address, port)), Err(error) if error.kind() == std::io::ErrorKind::AddrInUse)
    })
}

/// Connects as soon as the server lets us, looking every other millisecond; `Err` says why it never will.
fn first_connection(process: &Process, target: &Target) -> Result<Connection, String> {
    let began = Instant::now();
    loop {
        let failure = match Connection::open(target, &target.database) {
            Ok(connection) => return Ok(connection),
            Err(failure) => failure,
        };
        // No socket yet, or a server that says it is starting up (57P03): both pass.
        if let Failure::Refused { sqlstate, message } = &failure
            && sqlstate != "57P03"
        {
            return Err(format!("{message}\n"));
        }
        if !process.alive_after(Duration::from_millis(2)) {
            return Err("it ended at once; the end of its log:".to_owned());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("no answer in {} s ({failure}); the end of its log:", PATIENCE.as_secs()));
        }
    }
}

/// The data directory that is kept: the one that is there, or a new one, flushed to disk before its first use.
fn durable_data(installation: &Installation, template: &Utf8Path, dir: &Utf8Path) -> Result<Utf8PathBuf, ScratchError> {
    let dir = camino::absolute_utf8(dir).map_err(ScratchError::io(format!("resolve {dir}")))?;
    let failed = |reason: String| ScratchError::StartFailed { version: installation.version.to_string(), reason };
    if let Ok(major) = fs_err::read_to_string(dir.join("PG_VERSION")) {
        if major.trim() == installation.version.major.to_string() {
            return Ok(dir);
        }
        return Err(failed(format!(
            "{dir} holds data of PostgreSQL {}; start that major, or remove the folder to begin anew",
            major.trim()
        )));
    }
    if dir.exists() {
        return Err(failed(format!("{dir} exists and is not a data directory of PostgreSQL; name another folder")));
    }
    if let Some(parent) = dir.parent() {
        fs_err::create_dir_all(parent).map_err(ScratchError::io(format!("create the folder {parent}")))?;
    }
    let growing = dir.with_extension("new");
    let _ = std::fs::remove_dir_all(&growing);
    template::copy(template, &growing)?;
    identity::check_reachable(&growing).inspect_err(|_| {
        let _ = std::fs::remove_dir_all(&growing);
    })?;
    let mut sync = installation.command("initdb");
    sync.arg("--sync-only").arg("-D").arg(&growing).current_dir(&growing);
    identity::drop_privileges(&mut sync);
    let output = sync.output().map_err(ScratchError::io("run initdb --sync-only"))?;
    if !output.status.success() {
        return Err(failed(format!("{growing} was not flushed: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    fs_err::rename(&growing, &dir).map_err(ScratchError::io(format!("move {growing} to {dir}")))?;
    Ok(dir)
}

fn write_settings(data: &Utf8Path, options: &Options, port: u16) -> Result<(), ScratchError> {
    let throwaway = if options.durable.is_none() { THROWAWAY } else { &[] };
    let port = port.to_string();
    let tcp = [("listen_addresses", "127.0.0.1,::1"), ("port", port.as_str())];
    let tcp = if options.tcp { tcp.as_slice() } else { &[] };
    let own = ALWAYS.iter().chain(throwaway).chain(tcp).copied();
    let asked = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut lines = String::new();
    for (name, value) in own.chain(asked) {
        let _ = writeln!(lines, "{name} = '{}'", value.replace('\'', "''"));
    }
    let path = data.join(template::SETTINGS_FILE);
    fs_err::write(&path, lines).map_err(ScratchError::io(format!("write {path}")))?;
    identity::give(&path, identity::unprivileged())
}

fn write_files(data: &Utf8Path, options: &Options) -> Result<(), ScratchError> {
    for (name, text) in &options.files {
        let path = data.join(name);
        let doing = || format!("write {path}");
        let mut file = fs_err::OpenOptions::new();
        file.write(true).create(true).truncate(true).options_mut().mode(0o600);
        let mut file = file.open(&path).map_err(ScratchError::io(doing()))?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(ScratchError::io(doing()))?;
        identity::give(&path, identity::unprivileged())?;
    }
    Ok(())
}
