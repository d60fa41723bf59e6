//! How long to wait between requests, and for how long in all.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// How much time and how many requests there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For a call with all its requests and waits.
    pub(crate) call: Duration,
    /// For a request.
    pub(crate) request: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { call: Duration::from_mins(3), request: Duration::from_secs(30) }
    }
}

const FIRST: Duration = Duration::from_millis(500);
/// Between requests that failed.
const LONGEST: Duration = Duration::from_secs(8);
/// Between questions whether something is ready.
const LONGEST_POLL: Duration = Duration::from_secs(2);
/// For a request that has to be made although time is up: to see whether a branch was left behind.
const SHORTEST: Duration = Duration::from_secs(2);
/// Points in time that are further away cannot be told.
const LONGEST_REQUEST: Duration = Duration::from_hours(1);
/// So often is somebody asked who does not answer: some ten seconds.
pub(crate) const UNAVAILABLE_ATTEMPTS: u32 = 6;

/// The waits of one call.
pub(crate) struct Pace<'a> {
    clock: &'a dyn Clock,
    begun: Instant,
    limits: Limits,
}

impl<'a> Pace<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, limits: Limits) -> Self {
        Self { clock, begun: clock.now(), limits }
    }

    /// How long the next request may take.
    pub(crate) fn request(&self) -> Duration {
        self.limits.request.min(self.remaining().max(SHORTEST)).min(LONGEST_REQUEST)
    }

    fn remaining(&self) -> Duration {
        self.limits.call.saturating_sub(self.clock.now().saturating_duration_since(self.begun))
    }

    /// The wait after so many failures, if there is time for it: as long as was asked for, if that is longer.
    pub(crate) fn backoff(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        self.fit(self.grown(attempt, LONGEST).max(asked.unwrap_or_default()))
    }

    /// The wait after so many questions whether something is ready.
    pub(crate) fn poll(&self, attempt: u32) -> Option<Duration> {
        self.fit(self.grown(attempt, LONGEST_POLL))
    }

    pub(crate) fn sleep(&self, delay: Duration) {
        self.clock.sleep(delay);
    }

    fn fit(&self, delay: Duration) -> Option<Duration> {
        (delay < self.remaining()).then_some(delay)
    }

    /// Twice as long each time, less up to a half, so that clients that failed together do not return together.
    fn grown(&self, attempt: u32, longest: Duration) -> Duration {
        let doubled = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(longest);
        doubled.mul_f64(0.5 + 0.5 * self.clock.chance().clamp(0.0, 1.0))
    }
}
