//! One package in one transaction.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use novate_catalog::{Finding, Snapshot};
use novate_contract::{Contract, Space};
use novate_history::Package;
use novate_planner::Operation;
use sha2::{Digest, Sha256};
use tokio_postgres::error::ErrorPosition;

use crate::asked::{self, Around, Asked};
use crate::beside::Beside;
use crate::bookkeeping::{ENSURE_TABLES, LOCK_CLASS};
use crate::error::OperationAt;
use crate::event::{Event, Outcome};
use crate::home::Home;
use crate::ledger::{self, Entry, Kind};
use crate::live::{self, Scope};
use crate::marker::{self, NewMarker, Standing, Written};
use crate::program::{self, Report};
use crate::sensitive::Sensitive;
use crate::session::{Failure, Heard, Session};
use crate::turn::Turn;
use crate::{RunError, Settings};

/// How an attempt at a transaction failed.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// Somebody else holds a lock; the whole transaction may be tried again.
    Contention {
        /// The operation that waited; `None` for the lock of the space.
        operation: Option<Operation>,
    },
    /// It cannot be helped by trying again.
    Failed(RunError),
    /// The session was lost while it was committing.
    CommitLost,
}

impl From<RunError> for Attempt {
    fn from(error: RunError) -> Self {
        Self::Failed(error)
    }
}

/// The second key of a space's advisory lock.
pub(crate) fn lock_key(space: &Space) -> i32 {
    let digest = Sha256::digest(space.as_str().as_bytes());
    let bytes = digest.iter().take(4).fold(0_u32, |key, byte| key << 8 | u32::from(*byte));
    bytes.cast_signed()
}

/// Begins a transaction, takes the lock of the space, makes sure of the tables and reads the marker under the lock,
/// in one round trip.
pub(crate) async fn begin(
    session: &mut Session,
    space: &Space,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Standing, Attempt> {
    let mut standings = begin_all(session, &[space], settings, on).await?;
    standings.pop().ok_or_else(|| RunError::MarkerCorrupt { reason: "it was not read".to_owned() }.into())
}

/// As [`begin`], for several spaces; where each stands, in the same order.
pub(crate) async fn begin_all(
    session: &mut Session,
    spaces: &[&Space],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Vec<Standing>, Attempt> {
    session.watch_after = settings.watch_after();
    session.observing = settings.observing;
    let lock = |space: &&Space| format!("SELECT pg_catalog.pg_advisory_xact_lock({LOCK_CLASS}, {}); ", lock_key(space));
    // A run of several spaces is one transaction, and needs no more than that.
    let turn = match spaces {
        [only] => Some((*only, session.turn)),
        _ => None,
    };
    let sql = format!(
        "{}{}; {}{}{ENSURE_TABLES}; {}",
        turn.map(|(_, turn)| turn.before()).unwrap_or_default(),
        settings.begin(),
        turn.map(|(space, turn)| turn.ask(space)).unwrap_or_default(),
        spaces.iter().map(lock).collect::<String>(),
        spaces.iter().map(|space| marker::read_sql(space, true)).collect::<Vec<_>>().join("; "),
    );
    let answer = session.batch(&sql, &mut Heard::blocked(on)).await;
    if let Some((space, turn)) = turn {
        session.turn = turn.asked(space, answer.is_ok());
    }
    let rows = answer.map_err(|failure| match failure {
        failure if failure.is_contention() => Attempt::Contention { operation: None },
        // Two sessions that create the same schema for two spaces: the second finds it when it tries again.
        failure if matches!(failure.sqlstate(), Some("23505" | "42P06" | "42P07")) => {
            Attempt::Contention { operation: None }
        }
        failure => Attempt::Failed(failure.into_refused("lock the space and read its marker")),
    })?;
    let read = rows.get(rows.len().saturating_sub(spaces.len())..).unwrap_or_default();
    let text = |row: &Vec<Option<String>>| row.first().cloned().flatten().unwrap_or_default();
    Ok(read.iter().map(|row| marker::parse(&text(row))).collect::<Result<_, _>>()?)
}

/// What ran.
#[derive(Debug)]
pub(crate) struct Ran<'a> {
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// What was asked, and what is left to comparing.
    around: Around<'a>,
}

/// Runs operations in the open transaction, in one round trip; in two, where something is there already that an operation
/// makes. The caller goes on with [`compared`], which answers what was not asked here.
pub(crate) async fn run<'a>(
    session: &mut Session,
    package: &str,
    operations: &'a [Operation],
    to: &Contract,
    on: &mut dyn FnMut(Event),
) -> Result<Ran<'a>, Attempt> {
    let mut outcomes = vec![None; operations.len()];
    let mut around = asked::around(operations, to);
    let sql = program::batch(operations, &around.each, 0, session.observing);
    let sql = format!("SET LOCAL search_path = {}; {sql}", Settings::search_path(to));
    let mut begun = None;
    if let Some(at) = part(session, package, operations, 0, &sql, (&mut outcomes, &mut begun), on).await? {
        let rest = operations.get(at..).unwrap_or_default();
        around.each.truncate(at);
        around.each.extend(rest.iter().map(Asked::all));
        let sql = program::batch(rest, around.each.get(at..).unwrap_or_default(), at, session.observing);
        part(session, package, operations, at, &sql, (&mut outcomes, &mut begun), on).await?;
    }
    Ok(Ran { outcomes, around })
}

/// Runs a program whose first operation is `first`; gives the operation that it stopped at. What has been heard so far is
/// what became of operations, and the last one that was said to begin.
async fn part(
    session: &mut Session,
    package: &str,
    operations: &[Operation],
    first: usize,
    sql: &str,
    (outcomes, begun): (&mut [Option<Outcome>], &mut Option<usize>),
    on: &mut dyn FnMut(Event),
) -> Result<Option<usize>, Attempt> {
    let mut begin = |index: usize, on: &mut dyn FnMut(Event)| {
        if let Some(op) = operations.get(index).filter(|_| *begun != Some(index)) {
            *begun = Some(index);
            on(Event::OperationStarted { index, label: op.label.clone() });
        }
    };
    begin(first, on);
    let mut current = first;
    let answer = {
        let mut on_heard = |heard: Heard| match heard.report() {
            Err(event) => on(event),
            Ok(Report::Observed(index, observation)) => on(Event::OperationObserved { index, observation }),
            Ok(Report::Finished(index, outcome)) => {
                if let (Some(slot), Some(op)) = (outcomes.get_mut(index), operations.get(index)) {
                    *slot = Some(outcome.clone());
                    on(Event::OperationFinished { index, label: op.label.clone(), outcome });
                }
                current = index + 1;
                begin(current, on);
            }
        };
        session.batch(sql, &mut on_heard).await
    };
    match answer {
        Ok(rows) => Ok(program::stopped(&rows)),
        Err(failure) if failure.is_contention() => {
            Err(Attempt::Contention { operation: operations.get(current).cloned() })
        }
        Err(failure) => Err(Attempt::Failed(explain(failure, package, operations.get(current)))),
    }
}

/// Reads the catalog after [`run`] and compares it with the contract that the operations lead to: what is there, and what
/// must not differ. Where there is any doubt, the postchecks that comparing was to answer are asked after all, so that the
/// operation is named whose result is not there.
pub(crate) async fn compared(
    session: &mut Session,
    home: Home<'_>,
    package: &str,
    operations: &[Operation],
    ran: &Ran<'_>,
    (to, scope): (&Contract, Scope),
) -> Result<(Snapshot, Vec<Finding>), Attempt> {
    let live = home.see(live::read(session).await?, to);
    let all = live::all_differences(session, to, &live).await?;
    let doubtful = ran.around.is_doubtful(to, &live, &all);
    let findings = live::errors(all, scope, operations);
    if doubtful || !findings.is_empty() {
        let mut current = 0;
        let mut on_heard = |heard: Heard| {
            if let Ok(Report::Finished(index, _)) = heard.report() {
                current = index + 1;
            }
        };
        let answer = session.batch(&program::questions(&ran.around.each), &mut on_heard).await;
        answer.map_err(|failure| Attempt::Failed(explain(failure, package, operations.get(current))))?;
    }
    Ok((live, findings))
}

/// A failure inside the program as an error that names the operation.
pub(crate) fn explain(failure: Failure, package: &str, operation: Option<&Operation>) -> RunError {
    let Failure::Server(error) = failure else {
        return failure.into_refused("apply the package");
    };
    let at =
        OperationAt { package: package.to_owned(), operation: operation.map(|op| op.id.clone()).unwrap_or_default() };
    let label = operation.map(|op| op.label.clone()).unwrap_or_default();
    let repeated = match error.position() {
        Some(ErrorPosition::Internal { query, .. }) => Some(query.as_str()),
        _ => None,
    };
    let steps = operation.into_iter().flat_map(|op| &op.execute).map(|step| step.sql.as_str());
    let sensitive = Sensitive::of(steps.chain(repeated));
    let hide = |text: &str| sensitive.hide(text);
    let description = hide(error.message());
    let sql = hide(error.detail().unwrap_or_default());
    match error.code().code() {
        program::PRECHECK_FAILED => RunError::PrecheckFailed { at, label, description, sql },
        program::POSTCHECK_FAILED => RunError::PostcheckFailed { at, label, description, sql },
        sqlstate => RunError::StatementFailed {
            at,
            label,
            sqlstate: sqlstate.to_owned(),
            message: description,
            detail: error.detail().map(hide),
            hint: error.hint().map(hide),
            statement: match (repeated, operation.map(|op| op.execute.as_slice())) {
                (Some(query), _) => Some(hide(query)),
                (None, Some([only])) => Some(hide(&only.sql)),
                _ => None,
            },
            missing: None,
        },
    }
}

/// A package and the contracts around it.
pub(crate) struct Step<'a> {
    pub(crate) home: Home<'a>,
    pub(crate) package: &'a Package,
    pub(crate) to: &'a Contract,
    /// Whether the whole space is compared, or only what the package touches.
    pub(crate) scope: Scope,
    /// How it ends.
    pub(crate) end: End,
}

/// What becomes of a transaction in which all went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is committed.
    Commit,
    /// It is committed, and with it the run is over: a turn is given up.
    Last,
    /// It stays open: more follows, or it is a dry run.
    Open,
}

/// Applies a package in the transaction that [`begin`] opened, compares, writes the marker and commits.
pub(crate) async fn apply(
    session: &mut Session,
    step: &Step<'_>,
    standing: &Standing,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(Vec<Option<Outcome>>, Duration), Attempt> {
    let began = Instant::now();
    let package = step.package;
    on(Event::PackageStarted { package: package.name.clone(), operations: package.operations.len() });
    // The server has the next word for a while; meanwhile what is written at the end is made.
    let written = Beside::start({
        let (to, hash) = (step.to.clone(), package.manifest.to.clone());
        move || Written::of(&to, hash.clone())
    });
    let ran = run(session, package.name.as_str(), &package.operations, step.to, on).await?;

    on(Event::Comparing { package: package.name.clone() });
    let fingerprint = compare(session, step, &ran).await?;

    let mut invariants: BTreeSet<String> =
        standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
    invariants.extend(package.manifest.provided_invariants.iter().cloned());
    let from = standing.node();
    let new = NewMarker {
        space: step.home.space,
        contract: written.finish(),
        invariants: &invariants,
        fingerprint: &fingerprint,
        generation: standing.generation(),
    };
    let entry = Entry {
        space: step.home.space,
        kind: Kind::Migrate,
        package: Some((package.name.as_str(), package.hash.as_str())),
        from: from.as_ref(),
        to: &package.manifest.to,
        operations: ledger::outcomes(&package.operations, &ran.outcomes),
        app_tag: settings.app_tag.as_deref(),
        started_at: "pg_catalog.now()",
    };
    commit(session, &marker::write_sql(&new, &entry), step.end).await?;
    let took = began.elapsed();
    on(Event::PackageFinished { package: package.name.clone(), took });
    Ok((ran.outcomes, took))
}

/// What a commit does to deferred constraints, in a transaction that goes on: they are checked, and deferred again. An
/// `ALTER TABLE` that follows would be refused for checks that are still to come.
const CHECK_DEFERRED: &str = "SET CONSTRAINTS ALL IMMEDIATE; DO $novate$
DECLARE deferred pg_catalog.text;
BEGIN
  SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', ') INTO deferred
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred;
  IF deferred IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED'; END IF;
END
$novate$";

/// Writes marker and ledger and commits, in one round trip.
pub(crate) async fn commit(session: &mut Session, writes: &str, how: End) -> Result<(), Attempt> {
    let commit = how != End::Open;
    // What is deferred to the commit would go unseen without it.
    let turn = if how == End::Last { session.turn.give_up() } else { None };
    let end = match &turn {
        Some(give_up) => &format!("COMMIT; {give_up}"),
        None if commit => "COMMIT",
        None => CHECK_DEFERRED,
    };
    match session.batch(&format!("{writes}; {end}"), &mut |_| ()).await {
        Ok(_) => {
            if turn.is_some() {
                session.turn = Turn::None;
            }
            Ok(())
        }
        Err(Failure::Lost(_)) if commit => Err(Attempt::CommitLost),
        Err(failure) if failure.sqlstate() == Some("NV003") => Err(RunError::MarkerMoved.into()),
        Err(failure) if failure.is_contention() => Err(Attempt::Contention { operation: None }),
        Err(failure) => Err(failure.into_refused("write the marker and commit").into()),
    }
}

/// Compares the live catalog with the contract that the package leads to; gives the fingerprint to sign.
async fn compare(session: &mut Session, step: &Step<'_>, ran: &Ran<'_>) -> Result<String, Attempt> {
    let package = step.package;
    let name = package.name.as_str();
    let (live, findings) = compared(session, step.home, name, &package.operations, ran, (step.to, step.scope)).await?;
    if findings.is_empty() {
        Ok(live::fingerprint(&live))
    } else {
        let to = package.manifest.to.clone();
        Err(RunError::ResultMismatch { package: name.to_owned(), to, findings }.into())
    }
}
