//! Text to statements.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

use crate::SIZES;

/// Parsing, and lowering to trees of our own.
#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, tables: usize) {
    let text = novate_bench::schema(tables, None);
    bencher
        .counter(ItemsCount::new(tables))
        .counter(BytesCount::of_str(&text))
        .bench_local(|| novate_sql::parse(black_box(&text)));
}
