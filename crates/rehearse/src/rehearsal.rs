//! A run on a copy, and what was seen of it.

use std::time::Duration;

use novate_contract::Space;
use novate_history::{Node, PackageName};
use novate_runner::connection::connect;
use novate_runner::{
    Event, Interrupt, Lane, LockHolder, MigrateError, Mode, Observation, Observing, Outcome, Session, Settings,
    Strictness, TableLock, Verification, migrate_all, verify,
};

use crate::locks;
use crate::remaining::{self, Remaining};
use crate::{Copy, RehearseError};

/// What happened on a copy.
#[derive(Debug)]
pub struct Rehearsal {
    /// The spaces, in the order in which they were applied.
    pub spaces: Vec<SpaceSeen>,
    /// What ran, in order, the package that failed included.
    pub packages: Vec<PackageSeen>,
    /// Who was waited for.
    pub waits: Vec<Wait>,
    /// Why it failed, if it did.
    pub failed: Option<MigrateError>,
    /// What is left unfinished.
    pub remaining: Remaining,
}

/// A space of the copy.
#[derive(Debug)]
pub struct SpaceSeen {
    /// The space.
    pub space: Space,
    /// Where it stood; `None` for no contract, and where the run failed.
    pub from: Node,
    /// Whether it then was what its contract says; `None` where the run failed.
    pub verification: Option<Verification>,
}

/// A package, as it ran.
#[derive(Debug, Clone)]
pub struct PackageSeen {
    /// Its space.
    pub space: Space,
    /// The package.
    pub package: PackageName,
    /// Its operations, as far as they ran.
    pub operations: Vec<OperationSeen>,
    /// How long it took, its comparison with the contract included; `None` where it failed.
    pub took: Option<Duration>,
}

/// An operation, as it ran.
#[derive(Debug, Clone)]
pub struct OperationSeen {
    /// Its label.
    pub label: String,
    /// What became of it; `None` where it failed.
    pub outcome: Option<Outcome>,
    /// What it did to tables, locks left out that are weaker than what the package holds; `None` for what runs outside of transactions, and for what did not run.
    pub observation: Option<Observation>,
}

/// A wait for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// What waited, if it was an operation.
    pub operation: Option<String>,
    /// Who held the lock.
    pub holders: Vec<LockHolder>,
}

impl Rehearsal {
    /// Whether the same run on the database can be expected to go well.
    pub fn is_clean(&self) -> bool {
        let holds = |seen: &SpaceSeen| seen.verification.as_ref().is_some_and(Verification::holds);
        self.failed.is_none() && self.spaces.iter().all(holds)
    }
}

/// Brings the spaces of a copy to their goals and looks at it then. Every event is passed on.
pub async fn rehearse(
    copy: &Copy,
    lanes: &[Lane<'_>],
    settings: &Settings,
    interrupt: Interrupt,
    on: &mut dyn FnMut(&Event),
) -> Result<Rehearsal, RehearseError> {
    let settings = Settings { observing: Observing::Yes, dry_run: false, ..settings.clone() };
    let mut session = Session::open(&copy.string, "novate rehearse", interrupt).await?;
    let first = lanes.first().map_or_else(Space::app, |lane| lane.history.home.space.clone());
    let mut seen = Seen { space: first, packages: Vec::new(), waits: Vec::new() };
    let run = migrate_all(&mut session, lanes, &settings, &mut |event| {
        on(&event);
        seen.take(event);
    })
    .await;
    let (done, failed) = match run {
        Ok(done) => (done.into_iter().map(Some).collect(), None),
        Err(failed) => (vec![None; lanes.len()], Some(failed)),
    };
    let mut spaces = Vec::with_capacity(lanes.len());
    for (lane, done) in lanes.iter().zip(done) {
        let home = lane.history.home;
        let verification = match &done {
            None => None,
            Some(_) => {
                let contract = lane.history.contracts.at(&lane.goal.node).map_err(novate_runner::RunError::from)?;
                Some(verify(&mut session, home, &contract, Mode::Full, Strictness::default()).await?)
            }
        };
        let from = done.and_then(|done| done.from);
        spaces.push(SpaceSeen { space: home.space.clone(), from, verification });
    }
    session.close().await;
    let connected = connect(&copy.string, "novate rehearse").await?;
    let remaining = remaining::look(&connected).await?;
    connected.close().await?;
    Ok(Rehearsal { spaces, packages: seen.packages, waits: seen.waits, failed, remaining })
}

/// Events, put together.
struct Seen {
    space: Space,
    packages: Vec<PackageSeen>,
    waits: Vec<Wait>,
}

impl Seen {
    fn take(&mut self, event: Event) {
        match event {
            Event::Space { space } => self.space = space,
            Event::PackageStarted { package, .. } => {
                // An attempt after the first begins the package again, and those after it.
                let again = |seen: &PackageSeen| seen.package == package && seen.space == self.space;
                if let Some(at) = self.packages.iter().position(again) {
                    self.packages.truncate(at);
                }
                let space = self.space.clone();
                self.packages.push(PackageSeen { space, package, operations: Vec::new(), took: None });
            }
            Event::OperationStarted { label, .. } => {
                if let Some(package) = self.packages.last_mut() {
                    package.operations.push(OperationSeen { label, outcome: None, observation: None });
                }
            }
            Event::OperationObserved { observation: Observation { locks, rewritten, rebuilt }, .. } => {
                let held: Vec<TableLock> = self.held().cloned().collect();
                if let Some(operation) = self.operation() {
                    let locks = locks::telling(locks, &held);
                    operation.observation = Some(Observation { locks, rewritten, rebuilt });
                }
            }
            Event::OperationFinished { label, outcome, .. } => {
                if let Some(operation) = self.operation().filter(|last| last.outcome.is_none() && last.label == label) {
                    operation.outcome = Some(outcome);
                } else if let Some(package) = self.packages.last_mut() {
                    package.operations.push(OperationSeen { label, outcome: Some(outcome), observation: None });
                }
            }
            Event::PackageFinished { took, .. } => {
                if let Some(package) = self.packages.last_mut() {
                    package.took = Some(took);
                }
            }
            Event::Blocked { holders } | Event::Waiting { holders, .. } if !holders.is_empty() => {
                let operation = self.operation().map(|operation| operation.label.clone());
                self.waits.push(Wait { operation, holders });
            }
            _ => {}
        }
    }

    /// What the package at hand holds so far.
    fn held(&self) -> impl Iterator<Item = &TableLock> {
        let operations = self.packages.last().into_iter().flat_map(|package| &package.operations);
        operations.filter_map(|operation| operation.observation.as_ref()).flat_map(|seen| &seen.locks)
    }

    fn operation(&mut self) -> Option<&mut OperationSeen> {
        self.packages.last_mut()?.operations.last_mut()
    }
}
