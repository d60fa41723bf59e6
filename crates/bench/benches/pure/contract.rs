//! Hashing, and canonical JSON both ways.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use novate_contract::json;

use crate::{SIZES, stage};

#[divan::bench(args = SIZES)]
fn hash(bencher: Bencher<'_, '_>, tables: usize) {
    let contract = stage::contract(tables);
    bencher.counter(ItemsCount::new(tables)).bench_local(|| json::storage_hash(black_box(&contract)));
}

#[divan::bench(args = SIZES)]
fn to_json(bencher: Bencher<'_, '_>, tables: usize) {
    let contract = stage::contract(tables);
    bencher.counter(ItemsCount::new(tables)).bench_local(|| json::to_json(black_box(&contract)));
}

/// Hash and digest are checked.
#[divan::bench(args = SIZES)]
fn from_json(bencher: Bencher<'_, '_>, tables: usize) {
    let text = json::to_json(&stage::contract(tables));
    bencher
        .counter(ItemsCount::new(tables))
        .counter(BytesCount::of_str(&text))
        .bench_local(|| json::from_json(black_box(&text)));
}
