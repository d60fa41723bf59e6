//! Chance that a seed repeats.

use std::time::Duration;

/// A generator (SplitMix64); the same seed and round give the same numbers on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// For one round of a drill, so that a round can be repeated without those before it.
    pub(crate) fn of(seed: u64, round: usize) -> Self {
        let mut outer = Self(seed);
        let start = outer.next();
        Self(start ^ (round as u64).wrapping_mul(STEP))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a limit; 0 where that is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        // Uneven by less than one in 2^40 for limits that a drill has.
        self.next().checked_rem(limit).unwrap_or_default()
    }

    /// A moment within a duration, to the microsecond.
    pub(crate) fn within(&mut self, whole: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(whole.as_micros()).unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_repeat_and_differ() {
        let draw = |seed, round| {
            let mut random = Random::of(seed, round);
            (0..4).map(|_| random.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(8, 3));
        assert_eq!(Random::of(1, 1).below(0), 0);
    }

    #[test]
    fn moments_spread_over_the_whole() {
        let whole = Duration::from_millis(100);
        let mut tenths = [0; 10];
        for round in 0..1000 {
            let moment = Random::of(42, round).within(whole);
            let tenth = usize::try_from(moment.as_millis() / 10).unwrap_or(usize::MAX);
            if let Some(count) = tenths.get_mut(tenth) {
                *count += 1;
            }
        }
        assert_eq!(tenths.iter().sum::<i32>(), 1000, "{tenths:?}");
        assert!(tenths.iter().all(|count| (50..150).contains(count)), "{tenths:?}");
    }
}
