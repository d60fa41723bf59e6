//! The `novate` command: arguments, configuration, prompts, progress and output around the crates that do the work.
//!
//! This crate owns everything that people see. It must never decide what a migration is (the planner does), never say
//! anything to a database itself (the runner does), and never print a secret.

mod cli;
mod commands;
mod config;
pub mod configuration;
mod convert;
mod dev_server;
mod emitted;
mod errors;
mod every;
mod exit;
mod extensions;
mod files;
mod findings;
mod gate;
mod keepers;
mod lanes;
mod needed;
mod operations;
mod permit;
mod picture;
mod policy;
mod problem;
mod progress;
mod project;
mod redact;
mod renames;
mod review;
mod seeds;
mod signals;
mod sources;
mod spaces;
mod squash;
mod states;
mod ui;
mod variables;
mod watch;

use std::process::ExitCode;

use clap::Parser;

/// The whole of the program: reads the arguments of this process, does what they say, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    cli::log(arguments.verbose);
    let ui = arguments.ui();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            ui.problem(&problem::Problem::input("BUG.RUNTIME", error.to_string()).exit(exit::Exit::Bug));
            return exit::Exit::Bug.into();
        }
    };
    let env = arguments.env.clone();
    let outcome = runtime.block_on(commands::run(arguments));
    // A connection that is being closed must not keep the program.
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    match outcome {
        Ok(report) => {
            let report = report.in_environment(env.as_deref());
            ui.report(&report);
            if ui::was_cut() {
                return exit::Exit::Input.into();
            }
            report.exit.unwrap_or(exit::Exit::Done).into()
        }
        Err(problem) => {
            ui.problem(&problem);
            problem.exit.into()
        }
    }
}

/// Whether an argument looks like a connection string, or like a piece of one.
fn may_hold_a_secret(argument: &str) -> bool {
    ["://", "=", "@"].iter().any(|mark| argument.contains(mark))
}

/// Help and version go to stdout and are no errors; anything else is one in our own shape.
fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Somebody who has gone away does not want help.
        let _ = error.print();
        return exit::Exit::Done.into();
    }
    let json = std::env::args_os().any(|argument| argument == "--json");
    let ui = ui::Ui { json, verbosity: ui::Verbosity::Normal };
    // What stands where no argument belongs is quoted, and may be how to get to a database.
    let mut text = error.to_string();
    for argument in std::env::args().skip(1).filter(|argument| may_hold_a_secret(argument)) {
        text = text.replace(&argument, "…");
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let summary = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let rest: Vec<&str> = lines.filter(|line| !line.contains("--help")).map(str::trim).collect();
    let mut problem = problem::Problem::input("USAGE", summary).fix("novate --help lists commands and flags");
    if !rest.is_empty() {
        problem = problem.why(rest.join("\n"));
    }
    ui.problem(&problem);
    exit::Exit::Input.into()
}
