//! `cargo bench`: what the pure parts take for schemas of 100, 1,000 and 10,000 tables, and for histories of as many
//! packages. Each figure comes with the tables a second; where that does not fall from size to size, the time is linear.

mod catalog;
mod contract;
mod history;
mod planner;
mod source;
mod sql;
mod stage;

use std::time::Duration;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tables.
const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// How often each is measured at the most, and for how long.
const SAMPLES: u32 = 21;
const LONGEST: Duration = Duration::from_secs(3);

fn main() {
    divan::Divan::default().sample_count(SAMPLES).max_time(LONGEST).config_with_args().main();
}
