//! What a run reports while it is under way. Every reporter (text, JSON, progress bars, an application) gets the same.

use std::time::Duration;

use novate_history::PackageName;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The lock of the space is held and the route is known.
    Route {
        /// The packages to apply, in order.
        packages: Vec<PackageName>,
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
    /// The result is compared with the contract that the package leads to.
    Comparing {
        /// The package.
        package: PackageName,
    },
    /// A package is committed.
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
    /// What it runs or ran last, cut to one line.
    pub query: String,
    /// Since when its transaction is open, as the server prints it.
    pub since: String,
}

impl std::fmt::Display for LockHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        write!(f, " since {}", self.since)?;
        if self.query.is_empty() { Ok(()) } else { write!(f, ": {}", self.query) }
    }
}
