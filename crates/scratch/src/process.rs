//! The process that starts a server and is certain to end it.
//!
//! A shell in a process group of its own starts PostgreSQL, then waits for the end of a pipe whose other end only the
//! owner holds. The kernel closes that end however the owner ends: dropped, panicked, interrupted, killed outright.
//! Then, and only then, the shell stops the server and removes its folder. One path for every case, on every Unix, and
//! without the pitfalls of a parent-death signal, which fires when the *thread* that started the server ends.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::error::ScratchError;
use crate::folder::is_owned;
use crate::identity;

/// Signals that a terminal or a session sends to everybody are the owner's to handle; the end of the pipe follows.
/// The server inherits the shell's output, so that the owner sees the end of it when the server is gone.
const SUPERVISOR: &str = r#"
trap '' HUP INT TERM
signal=$1 folder=$2
shift 2
"$@" </dev/null 2>"$folder/log" &
exec >&-
read -r _
kill -s "$signal" $!
wait $!
exec rm -rf "$folder"
"#;

/// How a server is told to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// At once: nothing of it will be read again.
    Immediate,
    /// After a checkpoint.
    Fast,
}

/// A running server and the shell that watches over it.
#[derive(Debug)]
pub(crate) struct Process {
    shell: Child,
    output: Option<ChildStdout>,
}

impl Process {
    /// Starts `server` under supervision; its log goes to `<folder>/log`.
    pub(crate) fn start(server: &Command, folder: &Utf8Path, stop: Stop) -> Result<Self, ScratchError> {
        let signal = match stop {
            Stop::Immediate => "QUIT",
            Stop::Fast => "INT",
        };
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SUPERVISOR, "novate-scratch", signal, folder.as_str()]);
        shell.arg(server.get_program()).args(server.get_args());
        for (name, value) in server.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.current_dir(folder).process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        identity::drop_privileges(&mut shell);
        let mut shell = shell.spawn().map_err(ScratchError::io("start /bin/sh to supervise PostgreSQL"))?;
        let output = shell.stdout.take();
        Ok(Self { shell, output })
    }

    /// Waits for a moment, less when the server ends; says whether it still runs.
    pub(crate) fn alive_after(&self, moment: Duration) -> bool {
        let Some(output) = &self.output else { return false };
        let mut watched = [PollFd::new(output, PollFlags::IN)];
        let nanos = i64::from(moment.subsec_nanos());
        let timeout = Timespec { tv_sec: i64::try_from(moment.as_secs()).unwrap_or(i64::MAX), tv_nsec: nanos };
        match poll(&mut watched, Some(&timeout)) {
            Ok(_) => !watched[0].revents().contains(PollFlags::HUP),
            Err(_) => true,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            tracing::warn!(%error, "the supervisor of a scratch server was not waited for");
        }
    }
}

/// Ends the server that `folder` belongs to when it is still there after its supervisor. The lock file of a durable
/// data directory may be that of another server, which its fifth line, the socket's folder, tells apart.
pub(crate) fn end_orphan(data: &Utf8Path, folder: &Utf8Path) {
    let lock = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = lock.lines();
    let pid = lines.next().and_then(|pid| pid.trim().parse().ok()).and_then(Pid::from_raw);
    let is_ours = lines.nth(3).is_some_and(|socket| socket == folder);
    if let (Some(pid), true) = (pid, is_ours)
        && let Err(error) = kill_process(pid, Signal::QUIT)
    {
        tracing::debug!(%error, %data, "no server to end");
    }
}

/// Waits until the server that last used a data directory is gone: where its owner was killed, the supervisor is still
/// stopping it. One whose owner lives, and one that stays, is for the next start to name.
pub(crate) fn await_former(data: &Utf8Path, patience: Duration) {
    let began = Instant::now();
    while began.elapsed() < patience {
        let lock = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        let pid = lines.next().and_then(|pid| pid.trim().parse().ok()).and_then(Pid::from_raw);
        let owned = lines.nth(3).is_some_and(|socket| is_owned(Utf8Path::new(socket)));
        match pid.map(test_kill_process) {
            Some(Ok(()) | Err(rustix::io::Errno::PERM)) if !owned => std::thread::sleep(Duration::from_millis(50)),
            _ => return,
        }
    }
}

/// The end of a server's log, for a message.
pub(crate) fn log_tail(folder: &Utf8Path) -> String {
    let log = fs_err::read(folder.join("log")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut tail = String::new();
    for line in lines.iter().skip(lines.len().saturating_sub(12)) {
        let _ = write!(tail, "\n  {line}");
    }
    if tail.is_empty() { "it wrote no log".to_owned() } else { tail }
}
