//! What a caller is told while it waits.

use std::time::Duration;

use crate::branch::BranchId;

/// Something that happened during a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The branch exists from now on, although it cannot be connected to yet. Who gives up deletes it.
    Made {
        /// Its id.
        branch: BranchId,
    },
    /// A wait begins.
    Waiting {
        /// What for.
        reason: Reason,
        /// How many requests there were for it, from 1.
        attempt: u32,
        /// How long, until the next request.
        delay: Duration,
    },
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Other operations run on the project.
    Locked,
    /// There were too many requests.
    RateLimited,
    /// Neon was not reached, or failed.
    Unavailable,
    /// An operation is not finished.
    Operation {
        /// What it does, in Neon's word: `start_compute`.
        action: String,
    },
    /// The branch's endpoint has not come up.
    Endpoint,
}
