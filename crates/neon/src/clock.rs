//! Time and chance, so that tests have their own.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

pub(crate) trait Clock: Send + Sync {
    fn now(&self) -> Instant;
    fn sleep(&self, delay: Duration);
    /// A number from 0 to 1.
    fn chance(&self) -> f64;
}

pub(crate) struct System;

impl Clock for System {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, delay: Duration) {
        std::thread::sleep(delay);
    }

    fn chance(&self) -> f64 {
        // Every state of the standard library's hasher is seeded afresh: enough to keep clients apart.
        let bits = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default();
        f64::from(bits) / f64::from(u32::MAX)
    }
}
