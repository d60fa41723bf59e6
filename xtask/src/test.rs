//! `cargo xtask test`: every test of the workspace, and those of the examples.

use crate::examples;
use crate::failure::Failure;
use crate::postgres;
use crate::process::{cargo, run as run_process};
use crate::say;

/// Finds PostgreSQL, then runs `cargo test --workspace` with `arguments`, and without any the tests of the examples.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    say::heading("PostgreSQL for the tests");
    drop(postgres::provide()?);
    postgres::provide_vector()?;
    say::heading("cargo test --workspace");
    run_process(cargo(&["test", "--workspace"]).args(arguments))?;
    // Arguments choose among the tests of the workspace.
    if arguments.is_empty() {
        say::heading("cargo test, for each example");
        examples::test()?;
    }
    say::done("every test passed");
    Ok(())
}

/// The round trips again, over many more contracts than an ordinary run of the tests draws.
pub(crate) fn properties() -> Result<(), Failure> {
    let targets = [("novate-planner", "properties"), ("novate-planner", "random"), ("novate-source", "write")];
    for (package, target) in targets {
        let mut command = cargo(&["test", "--package", package, "--test", target]);
        run_process(command.env("NOVATE_PROPERTY_CASES", "1000").env("NOVATE_RANDOM_PLANS", "150"))?;
    }
    Ok(())
}
