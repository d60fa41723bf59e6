//! A run of several spaces: all in one transaction, where that can be.

use std::time::Instant;

use novate_contract::Space;
use novate_history::Edge;
use novate_planner::TransactionMode;

use crate::apply::{self, Attempt, End, Step};
use crate::contention::Patience;
use crate::event::Event;
use crate::live::Scope;
use crate::marker::Standing;
use crate::migrate::{Applied, Goal, History, MigrateError, Migrated, arrived, migrate, reread};
use crate::rights::{self, Purpose};
use crate::session::{Failure, Session};
use crate::{LeftBehind, RunError, Settings};

/// A space's part of a run.
pub struct Lane<'a> {
    /// What it may draw on.
    pub history: History<'a>,
    /// Where to go.
    pub goal: Goal,
}

impl Lane<'_> {
    fn space(&self) -> &Space {
        self.history.home.space
    }
}

/// What a lane has before it: where its space stands, and the way from there.
struct Ahead {
    standing: Standing,
    edges: Vec<Edge>,
}

/// Brings several spaces of a database to their goals, in the order given. What each did comes back in that order.
///
/// Where two of them or more have something to apply, they go in one transaction, unless a package of theirs commits by
/// itself or is under way: then they go one after the other, package by package. A dry run is one transaction always.
pub async fn migrate_all(
    session: &mut Session,
    lanes: &[Lane<'_>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Vec<Migrated>, MigrateError> {
    if lanes.len() > 1
        && let Some(done) = together(session, lanes, settings, on).await?
    {
        return Ok(done);
    }
    let mut all: Vec<Migrated> = Vec::new();
    for lane in lanes {
        if lanes.len() > 1 {
            on(Event::Space { space: lane.space().clone() });
        }
        match migrate(session, &lane.history, &lane.goal, settings, on).await {
            Ok(done) => all.push(done),
            Err(mut error) => {
                let mut earlier: Vec<Applied> = all.into_iter().flat_map(|done| done.applied).collect();
                error.left = match error.left {
                    LeftBehind::Nothing if !earlier.is_empty() => LeftBehind::EarlierPackages(earlier.len()),
                    LeftBehind::EarlierPackages(own) => LeftBehind::EarlierPackages(earlier.len() + own),
                    left => left,
                };
                earlier.append(&mut error.applied);
                return Err(MigrateError { applied: earlier, ..error });
            }
        }
    }
    Ok(all)
}

/// What stopped a lane.
struct Stopped<'a> {
    space: &'a Space,
    attempt: Attempt,
}

/// `None` where one transaction would be wrong, or no better.
async fn together(
    session: &mut Session,
    lanes: &[Lane<'_>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Option<Vec<Migrated>>, MigrateError> {
    let mut patience = Patience::default();
    loop {
        let (space, error) = match once(session, lanes, settings, on).await {
            Ok(done) => {
                if done.is_none() || settings.dry_run {
                    session.rollback().await;
                }
                return Ok(done);
            }
            Err(Stopped { space, attempt: Attempt::Contention { operation } }) => {
                match patience.pause(session, space, operation.as_ref(), settings, on).await {
                    Ok(()) => continue,
                    Err(error) => (space, error),
                }
            }
            Err(Stopped { space, attempt: Attempt::CommitLost }) => {
                (space, RunError::CommitUnknown { package: "all spaces".to_owned() })
            }
            Err(Stopped { space, attempt: Attempt::Failed(error) }) => (space, error),
        };
        session.rollback().await;
        // A label that an earlier package added to an enum type can be used once that package is committed.
        if matches!(&error, RunError::StatementFailed { sqlstate, .. } if sqlstate == "55P04") && !settings.dry_run {
            return Ok(None);
        }
        let error = rights::name(session, error, Purpose::Change).await;
        let left = match error {
            RunError::CommitUnknown { .. } => LeftBehind::Unknown,
            _ => LeftBehind::Nothing,
        };
        return Err(MigrateError { space: space.clone(), error: Box::new(error), left, applied: Vec::new() });
    }
}

/// The whole transaction.
async fn once<'a>(
    session: &mut Session,
    lanes: &'a [Lane<'_>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Option<Vec<Migrated>>, Stopped<'a>> {
    let Some(first) = lanes.first() else { return Ok(Some(Vec::new())) };
    let stopped = |lane: &'a Lane<'_>, attempt: Attempt| Stopped { space: lane.space(), attempt };
    let spaces: Vec<&Space> = lanes.iter().map(Lane::space).collect();
    let standings =
        apply::begin_all(session, &spaces, settings, on).await.map_err(|attempt| stopped(first, attempt))?;
    let mut ahead: Vec<Ahead> = Vec::with_capacity(lanes.len());
    for (lane, standing) in lanes.iter().zip(standings) {
        if standing.in_transit.is_some() {
            return Ok(None);
        }
        let have = standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
        let route = lane.history.graph.route(&standing.node(), &lane.goal.node, &lane.goal.invariants, &have);
        let route = route.map_err(|error| stopped(lane, Attempt::Failed(error.into())))?;
        ahead.push(Ahead { standing, edges: route.edges });
    }
    for (lane, ahead) in lanes.iter().zip(&ahead) {
        for edge in &ahead.edges {
            let package = lane.history.package(&edge.package).map_err(|error| stopped(lane, error.into()))?;
            package.check_runnable().map_err(|error| stopped(lane, Attempt::Failed(error.into())))?;
            if package.manifest.transaction == TransactionMode::Statement {
                return Ok(None);
            }
        }
    }
    let pending = ahead.iter().filter(|ahead| !ahead.edges.is_empty()).count();
    if pending < 2 && !settings.dry_run {
        return Ok(None);
    }
    let generations: Vec<i64> = ahead.iter().map(|ahead| ahead.standing.generation()).collect();
    let mut all = Vec::with_capacity(lanes.len());
    for (lane, ahead) in lanes.iter().zip(ahead) {
        on(Event::Space { space: lane.space().clone() });
        all.push(run(session, lane, ahead, settings, on).await.map_err(|attempt| stopped(lane, attempt))?);
    }
    if !settings.dry_run {
        match session.batch("COMMIT", &mut |_| ()).await {
            Ok(_) => {}
            Err(Failure::Lost(_)) => commit_lost(session, lanes, &generations, settings, on)
                .await
                .map_err(|error| stopped(first, Attempt::Failed(error)))?,
            Err(failure) if failure.is_contention() => {
                return Err(stopped(first, Attempt::Contention { operation: None }));
            }
            Err(failure) => return Err(stopped(first, failure.into_refused("commit").into())),
        }
    }
    Ok(Some(all))
}

/// One space's packages in the transaction that is open, which stays open.
async fn run(
    session: &mut Session,
    lane: &Lane<'_>,
    ahead: Ahead,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Migrated, Attempt> {
    let Ahead { mut standing, edges } = ahead;
    let mut done = Migrated { from: standing.node(), ..Migrated::default() };
    on(Event::Route { packages: edges.iter().map(|edge| edge.package.clone()).collect() });
    if edges.is_empty() {
        arrived(session, &lane.history, &lane.goal, &mut done).await?;
    }
    for (at, edge) in edges.iter().enumerate() {
        let package = lane.history.package(&edge.package)?;
        let to = lane.history.contracts.at(&edge.target()).map_err(RunError::from)?;
        let scope = if at + 1 == edges.len() { Scope::Whole } else { Scope::Touched };
        let step = Step { home: lane.history.home, package, to: &to, scope, end: End::Open };
        let began = Instant::now();
        let (outcomes, _) = apply::apply(session, &step, &standing, settings, on).await?;
        done.applied.push(Applied { package: package.name.clone(), outcomes, took: began.elapsed() });
        standing = reread(session, lane.space()).await?;
    }
    Ok(done)
}

/// Asks the database whether a COMMIT took place whose answer was lost.
async fn commit_lost(
    session: &mut Session,
    lanes: &[Lane<'_>],
    before: &[i64],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let unknown = || RunError::CommitUnknown { package: "all spaces".to_owned() };
    session.reconnect().await.map_err(|_| unknown())?;
    let spaces: Vec<&Space> = lanes.iter().map(Lane::space).collect();
    let now = apply::begin_all(session, &spaces, settings, on).await.map_err(|_| unknown())?;
    session.rollback().await;
    if now.iter().zip(before).all(|(now, before)| now.generation() == *before) {
        return Err(RunError::ConnectionLost {
            reason: "while committing; the transaction was rolled back".to_owned(),
        });
    }
    if now.iter().zip(lanes).all(|(now, lane)| now.node() == lane.goal.node) {
        return Ok(());
    }
    Err(RunError::MarkerMoved)
}
