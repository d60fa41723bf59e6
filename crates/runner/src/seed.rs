//! Seeds: changes to rows that a project ships beside its schema, each in a transaction of its own, under the lock of
//! the space and only where the database is at the contract that they were checked against.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use novate_contract::{Space, StorageHash};
use novate_planner::Operation;
use novate_sql::Literal;

use crate::apply::{self, Attempt, End};
use crate::asked::Asked;
use crate::contention::{self, Patience};
use crate::event::{Event, Outcome};
use crate::ledger::{self, Entry, Kind};
use crate::marker::Standing;
use crate::program::{self, Observing, Report};
use crate::rights::{self, Purpose};
use crate::session::{Failure, Heard, Session};
use crate::{RunError, Settings};

/// A seed to run, compiled.
#[derive(Debug, Clone)]
pub struct Seed {
    /// Its path in the project, which is its name in the ledger.
    pub name: String,
    /// The digest of its text.
    pub digest: String,
    /// What it does, in order.
    pub operations: Vec<Operation>,
}

/// What became of a seed.
#[derive(Debug, Clone)]
pub struct Seeded {
    /// Its name.
    pub name: String,
    /// What became of its operations; `None` where that was not reported.
    pub outcomes: Vec<Option<Outcome>>,
    /// How long it took.
    pub took: Duration,
    /// When another text of this name ran, as the server prints it, if the last one that ran was another.
    pub changed_since: Option<String>,
}

impl Seeded {
    /// Whether there was work.
    pub fn ran(&self) -> bool {
        self.outcomes.iter().any(|outcome| !matches!(outcome, Some(Outcome::Skipped)))
    }

    /// How many rows it changed.
    pub fn rows(&self) -> u64 {
        let rows = |outcome: &Option<Outcome>| match outcome {
            Some(Outcome::Executed { rows, .. }) => *rows,
            _ => 0,
        };
        self.outcomes.iter().map(rows).sum()
    }
}

/// A run that failed at a seed.
#[derive(Debug)]
pub struct SeedError {
    /// What went wrong.
    pub error: Box<RunError>,
    /// The seed at which it went wrong; `None` before the first.
    pub seed: Option<String>,
    /// The seeds that were done before; their work stays.
    pub done: Vec<Seeded>,
}

/// Runs seeds in order on a database that is at the contract `at`. Under [`Settings::dry_run`] all of them run in one
/// transaction, which is rolled back at the end.
pub async fn seed(
    session: &mut Session,
    space: &Space,
    seeds: &[Seed],
    at: &StorageHash,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Vec<Seeded>, SeedError> {
    let earlier = earlier(session, space).await;
    let mut run = Run { space, at, settings, open: None };
    let mut done = Vec::new();
    for seed in seeds {
        match run.seed(session, seed, on).await {
            Ok((outcomes, took)) => {
                let changed_since =
                    earlier.get(&seed.name).and_then(|(digest, when)| (*digest != seed.digest).then(|| when.clone()));
                done.push(Seeded { name: seed.name.clone(), outcomes, took, changed_since });
            }
            Err(error) => {
                session.rollback().await;
                let error = Box::new(rights::name(session, error, Purpose::Change).await);
                return Err(SeedError { error, seed: Some(seed.name.clone()), done });
            }
        }
    }
    session.rollback().await;
    Ok(done)
}

struct Run<'a> {
    space: &'a Space,
    at: &'a StorageHash,
    settings: &'a Settings,
    /// The transaction of a dry run, once it is open.
    open: Option<Standing>,
}

type Done = (Vec<Option<Outcome>>, Duration);

impl Run<'_> {
    async fn seed(&mut self, session: &mut Session, seed: &Seed, on: &mut dyn FnMut(Event)) -> Result<Done, RunError> {
        let mut patience = Patience::default();
        loop {
            match self.once(session, seed, on).await {
                Ok(done) => return Ok(done),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::Contention { operation }) if !self.settings.dry_run => {
                    patience.pause(session, self.space, operation.as_ref(), self.settings, on).await?;
                }
                // What ran before it in the same transaction would be lost.
                Err(Attempt::Contention { operation }) => {
                    let label = operation.map(|operation| operation.label);
                    return Err(RunError::Locked {
                        waited: self.settings.lock_timeout,
                        holders: session.take_blockers(),
                        label,
                    });
                }
                Err(Attempt::CommitLost) => {
                    let reason = format!("while {} was committed; run it again: its check tells", seed.name);
                    return Err(RunError::ConnectionLost { reason });
                }
            }
        }
    }

    /// The whole transaction.
    async fn once(&mut self, session: &mut Session, seed: &Seed, on: &mut dyn FnMut(Event)) -> Result<Done, Attempt> {
        let began = Instant::now();
        let standing = match self.open.take() {
            Some(standing) => standing,
            None => contention::begin(session, self.space, self.settings, on).await?,
        };
        check(&standing, self.space, self.at)?;
        let outcomes = run(session, seed, on).await?;
        let worked = outcomes.iter().any(|outcome| !matches!(outcome, Some(Outcome::Skipped)));
        let entry = Entry {
            space: self.space,
            kind: Kind::Seed,
            package: Some((&seed.name, &seed.digest)),
            from: Some(self.at),
            to: self.at,
            operations: ledger::outcomes(&seed.operations, &outcomes),
            app_tag: self.settings.app_tag.as_deref(),
            started_at: "pg_catalog.now()",
        };
        // What did nothing leaves nothing.
        let writes = if worked { entry.sql() } else { "SELECT 1".to_owned() };
        let end = if self.settings.dry_run { End::Open } else { End::Commit };
        apply::commit(session, &writes, end).await?;
        if self.settings.dry_run {
            self.open = Some(standing);
        }
        Ok((outcomes, began.elapsed()))
    }
}

/// Refuses a database that is not where the seeds were checked.
fn check(standing: &Standing, space: &Space, at: &StorageHash) -> Result<(), RunError> {
    if let Some(transit) = &standing.in_transit {
        return Err(RunError::InTransit { transit: Box::new(transit.clone()) });
    }
    match &standing.marker {
        None => Err(RunError::MarkerMissing { space: space.to_string() }),
        Some(marker) if marker.hash != *at => {
            Err(RunError::SeedNotCurrent { expected: at.short().to_string(), found: marker.hash.short().to_string() })
        }
        Some(_) => Ok(()),
    }
}

/// Runs a seed's operations in the open transaction, in one round trip.
async fn run(session: &mut Session, seed: &Seed, on: &mut dyn FnMut(Event)) -> Result<Vec<Option<Outcome>>, Attempt> {
    let mut outcomes = vec![None; seed.operations.len()];
    let mut current = 0;
    let answer = {
        let mut on_heard = |heard: Heard| match heard.report() {
            Err(event) => on(event),
            Ok(Report::Observed(index, observation)) => on(Event::OperationObserved { index, observation }),
            Ok(Report::Finished(index, outcome)) => {
                current = index + 1;
                if let Some(slot) = outcomes.get_mut(index) {
                    *slot = Some(outcome);
                }
            }
        };
        let asked: Vec<Asked<'_>> = seed.operations.iter().map(Asked::all).collect();
        let sql = program::statement(&seed.operations, &asked, 0, Observing::No);
        session.batch(&sql, &mut on_heard).await
    };
    let operation = seed.operations.get(current);
    match answer {
        Ok(_) => Ok(outcomes),
        Err(failure) if failure.is_contention() => Err(Attempt::Contention { operation: operation.cloned() }),
        Err(failure) => {
            let failed = operation.map(|operation| at_statement(operation, &failure));
            Err(Attempt::Failed(apply::explain(failure, &seed.name, failed.as_ref())))
        }
    }
}

/// The operation with the one statement that failed, where the server says which it was.
fn at_statement(operation: &Operation, failure: &Failure) -> Operation {
    let mut failed = operation.clone();
    let Failure::Server(error) = failure else { return failed };
    let context = error.where_().unwrap_or_default();
    if let Some(step) = operation.execute.iter().find(|step| context.contains(&step.sql)) {
        failed.execute = vec![step.clone()];
    }
    failed
}

/// The digest of each seed that ran last, and when. For people alone, so that a role that may not read the ledger is no
/// reason to stop.
async fn earlier(session: &mut Session, space: &Space) -> BTreeMap<String, (String, String)> {
    let there = session.batch("SELECT pg_catalog.to_regclass('novate.ledger') IS NOT NULL", &mut |_| ()).await;
    let is_there = there.is_ok_and(|rows| rows.first().and_then(|row| row.first()) == Some(&Some("t".to_owned())));
    if !is_there {
        return BTreeMap::new();
    }
    let sql = format!(
        "SELECT DISTINCT ON (package) package, migration_hash, pg_catalog.date_trunc('second', finished_at) FROM \
         novate.ledger WHERE space = {} AND kind = 'seed' ORDER BY package, id DESC",
        Literal(space.as_str())
    );
    let rows = session.batch(&sql, &mut |_| ()).await.unwrap_or_default();
    rows.into_iter()
        .filter_map(|row| match row.as_slice() {
            [Some(name), Some(digest), Some(when)] => Some((name.clone(), (digest.clone(), when.clone()))),
            _ => None,
        })
        .collect()
}
