//! The history that the drills migrate through: packages of both modes, planned once by `novate` itself.
//!
//! What its transforms do shows when it is done twice: they count in a column, or write a row for each row.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use novate_scratch::{Database, Server};
use serde_json::Value;

use super::AT_ONCE;
use super::state::{self, State};
use crate::failure::Failure;
use crate::program::Program;

/// How a package commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Package,
    Statement,
}

/// A package of the history.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name in the ledger.
    pub(crate) name: String,
    /// The hash of the contract it leads to.
    pub(crate) to: String,
    pub(crate) mode: Mode,
}

/// The history, and what an undisturbed run of it leaves.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) packages: Vec<Package>,
    /// What a database holds with none, one, two and so on of them applied.
    pub(crate) states: Vec<State>,
    /// How long an undisturbed run takes, from an empty database.
    pub(crate) took: Duration,
}

/// Undisturbed runs, of each that go on at once, whose median is how long one takes.
pub(crate) const RUNS: usize = 5;
const CONFIGURATION: &str = "[database]\nurl = \"env:DATABASE_URL\"\n";

struct Step {
    name: &'static str,
    contract: &'static str,
    online: bool,
    /// What replaces the placeholder of a column.
    fill: &'static [(&'static str, &'static str)],
    /// What follows at the end.
    more: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        name: "start",
        contract: "
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL, times int NOT NULL DEFAULT 0);
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL, memo text);
CREATE TABLE entry_log (entry_id int NOT NULL);
",
        online: false,
        fill: &[],
        more: "",
    },
    Step {
        name: "rows",
        contract: "
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL, times int NOT NULL DEFAULT 0);
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL, memo text, amount int NOT NULL DEFAULT 1);
CREATE TABLE entry_log (entry_id int NOT NULL);
",
        online: false,
        fill: &[],
        more: "
-- @transform first rows
-- @check
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM public.account) LIMIT 1;
-- @run
INSERT INTO public.account (id, name) SELECT i, 'account ' || i FROM generate_series(1, 200) i;
INSERT INTO public.entry (id, account_id, memo) SELECT i, 1 + i % 200, 'memo ' || i FROM generate_series(1, 1000) i;
-- @end
",
    },
    Step {
        name: "work",
        contract: "
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL, times int NOT NULL DEFAULT 0, label text NOT NULL);
CREATE TABLE entry (
    id int PRIMARY KEY,
    account_id int NOT NULL,
    -- @renamed_from memo
    remark text,
    amount int NOT NULL DEFAULT 1
);
CREATE TABLE entry_log (entry_id int NOT NULL);
CREATE INDEX entry_remark ON entry (remark);
",
        online: false,
        fill: &[("account.label", "UPDATE public.account SET label = name || '!', times = times + 1;")],
        more: "",
    },
    Step {
        name: "online",
        contract: "
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL UNIQUE, times int NOT NULL DEFAULT 0,
    label text NOT NULL, seen boolean NOT NULL DEFAULT false);
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, remark text,
    amount int NOT NULL DEFAULT 1, code text NOT NULL);
CREATE TABLE entry_log (entry_id int NOT NULL);
CREATE INDEX entry_remark ON entry (remark);
CREATE INDEX entry_account ON entry (account_id);
",
        online: true,
        fill: &[(
            "entry.code",
            "WITH round AS (UPDATE public.entry SET code = 'c' || id WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.entry \
             WHERE code IS NULL LIMIT 150)) RETURNING id) INSERT INTO public.entry_log SELECT id FROM round;",
        )],
        more: "
-- @transform count accounts
-- @check
SELECT 1 FROM public.account WHERE NOT seen LIMIT 1;
-- @run
UPDATE public.account SET seen = true, times = times + 10;
-- @end
",
    },
    Step {
        name: "places",
        contract: "
CREATE TYPE kind AS ENUM ('in', 'out');
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL UNIQUE, times int NOT NULL DEFAULT 0,
    label text NOT NULL, seen boolean NOT NULL DEFAULT false, CHECK (times >= 0));
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, remark text,
    amount int NOT NULL DEFAULT 1, code text NOT NULL, kind kind NOT NULL DEFAULT 'in');
CREATE TABLE entry_log (entry_id int NOT NULL);
CREATE TABLE place (id int PRIMARY KEY, account_id int REFERENCES account ON DELETE CASCADE, name text);
CREATE INDEX entry_remark ON entry (remark);
CREATE INDEX entry_account ON entry (account_id);
",
        online: false,
        fill: &[],
        more: "",
    },
    Step {
        name: "leaner",
        contract: "
CREATE TYPE kind AS ENUM ('in', 'out');
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL UNIQUE, times int NOT NULL DEFAULT 0,
    label text NOT NULL, seen boolean NOT NULL DEFAULT false, CHECK (times >= 0));
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, remark text,
    amount int NOT NULL DEFAULT 1, code text NOT NULL, kind kind NOT NULL DEFAULT 'in');
CREATE TABLE entry_log (entry_id int NOT NULL);
CREATE TABLE place (id int PRIMARY KEY, account_id int REFERENCES account ON DELETE CASCADE, name text);
CREATE INDEX entry_account ON entry (account_id);
CREATE UNIQUE INDEX entry_code ON entry (code);
CREATE INDEX entry_log_entry ON entry_log (entry_id);
",
        online: true,
        fill: &[],
        more: "",
    },
    Step {
        name: "end",
        contract: "
CREATE TYPE kind AS ENUM ('in', 'out');
CREATE TABLE account (id int PRIMARY KEY, name text NOT NULL UNIQUE, times int NOT NULL DEFAULT 0,
    label text NOT NULL, seen boolean NOT NULL DEFAULT false, CHECK (times >= 0));
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account, remark text,
    code text NOT NULL, kind kind NOT NULL DEFAULT 'in');
-- @renamed_from entry_log
CREATE TABLE entry_seen (entry_id int NOT NULL);
CREATE TABLE place (id int PRIMARY KEY, account_id int REFERENCES account ON DELETE CASCADE, name text);
CREATE INDEX entry_account ON entry (account_id);
CREATE UNIQUE INDEX entry_code ON entry (code);
CREATE INDEX entry_log_entry ON entry_seen (entry_id);
",
        online: false,
        fill: &[],
        more: "",
    },
];

/// What the rows are in the end, said here and not found by a run.
const ROWS_ARE_RIGHT: &str = "SELECT (SELECT bool_and(times = 11 AND seen AND label = name || '!') AND count(*) = 200 FROM account) AND \
    (SELECT bool_and(code = 'c' || id AND remark = 'memo ' || id) AND count(*) = 1000 FROM entry) AND (SELECT count(*) = \
    1000 AND count(DISTINCT entry_id) = 1000 FROM entry_seen)";

/// Plans the history in the program's folder, and runs it undisturbed.
pub(crate) fn make(program: &Program, server: &Server) -> Result<History, Failure> {
    let mut packages = Vec::new();
    for step in STEPS {
        write(program.folder(), step.contract)?;
        let online = if step.online { "--online" } else { "" };
        program.run("", &format!("plan --name {} {online}", step.name))?.ok()?;
        packages.push(complete(program, step)?);
    }
    let mut states = Vec::new();
    let database = server.database("undisturbed")?;
    states.push(state::read(&database)?);
    for package in &packages {
        program.run(&database.url(), &format!("migrate --to {}", package.name))?.ok()?;
        let state = state::read(&database)?;
        if state.marker.as_ref() != Some(&package.to) {
            return Err(Failure::new(
                format!("{} leads elsewhere:\n{state}", package.name),
                "see what novate migrate says",
            ));
        }
        states.push(state);
    }
    rows_are_right(&database)?;
    // As many at once as the rounds, so that they take as long.
    let timed = || -> Result<Vec<Duration>, Failure> {
        (0..RUNS)
            .map(|_| {
                let database = server.database("undisturbed")?;
                Ok(program.run(&database.url(), "migrate")?.ok()?.took)
            })
            .collect()
    };
    let timed: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(timed)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut runs = Vec::new();
    for times in timed {
        runs.extend(times?);
    }
    runs.sort_unstable();
    let took = runs.get(runs.len() / 2).copied().unwrap_or_default();
    Ok(History { packages, states, took })
}

/// Whether the transforms did what they are there for, once.
pub(crate) fn rows_are_right(database: &Database) -> Result<(), Failure> {
    let rows = database.execute(ROWS_ARE_RIGHT)?;
    if rows.first().and_then(|row| row.first()) == Some(&Some("t".to_owned())) {
        return Ok(());
    }
    Err(Failure::new("the rows are not what the transforms should have made of them", "see the dump"))
}

/// Writes a project with a contract.
pub(crate) fn write(folder: &Utf8Path, contract: &str) -> Result<(), Failure> {
    fs_err::create_dir_all(folder.join("contracts"))?;
    fs_err::write(folder.join("novate.toml"), CONFIGURATION)?;
    Ok(fs_err::write(folder.join("contracts/app.sql"), contract)?)
}

/// Fills in and adds what the step says, and emits the package again.
fn complete(program: &Program, step: &Step) -> Result<Package, Failure> {
    let missing = |what: &str| Failure::new(format!("{}: {what}", step.name), "see what novate plan writes");
    let folder = newest(program.folder())?;
    let source = folder.join("migration.sql");
    if !(step.fill.is_empty() && step.more.is_empty()) {
        let mut filled = 0;
        let mut text = String::new();
        for line in fs_err::read_to_string(&source)?.lines() {
            let fill =
                step.fill.iter().find(|(column, _)| line.starts_with(&format!("-- @placeholder public.{column}:")));
            filled += usize::from(fill.is_some());
            text.push_str(fill.map_or(line, |(_, statement)| statement));
            text.push('\n');
        }
        if filled != step.fill.len() {
            return Err(missing("a placeholder is not there"));
        }
        fs_err::write(&source, text + step.more)?;
        program.run("", "migration emit")?.ok()?;
    }
    let manifest: Value = serde_json::from_str(&fs_err::read_to_string(folder.join("migration.json"))?)
        .map_err(|error| missing(&error.to_string()))?;
    let mode = if manifest["transaction"] == "statement" { Mode::Statement } else { Mode::Package };
    if (mode == Mode::Statement) != step.online {
        return Err(missing("it is not of the mode it should be"));
    }
    Ok(Package {
        name: folder.file_name().unwrap_or_default().to_owned(),
        to: manifest["to"].as_str().ok_or_else(|| missing("it leads nowhere"))?.to_owned(),
        mode,
    })
}

/// The folder of the package planned last.
pub(crate) fn newest(project: &Utf8Path) -> Result<camino::Utf8PathBuf, Failure> {
    let mut folders = Vec::new();
    for entry in project.join("migrations/app").read_dir_utf8()? {
        let path = entry?.into_path();
        if path.join("migration.json").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    folders.pop().ok_or_else(|| Failure::new("there is no package", "see what novate plan says"))
}

/// Waits until something holds, and no longer than a bound.
pub(crate) fn wait_until(
    what: &str,
    bound: Duration,
    mut holds: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let began = Instant::now();
    while !holds()? {
        if began.elapsed() > bound {
            return Err(Failure::new(
                format!("it took over {} s until {what}", bound.as_secs()),
                "see what it waits for",
            ));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
