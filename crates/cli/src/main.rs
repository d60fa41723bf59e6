//! The `novate` command. All of it is in the library of this crate, where the fuzz targets can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    novate::main()
}
