//! Texts to contracts.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use novate_source::SourceOptions;

use crate::{SIZES, stage};

/// Parsing and interpreting.
#[divan::bench(args = SIZES)]
fn read(bencher: Bencher<'_, '_>, tables: usize) {
    let files = stage::files(tables);
    let options = SourceOptions::default();
    bencher
        .counter(ItemsCount::new(tables))
        .bench_local(|| novate_source::read(black_box(&files), black_box(&options)));
}
