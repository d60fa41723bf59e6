//! `cargo xtask ci`: everything that must hold before a change goes in.

mod dependencies;
mod house;
mod licences;
mod links;
mod metadata;

use std::time::Instant;

use crate::failure::Failure;
use crate::process::{capture, cargo, run as run_process};
use crate::workspace::{Profile, novate, root};
use crate::{drill, examples, quarter, say, test};

/// Runs every check, the quick ones first, and stops at the first that fails.
pub(crate) fn run() -> Result<(), Failure> {
    let began = Instant::now();
    components()?;
    step("formatting", || {
        run_process(&mut cargo(&["fmt", "--all", "--check"]))?;
        // Workspaces of their own.
        run_process(&mut cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
        examples::formatted()
    })?;
    step("house rules", house::check)?;
    step("links in the documentation", links::check)?;
    step("dependencies", || {
        let metadata = metadata::read()?;
        dependencies::check(&metadata)?;
        licences::check(&metadata)
    })?;
    step("lints", || {
        run_process(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
        examples::linted()
    })?;
    step("documentation", || {
        run_process(cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("the projects of this repository", projects)?;
    test::run(&[])?;
    step("properties over thousands of contracts", test::properties)?;
    step("drills, a few rounds of each", drill::few)?;
    step("a quarter of a team", quarter::quietly)?;
    say::heading("all of it");
    say::done(&format!("everything holds ({})", say::time(began.elapsed())));
    Ok(())
}

fn step(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    say::heading(name);
    let began = Instant::now();
    work()?;
    say::done(&format!("{name} ({})", say::time(began.elapsed())));
    Ok(())
}

/// Says which parts of the toolchain are missing before anything is built.
fn components() -> Result<(), Failure> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !capture(&mut cargo(&[tool, "--version"]))?.ok {
            return Err(Failure::new(
                format!("the toolchain has no {component}"),
                format!("rustup component add {component}"),
            ));
        }
    }
    Ok(())
}

/// The repository is itself a project, and so is each example: the contract is emitted, and the history holds.
fn projects() -> Result<(), Failure> {
    let program = novate(Profile::Dev)?;
    for folder in std::iter::once(root().to_owned()).chain(examples::folders()?) {
        for arguments in [["contract", "emit", "--check"].as_slice(), ["check"].as_slice()] {
            say::note(&format!("novate {} in {folder}", arguments.join(" ")));
            run_process(std::process::Command::new(&program).args(arguments).current_dir(&folder))?;
        }
    }
    Ok(())
}
