//! What a run reports while it is under way. Every reporter (text, JSON, progress bars, an application) gets the same.

use std::time::Duration;

use novate_contract::Space;
use novate_history::PackageName;

use crate::Observation;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A run of several spaces comes to this one.
    Space {
        /// The space.
        space: Space,
    },
    /// The lock of the space is held and the route is known.
    Route {
        /// The packages to apply, in order.
        packages: Vec<PackageName>,
    },
    /// What runs waits for other sessions, and goes on waiting.
    Blocked {
        /// Which ones.
        holders: Vec<LockHolder>,
    },
    /// Another session holds a lock that is needed; the transaction was rolled back and is tried again.
    Waiting {
        /// Who holds it, where it could be learnt.
        holders: Vec<LockHolder>,
        /// How long until the next attempt.
        pause: Duration,
        /// Which attempt comes next, from 2.
        attempt: u32,
    },
    /// A package begins.
    PackageStarted {
        /// The package.
        package: PackageName,
        /// How many operations it has.
        operations: usize,
    },
    /// A package that another run began is gone on with.
    Resuming {
        /// The package.
        package: PackageName,
        /// The operation at which it stood, from 0.
        operation: usize,
    },
    /// An operation begins.
    OperationStarted {
        /// Its place in the package, from 0.
        index: usize,
        /// Its label.
        label: String,
    },
    /// An operation has ended.
    OperationFinished {
        /// Its place in the package, from 0.
        index: usize,
        /// Its label.
        label: String,
        /// What became of it.
        outcome: Outcome,
    },
    /// What an operation was seen to do; it ends next.
    OperationObserved {
        /// Its place in the package, from 0.
        index: usize,
        /// What was seen.
        observation: Observation,
    },
    /// The result is compared with the contract that the package leads to.
    Comparing {
        /// The package.
        package: PackageName,
    },
    /// A package has arrived; it is committed, unless it is one of several spaces that are committed together.
    PackageFinished {
        /// The package.
        package: PackageName,
        /// How long it took.
        took: Duration,
    },
    /// The server said something.
    Notice {
        /// `NOTICE`, `WARNING`, ...
        severity: String,
        /// What it said.
        message: String,
    },
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Executed {
        /// Rows that its statements changed.
        rows: u64,
        /// How long it took.
        took: Duration,
    },
    /// Its result was there already.
    Skipped,
}

/// A session that holds a lock that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    /// Its process id on the server.
    pub pid: i32,
    /// What it calls itself.
    pub application: String,
    /// The role that it runs as.
    pub user: String,
    /// `idle in transaction` and the like; empty while it works.
    pub state: String,
    /// What it runs or ran last, in one line, cut, with `…` for texts; empty where it may not be seen.
    pub query: String,
    /// Since when its transaction is open, as the server prints it; empty where it may not be seen.
    pub since: String,
}

impl std::fmt::Display for LockHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pid {}", self.pid)?;
        let who: Vec<&str> = [&self.application, &self.user, &self.state].map(String::as_str).into();
        let who: Vec<&str> = who.into_iter().filter(|word| !word.is_empty()).collect();
        if !who.is_empty() {
            write!(f, " ({})", who.join(", "))?;
        }
        if !self.since.is_empty() {
            write!(f, " since {}", self.since)?;
        }
        if self.query.is_empty() { Ok(()) } else { write!(f, ": {}", self.query) }
    }
}
