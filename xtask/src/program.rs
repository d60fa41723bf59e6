//! Running programs whose output is kept: never for longer than a bound, and never past the end of the task.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;

/// What takes longer waits for ever.
pub(crate) const BOUND: Duration = Duration::from_mins(2);

/// `novate`, in a folder.
#[derive(Debug)]
pub(crate) struct Program {
    path: Utf8PathBuf,
    folder: Utf8PathBuf,
    started: AtomicU32,
}

/// A run that has ended.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    shown: String,
    status: ExitStatus,
    /// What it said, on both outputs.
    pub(crate) said: String,
    pub(crate) took: Duration,
}

/// A run that has not.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    shown: String,
    output: Utf8PathBuf,
    began: Instant,
}

impl Program {
    pub(crate) fn new(path: Utf8PathBuf, folder: Utf8PathBuf) -> Self {
        Self { path, folder, started: AtomicU32::new(0) }
    }

    /// The same program in a new folder inside of this one.
    pub(crate) fn elsewhere(&self, name: &str) -> Result<Self, Failure> {
        let folder = self.folder.join(name);
        fs_err::create_dir_all(&folder)?;
        Ok(Self::new(self.path.clone(), folder))
    }

    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Starts it; arguments are split at white space.
    pub(crate) fn start(&self, url: &str, arguments: &str) -> Result<Running, Failure> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let output = self.folder.join(format!("said-{number}"));
        // Every run is a minute after the one before, so that packages have names of their own.
        let clock = 1_778_846_400 + u64::from(number) * 60;
        let mut command = Command::new(&self.path);
        command
            .args(arguments.split_whitespace())
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .env("DATABASE_URL", url)
            .env("SOURCE_DATE_EPOCH", clock.to_string());
        Running::of(&mut command, format!("novate {arguments}"), output)
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, url: &str, arguments: &str) -> Result<Ran, Failure> {
        self.start(url, arguments)?.wait(BOUND)
    }
}

impl Running {
    /// Starts a program that asks nothing; `shown` is the command as people type it, and both outputs go into a file.
    pub(crate) fn of(command: &mut Command, shown: String, output: Utf8PathBuf) -> Result<Self, Failure> {
        let file = fs_err::File::create(&output)?.into_parts().0;
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
        Ok(Self { child, shown, output, began: Instant::now() })
    }

    /// Whether it still runs at a moment after its start, for which this waits.
    pub(crate) fn runs_at(&mut self, moment: Duration) -> Result<bool, Failure> {
        std::thread::sleep(moment.saturating_sub(self.began.elapsed()));
        Ok(self.child.try_wait()?.is_none())
    }

    /// Ends it with SIGKILL, against which it can do nothing.
    pub(crate) fn kill(mut self) -> Result<Ran, Failure> {
        self.child.kill()?;
        self.wait(BOUND)
    }

    /// Waits for its end, and no longer than `bound`.
    pub(crate) fn wait(mut self, bound: Duration) -> Result<Ran, Failure> {
        let mut pause = Duration::from_micros(500);
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if self.began.elapsed() > bound {
                let said = self.said()?;
                let what = format!("{} did not end within {} s: {said}", self.shown, bound.as_secs());
                return Err(Failure::new(what, "see why it waits"));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(5));
        };
        let said = self.said()?;
        Ok(Ran { shown: self.shown.clone(), status, said, took: self.began.elapsed() })
    }

    fn said(&self) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&fs_err::read(&self.output)?).into_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and has nothing to say any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs_err::remove_file(&self.output);
    }
}

impl Ran {
    /// The command as people type it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Its exit code; none where a signal ended it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// It must have succeeded.
    pub(crate) fn ok(self) -> Result<Self, Failure> {
        if self.status.success() { Ok(self) } else { Err(self.wrong("should have succeeded")) }
    }

    /// It must have ended with this code, and have said this.
    pub(crate) fn fails(self, code: i32, text: &str) -> Result<Self, Failure> {
        if self.code() == Some(code) && self.said.contains(text) {
            Ok(self)
        } else {
            Err(self.wrong(&format!("should have ended with {code} and {text}")))
        }
    }

    /// It must have said this.
    pub(crate) fn says(self, text: &str) -> Result<Self, Failure> {
        if self.said.contains(text) { Ok(self) } else { Err(self.wrong(&format!("should have said {text:?}"))) }
    }

    /// What it did, as a failure.
    pub(crate) fn wrong(&self, should: &str) -> Failure {
        Failure::new(format!("this {should}:\n{self}"), "see what it says")
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$ {}\n{}\n[{}, {:?}]", self.shown, self.said.trim_end(), self.status, self.took)
    }
}
