//! What stopped a task, and the exact next step.

use novate_scratch::ScratchError;

/// Why a task ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// One sentence without a final full stop.
    pub(crate) what: String,
    /// The next step, a command where there is one.
    pub(crate) fix: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }
}

impl From<ScratchError> for Failure {
    fn from(error: ScratchError) -> Self {
        Self::new(format!("{error} ({})", error.code()), error.fix())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string(), "check the folder's permissions and the free space")
    }
}
