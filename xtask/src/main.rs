//! Development tasks: `cargo xtask TASK`.
//!
//! One file a task. Tasks call the same programs that people call (`cargo`, `novate`, PostgreSQL's), so that what a
//! task shows is what people get. This crate is no part of what is shipped.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod bundle;
mod cases;
mod ci;
mod corpus;
mod demo;
mod drift;
mod drill;
mod examples;
mod failure;
mod fuzz;
mod postgres;
mod process;
mod program;
mod quarter;
mod say;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
cargo xtask TASK

  demo                what novate does, shown on the example of this repository
  test [ARGS]         every test; finds or fetches PostgreSQL first; ARGS go to cargo test
  ci                  everything that must hold before a change goes in
  corpus DIR          whether plans converge, over folders with from.sql and to.sql, or versions/*.sql
                        --match TEXT   only cases whose path holds TEXT
                        --backwards    from to.sql to from.sql as well
                        --show         print what differs
  drill [SUBJECT]     what must hold when runners, servers, connections and disks fail
                        --count N      so many rounds, where the subject has rounds
                        --seed S       the same chance again
                        --round N      this round alone
                        pgbouncer      whole migrations behind that pooler, where it is installed
  quarter             thirteen weeks of a team of four, with git, three environments and real servers
                        --verbose      commands and what they print
                        --wait         a step that failed keeps its servers until a line is entered
  drift               what verifying says, on several major versions, also of restored dumps
                        --majors LIST      13,15,18 where nothing is said; fetched where they are missing
                        --pg-dump PROGRAM  one that is as new as the newest of them
  bench [RUNS]        times of whole programs; 5 runs where nothing is said
                        plan|catalog [TABLES] [RUNS], apply|start [RUNS]: each beside its yardstick
  bench catalog [TABLES] [RUNS]
                      reading a catalog beside pg_dump --schema-only; 10000 tables, 11 runs
  fuzz [TARGET]       texts that nobody wrote, for one of contract, migration, ops, manifest, config, connection, or all
                        --minutes N    for each target; 10 where nothing is said
                        --seed S       where chance begins; 1 where nothing is said
  bundle OUT          a release build that carries its own PostgreSQL, copied to OUT";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((task, rest)) => run(task, rest),
        None => Err(Failure::new("no task was named", USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failed(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(task: &str, rest: &[String]) -> Result<(), Failure> {
    match task {
        "demo" => demo::run(),
        "test" => test::run(rest),
        "ci" => ci::run(),
        "corpus" => corpus::run(rest),
        "drill" => drill::run(rest),
        "quarter" => quarter::run(rest),
        "drift" => drift::run(rest),
        "bench" => bench::run(rest),
        "fuzz" => fuzz::run(rest),
        "bundle" => bundle::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::new(format!("there is no task {other}"), USAGE)),
    }
}
