//! From where a database stands to where it should be: the route is worked out under the lock, package after package.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use novate_contract::{Contract, Space};
use novate_history::{Graph, HistoryError, Node, Package, PackageName};
use novate_planner::TransactionMode;

use crate::apply::{self, Attempt, End, Step};
use crate::contention::{self, Patience};
use crate::error::LeftBehind;
use crate::event::{Event, Outcome};
use crate::home::Home;
use crate::live::{self, Scope};
use crate::marker::{self, Standing};
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, Settings, transit};

/// What a run may draw on: all of it was read and checked before a connection was made.
pub struct History<'a> {
    /// The space, and what else lives in the database.
    pub home: Home<'a>,
    /// Its graph.
    pub graph: &'a Graph,
    /// Its packages.
    pub packages: &'a BTreeMap<PackageName, Package>,
    /// The contracts at its nodes.
    pub contracts: &'a dyn Contracts,
}

/// Where the contracts of a graph's nodes are.
pub trait Contracts {
    /// The contract at a node.
    fn at(&self, node: &Node) -> Result<Contract, HistoryError>;
}

impl<F: Fn(&Node) -> Result<Contract, HistoryError>> Contracts for F {
    fn at(&self, node: &Node) -> Result<Contract, HistoryError> {
        self(node)
    }
}

impl History<'_> {
    pub(crate) fn package(&self, name: &PackageName) -> Result<&Package, RunError> {
        self.packages.get(name).ok_or_else(|| RunError::TransitUnknown { package: name.to_string() })
    }
}

/// Where to go.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The contract.
    pub node: Node,
    /// The invariants that must have been provided.
    pub invariants: BTreeSet<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Migrated {
    /// Where the database stood.
    pub from: Node,
    /// The packages that were applied, in order.
    pub applied: Vec<Applied>,
    /// Objects that are there and that the contract does not know, and other things worth a word.
    pub notes: Vec<String>,
}

/// A package that was applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The package.
    pub package: PackageName,
    /// What became of its operations; `None` where that was not reported.
    pub outcomes: Vec<Option<Outcome>>,
    /// How long it took.
    pub took: Duration,
}

/// A run that failed, and what it left behind.
#[derive(Debug)]
pub struct MigrateError {
    /// The space that it failed in.
    pub space: Space,
    /// What went wrong.
    pub error: Box<RunError>,
    /// What it left behind.
    pub left: LeftBehind,
    /// The packages that were applied before.
    pub applied: Vec<Applied>,
}

/// Brings a database to a goal.
pub async fn migrate(
    session: &mut Session,
    history: &History<'_>,
    goal: &Goal,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Migrated, MigrateError> {
    let mut done = Migrated::default();
    // One package is one transaction, whose lock is turn enough.
    if history.graph.edges().len() > 1 {
        session.want_turn();
    }
    let result = steps(session, history, goal, settings, on, &mut done).await;
    if settings.dry_run || result.is_err() {
        session.rollback().await;
    }
    session.give_turn_up().await;
    match result {
        Ok(()) => Ok(done),
        Err((error, in_transit)) => {
            let error = rights::name(session, error, Purpose::Change).await;
            let left = match (&error, in_transit) {
                (RunError::CommitUnknown { .. }, _) => LeftBehind::Unknown,
                (_, true) => LeftBehind::InTransit,
                _ if done.applied.is_empty() || settings.dry_run => LeftBehind::Nothing,
                _ => LeftBehind::EarlierPackages(done.applied.len()),
            };
            Err(MigrateError { space: history.home.space.clone(), error: Box::new(error), left, applied: done.applied })
        }
    }
}

/// What cannot be done on sessions that are shared.
fn needs_session(session: &Session, package: &impl ToString) -> RunError {
    let (pooler, direct) = session.pooler();
    RunError::NeedsSession { package: package.to_string(), pooler, direct }
}

type StepError = (RunError, bool);

fn nothing_in_transit(error: impl Into<RunError>) -> StepError {
    (error.into(), false)
}

async fn steps(
    session: &mut Session,
    history: &History<'_>,
    goal: &Goal,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
    done: &mut Migrated,
) -> Result<(), StepError> {
    let mut announced = false;
    // Found out before a transaction is open, and only where it may matter.
    let by_statement = |package: &Package| package.manifest.transaction == TransactionMode::Statement;
    let own_session = !history.packages.values().any(by_statement) || session.is_own().await;
    let mut dry_standing: Option<Standing> = None;
    let mut patience = Patience::default();
    let mut queue = Patience::default();
    loop {
        let standing = match dry_standing.take() {
            Some(standing) => standing,
            None => contention::begin(session, history.home.space, settings, on).await.map_err(nothing_in_transit)?,
        };
        if !announced && done.applied.is_empty() {
            done.from = standing.node();
        }
        if let Some(under_way) = &standing.in_transit {
            // Whoever works on it needs the lock for each of its steps.
            session.give_turn_up().await;
            if settings.dry_run {
                return Err((RunError::DryRunImpossible { package: under_way.package.clone() }, true));
            }
            if under_way.alive {
                queue.await_owner(session, under_way, settings, on).await.map_err(|error| (error, true))?;
                continue;
            }
            if !own_session {
                return Err((needs_session(session, &under_way.package), true));
            }
            let applied = transit::resume(session, history, &goal.node, &standing, under_way, settings, on)
                .await
                .map_err(|error| (error, true))?;
            done.applied.push(applied);
            continue;
        }
        let have = standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
        let route =
            history.graph.route(&standing.node(), &goal.node, &goal.invariants, &have).map_err(nothing_in_transit)?;
        for edge in &route.edges {
            let package = history.package(&edge.package).map_err(nothing_in_transit)?;
            package.check_runnable().map_err(nothing_in_transit)?;
            if by_statement(package) && !own_session {
                return Err(nothing_in_transit(needs_session(session, &package.name)));
            }
        }
        if !announced {
            announced = true;
            on(Event::Route { packages: route.edges.iter().map(|edge| edge.package.clone()).collect() });
        }
        let Some(edge) = route.edges.first() else {
            arrived(session, history, goal, done).await.map_err(nothing_in_transit)?;
            session.rollback().await;
            return Ok(());
        };
        let package = history.package(&edge.package).map_err(nothing_in_transit)?;
        let last = route.edges.len() == 1;
        if package.manifest.transaction == TransactionMode::Statement {
            if settings.dry_run {
                return Err(nothing_in_transit(RunError::DryRunImpossible { package: package.name.to_string() }));
            }
            session.give_turn_up().await;
            let scope = if last { Scope::Whole } else { Scope::Touched };
            let applied = transit::start(session, history, &standing, package, scope, settings, on).await?;
            done.applied.push(applied);
            if last {
                return Ok(());
            }
            session.want_turn();
            continue;
        }
        let to = history.contracts.at(&edge.target()).map_err(nothing_in_transit)?;
        let step = Step {
            home: history.home,
            package,
            to: &to,
            scope: if last { Scope::Whole } else { Scope::Touched },
            end: match (settings.dry_run, last) {
                (true, _) => End::Open,
                (false, true) => End::Last,
                (false, false) => End::Commit,
            },
        };
        let began = Instant::now();
        let outcomes = match apply::apply(session, &step, &standing, settings, on).await {
            Ok((outcomes, _)) => outcomes,
            Err(Attempt::Failed(error)) => return Err(nothing_in_transit(error)),
            Err(Attempt::CommitLost) => {
                commit_lost(session, &step, &standing, settings, on).await.map_err(nothing_in_transit)?;
                Vec::new()
            }
            Err(Attempt::Contention { operation }) => {
                patience
                    .pause(session, history.home.space, operation.as_ref(), settings, on)
                    .await
                    .map_err(nothing_in_transit)?;
                // A dry run has one transaction, which is gone with everything in it.
                if settings.dry_run {
                    done.applied.clear();
                }
                continue;
            }
        };
        patience = Patience::default();
        let took = began.elapsed();
        done.applied.push(Applied { package: package.name.clone(), outcomes, took });
        if last {
            return Ok(());
        }
        if settings.dry_run {
            dry_standing = Some(reread(session, history.home.space).await.map_err(nothing_in_transit)?);
        }
    }
}

/// Asks the database whether a COMMIT took place whose answer was lost. The lock of the space is had only once the
/// transaction that was committing has ended, one way or the other.
async fn commit_lost(
    session: &mut Session,
    step: &Step<'_>,
    before: &Standing,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let unknown = || RunError::CommitUnknown { package: step.package.name.to_string() };
    session.reconnect().await.map_err(|_| unknown())?;
    let now = contention::begin(session, step.home.space, settings, on).await.map_err(|_| unknown())?;
    session.rollback().await;
    if now.generation() == before.generation() {
        Err(RunError::ConnectionLost { reason: "while committing; the transaction was rolled back".to_owned() })
    } else if now.node().as_ref() == Some(&step.package.manifest.to) {
        Ok(())
    } else {
        Err(RunError::MarkerMoved)
    }
}

/// Nothing to apply: says so only if the schema agrees.
pub(crate) async fn arrived(
    session: &mut Session,
    history: &History<'_>,
    goal: &Goal,
    done: &mut Migrated,
) -> Result<(), RunError> {
    if let Some(hash) = &goal.node {
        let contract = history.contracts.at(&goal.node)?;
        let live = history.home.see(live::read(session).await?, &contract);
        let findings = live::differences(session, &contract, &live, Scope::Whole, &[]).await?;
        if !findings.is_empty() {
            return Err(RunError::Drift { contract: hash.clone(), findings });
        }
        done.notes = live::notes(&contract, &live);
    }
    Ok(())
}

/// Reads the standing again in the open transaction.
pub(crate) async fn reread(session: &mut Session, space: &Space) -> Result<Standing, RunError> {
    let rows = session
        .batch(&marker::read_sql(space, false), &mut |_| ())
        .await
        .map_err(|failure| failure.into_refused("read the marker"))?;
    marker::parse(rows.last().and_then(|row| row.first()).and_then(Option::as_deref).unwrap_or_default())
}

/// Where a space stands in a database, without any lock and without creating anything.
pub async fn standing(session: &mut Session, space: &Space) -> Result<Standing, RunError> {
    match look(session, space).await {
        Ok(standing) => Ok(standing),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}

async fn look(session: &mut Session, space: &Space) -> Result<Standing, RunError> {
    let rows = session
        .batch("SELECT pg_catalog.to_regclass('novate.meta') IS NOT NULL", &mut |_| ())
        .await
        .map_err(|failure| failure.into_refused("look for the marker"))?;
    let there = rows.first().and_then(|row| row.first()).and_then(Option::as_deref) == Some("t");
    if there { reread(session, space).await } else { Ok(Standing::default()) }
}
