//! No server outlives its owner, however the owner ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

/// Runs the example `owner`; returns it with the folder and the process id of its server.
fn owner(ending: &str) -> (Child, Utf8PathBuf, String) {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/owner");
    let mut owner = listening(&program)
        .env_remove("NOVATE_SCRATCH_URL")
        .arg(ending)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut url = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let folder = url.trim().split_once("host=").unwrap().1.replace("%2F", "/");
    let folder = Utf8PathBuf::from(folder);
    let pid = fs_err::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    (owner, folder, pid.lines().next().unwrap().to_owned())
}

/// A program that signals end even where this one was started without an ear for them, as shells start what runs in the
/// background.
fn listening(program: &Path) -> Command {
    const DEFAULT: &str = "--default-signal=INT,TERM,HUP";
    if Command::new("env").args([DEFAULT, "true"]).output().is_ok_and(|output| output.status.success()) {
        let mut command = Command::new("env");
        command.arg(DEFAULT).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn runs(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

fn is_gone_soon(folder: &Utf8Path, pid: &str) {
    let began = Instant::now();
    while folder.exists() || runs(pid) {
        assert!(began.elapsed() < Duration::from_secs(5), "{folder} or process {pid} is still there");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn nothing_is_left_when_the_owner_ends_by_itself() {
    for ending in ["return", "exit", "panic", "abort"] {
        let (mut owner, folder, pid) = owner(ending);
        // Waiting closes the input, which it waits for.
        owner.wait().unwrap();
        is_gone_soon(&folder, &pid);
    }
}

#[test]
fn nothing_is_left_when_the_owner_is_killed() {
    for signal in ["INT", "TERM", "HUP", "KILL"] {
        let (mut owner, folder, pid) = owner("wait");
        // The starting thread is gone for a while, and the server is not.
        thread::sleep(Duration::from_millis(50));
        assert!(runs(&pid));
        Command::new("kill").args(["-s", signal, &owner.id().to_string()]).status().unwrap();
        assert!(!owner.wait().unwrap().success());
        is_gone_soon(&folder, &pid);
    }
}
