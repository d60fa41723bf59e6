//! Maps by the numbers of objects.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What is known of objects, by something made of their numbers. The server gives these out one after the other and nobody
/// chooses them, so that they need no hash that withstands being played with.
pub(super) type Numbered<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// Multiplies what it is given by an odd number and stirs.
#[derive(Debug, Default)]
pub(super) struct NumberHasher(u64);

impl NumberHasher {
    fn add(&mut self, number: u64) {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(GOLDEN);
    }
}

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.add(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    fn write_i16(&mut self, number: i16) {
        self.add(u64::from(number.cast_unsigned()));
    }
}
