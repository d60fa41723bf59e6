//! Exit codes: documented, stable, reached by one exhaustive match.

use std::process::ExitCode;

/// How a run of the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Exit {
    /// What was asked for is done.
    Done,
    /// A bug of ours.
    Bug,
    /// The invocation or its inputs are at fault.
    Input,
    /// Somebody said no at a prompt.
    Declined,
    /// Verification found differences.
    Differences,
    /// The migration failed and was rolled back.
    RolledBack,
    /// A package that commits operation by operation stopped midway.
    InTransit,
    /// A policy forbids it.
    Denied,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Bug => 1,
            Self::Input => 2,
            Self::Declined => 3,
            Self::Differences => 4,
            Self::RolledBack => 5,
            Self::InTransit => 6,
            Self::Denied => 7,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
