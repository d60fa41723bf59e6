//! `cargo xtask test`: every test of the workspace.

use crate::failure::Failure;
use crate::postgres;
use crate::process::{cargo, run as run_process};
use crate::say;

/// Finds PostgreSQL, then runs `cargo test --workspace` with `arguments`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    say::heading("PostgreSQL for the tests");
    drop(postgres::provide()?);
    say::heading("cargo test --workspace");
    run_process(cargo(&["test", "--workspace"]).args(arguments))?;
    say::done("every test passed");
    Ok(())
}
