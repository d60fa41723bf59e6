//! A PgBouncer in front of a server.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::Server;

use crate::demo::temporary;
use crate::failure::Failure;
use crate::process::{capture, run as run_process};
use crate::say;

/// Where Debian puts it, which is on root's path alone.
const USUAL: &str = "/usr/sbin/pgbouncer";

/// The program; installed only where nobody minds: on a machine that exists for one run.
pub(super) fn program() -> Result<Utf8PathBuf, Failure> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let install = "apt-get install -y pgbouncer";
    let apt = capture(Command::new("apt-get").arg("--version")).is_ok_and(|output| output.ok);
    if std::env::var("CI").is_ok_and(|value| value == "true") && is_root()? && apt {
        say::note(install);
        run_process(Command::new("apt-get").arg("update").stdout(Stdio::null()))?;
        run_process(Command::new("apt-get").args(["install", "-y", "pgbouncer"]).stdout(Stdio::null()))?;
        if let Some(found) = find() {
            return Ok(found);
        }
    }
    Err(Failure::new("PgBouncer is not installed", install))
}

fn find() -> Option<Utf8PathBuf> {
    let name = Utf8PathBuf::from("pgbouncer");
    [name, Utf8PathBuf::from(USUAL)]
        .into_iter()
        .find(|program| capture(Command::new(program).arg("--version")).is_ok_and(|output| output.ok))
}

#[cfg(unix)]
fn open_to_all(folder: &Utf8Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs_err::set_permissions(folder, std::fs::Permissions::from_mode(0o777))?)
}

#[cfg(not(unix))]
fn open_to_all(_folder: &Utf8Path) -> Result<(), Failure> {
    Ok(())
}

fn is_root() -> Result<bool, Failure> {
    Ok(capture(Command::new("id").arg("-u"))?.stdout.trim() == "0")
}

/// How sessions are handed out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    Transaction,
    Session,
    Statement,
}

/// A running PgBouncer, ended with the value.
pub(super) struct Pool {
    process: Child,
    folder: Utf8PathBuf,
    port: u16,
}

impl Pool {
    pub(super) fn start(program: &Utf8PathBuf, server: &Server, mode: Mode, size: u32) -> Result<Self, Failure> {
        let folder = temporary("novate-drill")?;
        // PgBouncer does not run as root; whoever it runs as has to get in.
        open_to_all(&folder)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mode = match mode {
            Mode::Transaction => "transaction",
            Mode::Session => "session",
            Mode::Statement => "statement",
        };
        // In turn, so that no two statements run in the same session by chance.
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users\npool_mode = {mode}\n\
             default_pool_size = {size}\nmin_pool_size = {size}\nserver_round_robin = 1\nlogfile = {folder}/log\n",
            server.port()
        );
        fs_err::write(folder.join("settings"), settings)?;
        fs_err::write(folder.join("users"), "\"postgres\" \"\"\n")?;
        let mut command = Command::new(program);
        if is_root()? {
            command.args(["-u", "nobody"]);
        }
        let process = command
            .arg(folder.join("settings"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut pool = Self { process, folder, port };
        pool.wait()?;
        Ok(pool)
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if began.elapsed() > Duration::from_secs(10) || self.process.try_wait()?.is_some() {
                let log = fs_err::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(Failure::new(format!("PgBouncer does not answer:\n{log}"), "mend what its log says"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The URL of a database through it.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}
