//! What a run reports while it is under way.

use std::fmt;
use std::time::Duration;

use novate_runner::Outcome;

/// Something that happened in a run. `Display` is a line for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The space.
    pub space: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The lock of the space is held, and it is known what is to be done.
    #[non_exhaustive]
    Planned {
        /// The packages to apply, in order; none where the database is at the goal.
        packages: Vec<String>,
    },
    /// Others hold what is needed: another instance that migrates, or a long transaction.
    #[non_exhaustive]
    Waiting {
        /// Who, as far as it may be seen.
        holders: Vec<String>,
        /// How long until the next attempt; `None` while the server waits.
        pause: Option<Duration>,
    },
    /// A package begins.
    #[non_exhaustive]
    PackageStarted {
        /// Its name.
        package: String,
        /// How many operations it has.
        operations: usize,
    },
    /// A package that another run began, and did not end, is gone on with.
    #[non_exhaustive]
    Resuming {
        /// Its name.
        package: String,
        /// The operation at which it stood, from 0.
        operation: usize,
    },
    /// An operation begins.
    #[non_exhaustive]
    OperationStarted {
        /// Its place in the package, from 0.
        index: usize,
        /// What it does, in one line.
        label: String,
    },
    /// An operation has ended.
    #[non_exhaustive]
    OperationFinished {
        /// Its place in the package, from 0.
        index: usize,
        /// What it does, in one line.
        label: String,
        /// Rows that it changed and how long it took; `None` where its result was there already.
        ran: Option<(u64, Duration)>,
    },
    /// The schema is compared with the contract that the package leads to.
    #[non_exhaustive]
    Comparing {
        /// The package.
        package: String,
    },
    /// A package has arrived: it is committed, unless several spaces are, all of them at the end.
    #[non_exhaustive]
    PackageFinished {
        /// Its name.
        package: String,
        /// How long it took.
        took: Duration,
    },
    /// The server said something.
    #[non_exhaustive]
    Notice {
        /// `NOTICE`, `WARNING`, ...
        severity: String,
        /// What it said.
        message: String,
    },
}

impl Event {
    /// The event of a run in a space; what only rehearsals observe is none.
    pub(crate) fn of(space: &str, event: novate_runner::Event) -> Option<Self> {
        use novate_runner::Event as Run;
        let words = |holders: &[novate_runner::LockHolder]| holders.iter().map(ToString::to_string).collect();
        let what = match event {
            Run::Route { packages } => What::Planned { packages: packages.iter().map(ToString::to_string).collect() },
            Run::Blocked { holders } if holders.is_empty() => return None,
            Run::Blocked { holders } => What::Waiting { holders: words(&holders), pause: None },
            Run::Waiting { holders, pause, .. } => What::Waiting { holders: words(&holders), pause: Some(pause) },
            Run::PackageStarted { package, operations } => {
                What::PackageStarted { package: package.to_string(), operations }
            }
            Run::Resuming { package, operation } => What::Resuming { package: package.to_string(), operation },
            Run::OperationStarted { index, label } => What::OperationStarted { index, label },
            Run::OperationFinished { index, label, outcome } => What::OperationFinished {
                index,
                label,
                ran: match outcome {
                    Outcome::Executed { rows, took } => Some((rows, took)),
                    Outcome::Skipped => None,
                },
            },
            Run::OperationObserved { .. } | Run::Space { .. } => return None,
            Run::Comparing { package } => What::Comparing { package: package.to_string() },
            Run::PackageFinished { package, took } => What::PackageFinished { package: package.to_string(), took },
            Run::Notice { severity, message } => What::Notice { severity, message },
        };
        Some(Self { space: space.to_owned(), what })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.space)?;
        match &self.what {
            What::Planned { packages } if packages.is_empty() => f.write_str("nothing to apply"),
            What::Planned { packages } => write!(f, "to apply: {}", packages.join(", ")),
            What::Waiting { holders, .. } if holders.is_empty() => f.write_str("waiting for another session"),
            What::Waiting { holders, .. } => write!(f, "waiting for {}", holders.join("; ")),
            What::PackageStarted { package, operations } => write!(f, "{package} ({operations} operations)"),
            What::Resuming { package, operation } => write!(f, "resuming {package} at operation {}", operation + 1),
            What::OperationStarted { label, .. } => f.write_str(label),
            What::OperationFinished { label, ran: Some((rows, took)), .. } => {
                write!(f, "{label}: done, {rows} rows, {} ms", took.as_millis())
            }
            What::OperationFinished { label, ran: None, .. } => write!(f, "{label}: was there already"),
            What::Comparing { package } => write!(f, "comparing the schema with the contract of {package}"),
            What::PackageFinished { package, took } => write!(f, "{package} applied, {} ms", took.as_millis()),
            What::Notice { severity, message } => write!(f, "{severity}: {message}"),
        }
    }
}
