//! `cargo xtask fuzz`: texts that nobody wrote, for everything that novate reads.
//!
//! The fuzzer is libFuzzer, built with coverage by the stable toolchain. It begins with the seeds of the repository and
//! what earlier runs found worth keeping, and stops at the first text of a target that novate does not bear: one that
//! makes it panic, overflow its stack, take longer than [`SECONDS_AN_INPUT`], need too much memory, or answer wrongly.

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::process::{cargo, read, run as run_process};
use crate::say;
use crate::workspace::root;

const TARGETS: [&str; 6] = ["contract", "migration", "ops", "manifest", "config", "connection"];
/// One input may take as long.
const SECONDS_AN_INPUT: u32 = 2;
/// The process may hold as much, in MiB, while an input runs.
const MEMORY: u32 = 1024;
/// The longest input, in bytes.
const LONGEST: u32 = 8192;
/// What has the compiler count the edges that an input takes, and the values that it is compared with.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
const USAGE: &str = "cargo xtask fuzz [TARGET] [--minutes N] [--seed S]";

/// What to run, and for how long.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    targets: Vec<&'static str>,
    minutes: u32,
    seed: u32,
}

/// Fuzzes the target that is named, or all, one after the other.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let options = parse(arguments)?;
    say::heading("the fuzzer");
    let folder = folder();
    let program = build(&folder)?;
    let mut broken = Vec::new();
    for target in options.targets {
        say::heading(&format!("{target}, {} min", options.minutes));
        if let Err(failure) = fuzz(&program, &folder, target, options.minutes, options.seed) {
            say::failed(&failure);
            broken.push(target);
        }
    }
    if broken.is_empty() {
        say::done("novate bore every text");
        return Ok(());
    }
    Err(Failure::new(
        format!("novate did not bear a text: {}", broken.join(", ")),
        "mend each, beginning with a test beside the code; then move its text to fuzz/seeds/TARGET",
    ))
}

fn parse(arguments: &[String]) -> Result<Options, Failure> {
    let mut options = Options { targets: TARGETS.to_vec(), minutes: 10, seed: 1 };
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        let mut number = || {
            let text = rest.next().unwrap_or_default();
            text.parse::<u32>()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| Failure::new(format!("{argument} needs a number from 1, not {text:?}"), USAGE))
        };
        match argument {
            "--minutes" => options.minutes = number()?,
            "--seed" => options.seed = number()?,
            name => match TARGETS.into_iter().find(|target| *target == name) {
                Some(target) => options.targets = vec![target],
                None => {
                    let known = format!("{USAGE}\ntargets: {}", TARGETS.join(", "));
                    return Err(Failure::new(format!("there is no target {name}"), known));
                }
            },
        }
    }
    Ok(options)
}

/// Where the fuzzer is built and what it finds is kept: with the rest of what cargo builds.
fn folder() -> Utf8PathBuf {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    root().join(target).join("fuzz")
}

fn build(folder: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let version = read(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    // With a target named, what runs while building (build scripts, macros) is built without coverage.
    let mut command = cargo(&["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", host]);
    command.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", folder).env("CARGO_INCREMENTAL", "0");
    run_process(&mut command)?;
    Ok(folder.join(host).join("release").join("novate-fuzz"))
}

fn fuzz(program: &Utf8Path, folder: &Utf8Path, target: &str, minutes: u32, seed: u32) -> Result<(), Failure> {
    let kept = folder.join("corpus").join(target);
    let found = folder.join("found").join(target);
    fs_err::create_dir_all(&kept)?;
    fs_err::create_dir_all(&found)?;
    let log = found.join("log.txt");
    let mut command = fuzzer(program, target);
    command
        .args([kept.as_str(), root().join("fuzz/seeds").join(target).as_str()])
        .arg(format!("-dict={}", root().join("fuzz/dictionaries").join(format!("{target}.dict"))))
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-seed={seed}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={found}/"))
        .stderr(Stdio::from(fs_err::File::create(&log)?.into_parts().0));
    let ended = command.status();
    let said = String::from_utf8_lossy(&fs_err::read(&log)?).into_owned();
    if let Some(line) = said.lines().rev().find(|line| line.contains("cov: ")) {
        say::note(&reached(line));
    }
    if ended?.success() {
        say::done(&format!("{target} bears it"));
        return Ok(());
    }
    let text = said.lines().find_map(|line| Some(line.split_once("Test unit written to ")?.1)).unwrap_or_default();
    Err(Failure::new(
        format!("{target} does not bear {text}: {}", complaint(&said)),
        format!(
            "make it shorter: NOVATE_FUZZ_TARGET={target} {program} -minimize_crash=1 -max_total_time=60 {text}\n\
             all that was said: {log}"
        ),
    ))
}

/// The program for a target, with the limits on an input. It has a folder of its own for the files that it writes.
fn fuzzer(program: &Utf8Path, target: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("NOVATE_FUZZ_TARGET", target)
        .arg(format!("-timeout={SECONDS_AN_INPUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg("-print_final_stats=1")
        .stdin(Stdio::null());
    command
}

/// What a line of the fuzzer's says of executions and coverage.
fn reached(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |name: &str| words.iter().skip_while(|word| **word != name).nth(1).copied().unwrap_or("?");
    let runs = words.first().map_or("?", |word| word.trim_start_matches('#'));
    format!("{runs} texts, {} edges, {} a second", after("cov:"), after("exec/s:"))
}

/// The first line that says what went wrong.
fn complaint(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.contains("panicked at") && !line.contains("ERROR: libFuzzer"));
    let first = lines.next().unwrap_or("the fuzzer did not start");
    if first.contains("panicked at") { lines.next().unwrap_or(first).to_owned() } else { first.to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options, Failure> {
        parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_target_and_its_limits_are_said_in_any_order() {
        let one = Options { targets: vec!["ops"], minutes: 3, seed: 7 };
        assert_eq!(options("--seed 7 ops --minutes 3").unwrap(), one);
        assert_eq!(options("").unwrap().targets, TARGETS);
        for wrong in ["nothing", "--minutes", "--minutes 0", "--seed x"] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_fuzzer_says_is_read() {
        let line = "#10942\tDONE   cov: 20591 ft: 64672 corp: 1727/1526Kb lim: 2267 exec/s: 266 rss: 71Mb";
        assert_eq!(reached(line), "10942 texts, 20591 edges, 266 a second");
        let said =
            "#1\tNEW\n\nthread '<unnamed>' panicked at src/main.rs:2:1:\nit is wrong\n==1== ERROR: libFuzzer: deadly";
        assert_eq!(complaint(said), "it is wrong");
        assert_eq!(complaint("==1== ERROR: libFuzzer: timeout"), "==1== ERROR: libFuzzer: timeout");
    }

    #[test]
    fn every_target_has_seeds_and_words() {
        for target in TARGETS {
            assert!(root().join("fuzz/seeds").join(target).is_dir(), "{target}");
            assert!(root().join("fuzz/dictionaries").join(format!("{target}.dict")).is_file(), "{target}");
        }
    }
}
