//! What a database holds, read without `novate`, and what must hold after something has happened to it.

use std::time::Duration;

use novate_scratch::Database;

use super::history::{self, History, Mode, wait_until};
use crate::failure::Failure;
use crate::program::{Program, Ran};

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// The hash that the marker names.
    pub(crate) marker: Option<String>,
    /// The packages of the ledger with the number of rows that each changed, in order.
    pub(crate) ledger: Vec<(String, String)>,
    /// The package that is in transit and the operation it has come to.
    pub(crate) transit: Option<(String, String)>,
    /// Every column, index, constraint and type, and a digest of the rows of every table, a line each.
    pub(crate) dump: String,
}

/// What was found after something had happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reached {
    /// That many packages are applied, and nothing of the next.
    At(usize),
    /// The package of that number, from 0, is under way, at an operation.
    InTransit(usize, String),
}

/// How long a session may outlive its client: the server looks every two seconds.
const LINGERING: Duration = Duration::from_secs(20);

const MARKER: &str = "SELECT 'marker', hash, '' FROM novate.marker UNION ALL SELECT 'transit', package, operation::text FROM \
    novate.progress";
const LEDGER: &str = "SELECT 'ledger', package, (SELECT coalesce(sum((o ->> 'rows')::bigint), 0)::text FROM \
    jsonb_array_elements(operations::jsonb) o) FROM novate.ledger ORDER BY id";
const DUMP: &str = "
SELECT 'dump', line, '' FROM (
    SELECT format('column %s %s %s %s %s %s', c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
        a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    UNION ALL SELECT format('index %s %s %s', pg_get_indexdef(indexrelid), indisvalid, indisready)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('type %s %s', t.typname, e.enumlabel)
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = 'public'::regnamespace
    UNION ALL SELECT format('rows %s %s', c.relname, regexp_replace(query_to_xml(format(
        'SELECT count(*), md5(string_agg(x::text, chr(10) ORDER BY x::text)) FROM public.%I x', c.relname), false, true,
        '')::text, '(<[^>]*>|[[:space:]])+', ' ', 'g'))
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
) x ORDER BY line";

/// Reads what a database holds.
pub(crate) fn read(database: &Database) -> Result<State, Failure> {
    let mut state = State::default();
    let controlled = database.execute("SELECT to_regclass('novate.meta') IS NOT NULL")?;
    let controlled = controlled.first().and_then(|row| row.first()) == Some(&Some("t".to_owned()));
    let sql = if controlled { format!("{MARKER}; {LEDGER}; {DUMP}") } else { DUMP.to_owned() };
    for row in database.execute(&sql)? {
        let mut cells = row.into_iter().map(Option::unwrap_or_default);
        let (kind, a, b) =
            (cells.next().unwrap_or_default(), cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        match kind.as_str() {
            "marker" => state.marker = Some(a),
            "transit" => state.transit = Some((a, b)),
            "ledger" => state.ledger.push((a, b)),
            _ => {
                state.dump.push_str(&a);
                state.dump.push('\n');
            }
        }
    }
    Ok(state)
}

/// Waits until no session but ours is left on a database.
pub(crate) fn alone(database: &Database) -> Result<(), Failure> {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' \
                  AND pid <> pg_backend_pid()";
    wait_until("the server has ended the session of a runner that is gone", LINGERING, || {
        let rows = database.execute(others)?;
        Ok(rows.first().and_then(|row| row.first()) == Some(&Some("0".to_owned())))
    })
}

impl History {
    /// Where a database stands: wholly at one of the states, or in transit from one to the next.
    pub(crate) fn reached(&self, state: &State) -> Result<Reached, Failure> {
        let wrong = |what: String| Failure::new(format!("{what}\n{state}"), "see the dump");
        let count = state.ledger.len();
        let Some(known) = self.states.get(count) else {
            return Err(wrong(format!("the ledger has {count} rows for {} packages", self.packages.len())));
        };
        if state.ledger != known.ledger {
            return Err(wrong(format!("the ledger should hold {:?}", known.ledger)));
        }
        if state.marker != known.marker {
            return Err(wrong(format!("the marker should be {:?}", known.marker)));
        }
        if let Some((name, operation)) = &state.transit {
            let package = self.packages.get(count);
            return match package {
                Some(package) if package.name == *name && package.mode == Mode::Statement => {
                    Ok(Reached::InTransit(count, operation.clone()))
                }
                _ => Err(wrong(format!("{name} must not be in transit"))),
            };
        }
        if state.dump != known.dump {
            return Err(wrong(format!("{count} packages are applied, and the schema should be\n{}", known.dump)));
        }
        Ok(Reached::At(count))
    }

    /// What must hold after something has happened to a run on this database: it stands at one of the states or says
    /// that it does not, and the next run finishes without help.
    pub(crate) fn recovers(&self, program: &Program, database: &Database, ran: &Ran) -> Result<Reached, Failure> {
        alone(database)?;
        let reached = self.reached(&read(database)?)?;
        self.agrees(ran, &reached)?;
        let url = &database.url();
        match &reached {
            Reached::At(0) => {
                program.run(url, "db verify --strict")?.fails(4, "MARKER.MISSING")?;
            }
            Reached::At(count) => {
                let name = self.packages.get(count - 1).map_or("", |package| package.name.as_str());
                program.run(url, &format!("db verify --strict --to {name}"))?.ok()?;
            }
            Reached::InTransit(..) => {
                program.run(url, "db verify --strict")?.fails(6, "MIGRATION.IN_TRANSIT")?;
                program.run(url, "status")?.ok()?.says("in transit")?;
            }
        }
        program.run(url, "migrate")?.ok()?;
        self.finished(program, database)?;
        Ok(reached)
    }

    /// What must hold at the end.
    pub(crate) fn finished(&self, program: &Program, database: &Database) -> Result<(), Failure> {
        let state = read(database)?;
        let reached = self.reached(&state)?;
        if reached != Reached::At(self.packages.len()) {
            return Err(Failure::new(format!("the run did not finish: {reached:?}\n{state}"), "see the dump"));
        }
        history::rows_are_right(database)?;
        program.run(&database.url(), "db verify --strict")?.ok()?;
        Ok(())
    }

    /// Whether what a run said at its end, on a database that was empty, is what has been reached.
    pub(crate) fn agrees(&self, ran: &Ran, reached: &Reached) -> Result<(), Failure> {
        let earlier = ran.said.split(" earlier package").next().and_then(|before| before.split_whitespace().last());
        let agree = match (ran.code(), reached) {
            (None, _) => true,
            (Some(0), reached) => *reached == Reached::At(self.packages.len()),
            _ if ran.said.contains("MIGRATION.COMMIT_UNKNOWN") => true,
            (Some(5), Reached::At(0)) => ran.said.contains("The database is as it was before."),
            (Some(5), Reached::At(count)) => earlier.is_some_and(|earlier| *earlier == count.to_string()),
            (Some(6), Reached::InTransit(..)) => ran.said.contains("novate migrate resumes it"),
            (Some(2), Reached::At(0)) => ran.said.contains("CONNECTION."),
            _ => false,
        };
        if agree { Ok(()) } else { Err(ran.wrong(&format!("should have said how it is: {reached:?}"))) }
    }

    /// For a tally.
    pub(crate) fn tell(&self, reached: &Reached) -> String {
        match reached {
            Reached::At(count) => format!("{count} of {} packages applied", self.packages.len()),
            Reached::InTransit(at, operation) => {
                let name = self.packages.get(*at).map_or("", |package| package.name.as_str());
                format!(
                    "in transit in {}, operation {operation:>2}",
                    name.split_once('_').map_or(name, |(_, name)| name)
                )
            }
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "marker {:?}", self.marker)?;
        for (package, rows) in &self.ledger {
            writeln!(f, "ledger {package}, {rows} rows")?;
        }
        if let Some((package, operation)) = &self.transit {
            writeln!(f, "in transit {package}, operation {operation}")?;
        }
        write!(f, "{}", self.dump)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::history::Package;
    use super::*;

    fn state(count: usize) -> State {
        let names = ["one", "two", "three"];
        State {
            marker: count.checked_sub(1).map(|at| names[at].to_owned()),
            ledger: names.iter().take(count).map(|name| ((*name).to_owned(), "7".to_owned())).collect(),
            transit: None,
            dump: format!("tables of {count}"),
        }
    }

    fn history() -> History {
        let package = |name: &str, mode| Package { name: name.to_owned(), to: name.to_owned(), mode };
        History {
            packages: vec![
                package("one", Mode::Package),
                package("two", Mode::Statement),
                package("three", Mode::Package),
            ],
            states: (0..=3).map(state).collect(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn where_it_stands() {
        let history = history();
        for count in 0..=3 {
            assert_eq!(history.reached(&state(count)).unwrap(), Reached::At(count));
        }
        let moving = State { transit: Some(("two".into(), "4".into())), dump: "in between".into(), ..state(1) };
        assert_eq!(history.reached(&moving).unwrap(), Reached::InTransit(1, "4".into()));
    }

    #[test]
    fn what_must_not_be() {
        let history = history();
        let transit = Some(("three".to_owned(), "0".to_owned()));
        for wrong in [
            State { dump: state(2).dump, ..state(1) },
            State { marker: state(2).marker, ..state(1) },
            State { marker: None, ..state(2) },
            State { ledger: state(1).ledger, ..state(2) },
            State { ledger: [state(1).ledger, state(1).ledger].concat(), ..state(1) },
            State { ledger: vec![("one".into(), "14".into())], ..state(1) },
            State { ledger: vec![(String::new(), String::new()); 4], ..state(3) },
            // A package in mode `package` is never in transit, nor is one whose turn it is not.
            State { transit: transit.clone(), ..state(2) },
            State { transit, ..state(1) },
        ] {
            assert!(history.reached(&wrong).is_err(), "{wrong}");
        }
    }
}
