//! Prints a schema: `schema TABLES [CHANGED]`. With the second number the first of every so many tables has a column more.
#![allow(clippy::print_stdout)]

use std::num::NonZeroUsize;
use std::process::ExitCode;

fn main() -> ExitCode {
    let numbers: Result<Vec<NonZeroUsize>, _> = std::env::args().skip(1).map(|text| text.parse()).collect();
    let (tables, changed) = match numbers.as_deref() {
        Ok([tables]) => (tables, None),
        Ok([tables, changed]) => (tables, Some(changed.get())),
        _ => return ExitCode::FAILURE,
    };
    print!("{}", novate_bench::schema(tables.get(), changed));
    ExitCode::SUCCESS
}
