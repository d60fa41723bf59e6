//! A run of several spaces: all in one transaction, where that can be.

use std::collections::BTreeSet;
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
use crate::{LeftBehind, RunError, Settings, interleave};

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

/// Brings several spaces of a database to their goals. What each did comes back in the order in which they are given.
///
/// Packages are applied in that order of their spaces, but where one rests on what another space's package changes. Where
/// two spaces or more have something to apply, all of it is one transaction, unless a package of theirs commits by itself
/// or is under way: then each package is a transaction of its own. A dry run is one always.
pub async fn migrate_all(
    session: &mut Session,
    lanes: &[Lane<'_>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Vec<Migrated>, MigrateError> {
    let mut legs: Vec<(usize, Goal)> = lanes.iter().map(|lane| lane.goal.clone()).enumerate().collect();
    if lanes.len() > 1 {
        match together(session, lanes, settings, on).await? {
            Together::Done(done) => return Ok(done),
            Together::Apart(order) if !order.is_empty() => legs = order,
            Together::Apart(_) => {}
        }
    }
    let mut all: Vec<Migrated> = vec![Migrated::default(); lanes.len()];
    for (at, (index, goal)) in legs.iter().enumerate() {
        let Some(lane) = lanes.get(*index) else { continue };
        if lanes.len() > 1 {
            on(Event::Space { space: lane.space().clone() });
        }
        match migrate(session, &lane.history, goal, settings, on).await {
            Ok(done) => {
                let first = !legs.iter().take(at).any(|(earlier, _)| earlier == index);
                if let Some(sum) = all.get_mut(*index) {
                    if first {
                        sum.from = done.from;
                    }
                    sum.applied.extend(done.applied);
                    sum.notes = done.notes;
                }
            }
            Err(mut error) => {
                let mut earlier: Vec<Applied> = all.into_iter().flat_map(|done| done.applied).collect();
                error.left = match error.left {
                    LeftBehind::Nothing if !earlier.is_empty() => LeftBehind::EarlierPackages(earlier.len()),
                    LeftBehind::EarlierPackages(own) => LeftBehind::EarlierPackages(earlier.len() + own),
                    left => left,
                };
                earlier.append(&mut error.applied);
                // Whatever a dry run applied it rolled back; what another run left in transit is still that.
                if settings.dry_run && matches!(error.left, LeftBehind::EarlierPackages(_)) {
                    (error.left, earlier) = (LeftBehind::Nothing, Vec::new());
                }
                return Err(MigrateError { applied: earlier, ..error });
            }
        }
    }
    Ok(all)
}

/// What came of trying one transaction.
enum Together {
    /// All is done.
    Done(Vec<Migrated>),
    /// One transaction would be wrong, or no better: which space goes where, leg by leg; none where that is as given.
    Apart(Vec<(usize, Goal)>),
}

/// What stopped a lane.
struct Stopped<'a> {
    space: &'a Space,
    attempt: Attempt,
}

async fn together(
    session: &mut Session,
    lanes: &[Lane<'_>],
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Together, MigrateError> {
    let mut patience = Patience::default();
    loop {
        let (space, error) = match once(session, lanes, settings, on).await {
            Ok(done) => {
                if matches!(done, Together::Apart(_)) || settings.dry_run {
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
        if let RunError::StatementFailed { sqlstate, at, .. } = &error
            && sqlstate == "55P04"
        {
            if !settings.dry_run {
                return Ok(Together::Apart(Vec::new()));
            }
            let error = Box::new(RunError::DryRunImpossible { package: at.package.clone() });
            return Err(MigrateError { space: space.clone(), error, left: LeftBehind::Nothing, applied: Vec::new() });
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
) -> Result<Together, Stopped<'a>> {
    let Some(first) = lanes.first() else { return Ok(Together::Done(Vec::new())) };
    let stopped = |lane: &'a Lane<'_>, attempt: Attempt| Stopped { space: lane.space(), attempt };
    let spaces: Vec<&Space> = lanes.iter().map(Lane::space).collect();
    let standings =
        apply::begin_all(session, &spaces, settings, on).await.map_err(|attempt| stopped(first, attempt))?;
    let mut ahead: Vec<Ahead> = Vec::with_capacity(lanes.len());
    for (lane, standing) in lanes.iter().zip(standings) {
        if standing.in_transit.is_some() {
            return Ok(Together::Apart(Vec::new()));
        }
        let have = standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
        let route = lane.history.graph.route(&standing.node(), &lane.goal.node, &lane.goal.invariants, &have);
        let route = route.map_err(|error| stopped(lane, Attempt::Failed(error.into())))?;
        ahead.push(Ahead { standing, edges: route.edges });
    }
    let mut alone = false;
    for (lane, ahead) in lanes.iter().zip(&ahead) {
        for edge in &ahead.edges {
            let package = lane.history.package(&edge.package).map_err(|error| stopped(lane, error.into()))?;
            package.check_runnable().map_err(|error| stopped(lane, Attempt::Failed(error.into())))?;
            alone |= package.manifest.transaction == TransactionMode::Statement;
        }
    }
    let pending = ahead.iter().filter(|ahead| !ahead.edges.is_empty()).count();
    if pending < 2 && !settings.dry_run {
        return Ok(Together::Apart(Vec::new()));
    }
    let order = order(lanes, &ahead).map_err(|(lane, error)| stopped(lane, error.into()))?;
    if alone {
        return Ok(Together::Apart(legs(lanes, &ahead, &order)));
    }
    let generations: Vec<i64> = ahead.iter().map(|ahead| ahead.standing.generation()).collect();
    let mut under_way: Vec<UnderWay<'_>> =
        lanes.iter().zip(ahead).map(|(lane, ahead)| UnderWay { lane, next: 0, done: ahead.begun(), ahead }).collect();
    let mut current = None;
    for (index, one) in under_way.iter_mut().enumerate().filter(|(_, one)| one.ahead.edges.is_empty()) {
        current = Some(index);
        one.arrive(session, on).await.map_err(|attempt| stopped(one.lane, attempt))?;
    }
    for index in order {
        let Some(one) = under_way.get_mut(index) else { continue };
        if current.replace(index) != Some(index) {
            on(Event::Space { space: one.lane.space().clone() });
        }
        one.step(session, settings, on).await.map_err(|attempt| stopped(one.lane, attempt))?;
    }
    let all = under_way.into_iter().map(|one| one.done).collect();
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
    Ok(Together::Done(all))
}

/// Whose package comes next, for every package.
fn order<'a>(lanes: &'a [Lane<'_>], ahead: &[Ahead]) -> Result<Vec<usize>, (&'a Lane<'a>, RunError)> {
    let mut routes = Vec::with_capacity(lanes.len());
    for (lane, ahead) in lanes.iter().zip(ahead) {
        let nodes = std::iter::once(ahead.standing.node()).chain(ahead.edges.iter().map(Edge::target));
        let route: Result<Vec<_>, _> = nodes.map(|node| lane.history.contracts.at(&node)).collect();
        routes.push(route.map_err(|error| (lane, error.into()))?);
    }
    Ok(interleave::order(&routes))
}

/// The same as goals: each space in turn as far as it goes before another one has its turn, and every space to its goal.
fn legs(lanes: &[Lane<'_>], ahead: &[Ahead], order: &[usize]) -> Vec<(usize, Goal)> {
    let idle = ahead.iter().enumerate().filter(|(_, ahead)| ahead.edges.is_empty()).map(|(index, _)| index);
    let mut legs: Vec<(usize, Goal)> = idle.filter_map(|index| Some((index, lanes.get(index)?.goal.clone()))).collect();
    let mut next: Vec<usize> = vec![0; lanes.len()];
    for (at, index) in order.iter().enumerate() {
        let (Some(next), Some(ahead), Some(lane)) = (next.get_mut(*index), ahead.get(*index), lanes.get(*index)) else {
            continue;
        };
        *next += 1;
        if *next == ahead.edges.len() {
            legs.push((*index, lane.goal.clone()));
        } else if order.get(at + 1) != Some(index)
            && let Some(edge) = ahead.edges.get(*next - 1)
        {
            legs.push((*index, Goal { node: edge.target(), invariants: BTreeSet::new() }));
        }
    }
    legs
}

impl Ahead {
    /// What is done at the beginning.
    fn begun(&self) -> Migrated {
        Migrated { from: self.standing.node(), ..Migrated::default() }
    }
}

/// A space in the transaction that is open, which stays open.
struct UnderWay<'a> {
    lane: &'a Lane<'a>,
    ahead: Ahead,
    /// The package that is next.
    next: usize,
    done: Migrated,
}

impl UnderWay<'_> {
    /// Where there is nothing to apply: says so only if the schema agrees.
    async fn arrive(&mut self, session: &mut Session, on: &mut dyn FnMut(Event)) -> Result<(), Attempt> {
        on(Event::Space { space: self.lane.space().clone() });
        on(Event::Route { packages: Vec::new() });
        Ok(arrived(session, &self.lane.history, &self.lane.goal, &mut self.done).await?)
    }

    /// Applies the next package.
    async fn step(
        &mut self,
        session: &mut Session,
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), Attempt> {
        let Some(edge) = self.ahead.edges.get(self.next) else { return Ok(()) };
        if self.next == 0 {
            on(Event::Route { packages: self.ahead.edges.iter().map(|edge| edge.package.clone()).collect() });
        }
        self.next += 1;
        let history = &self.lane.history;
        let package = history.package(&edge.package)?;
        let to = history.contracts.at(&edge.target()).map_err(RunError::from)?;
        let scope = if self.next == self.ahead.edges.len() { Scope::Whole } else { Scope::Touched };
        let step = Step { home: history.home, package, to: &to, scope, end: End::Open };
        let began = Instant::now();
        let (outcomes, _) = apply::apply(session, &step, &self.ahead.standing, settings, on).await?;
        self.done.applied.push(Applied { package: package.name.clone(), outcomes, took: began.elapsed() });
        self.ahead.standing = reread(session, self.lane.space()).await?;
        Ok(())
    }
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
