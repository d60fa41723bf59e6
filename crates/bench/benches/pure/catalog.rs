//! Comparing, where the live schema has been read already.

use std::collections::BTreeMap;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use novate_catalog::{CompareOptions, ServerVersion, Snapshot};
use novate_contract::Contract;

use crate::{SIZES, stage};

fn compare(bencher: Bencher<'_, '_>, tables: usize, expected: &Contract) {
    let contract = stage::contract(tables);
    let live = Snapshot { contract, extensions: BTreeMap::new(), server_version: ServerVersion(150_000) };
    let options = CompareOptions { strict: true, strict_coverage: true };
    bencher
        .counter(ItemsCount::new(tables))
        .bench_local(|| novate_catalog::compare(black_box(expected), black_box(&live), &options));
}

#[divan::bench(args = SIZES)]
fn compare_equal(bencher: Bencher<'_, '_>, tables: usize) {
    compare(bencher, tables, &stage::contract(tables));
}

/// One table of twenty has drifted.
#[divan::bench(args = SIZES)]
fn compare_drifted(bencher: Bencher<'_, '_>, tables: usize) {
    compare(bencher, tables, &stage::changed(tables));
}
