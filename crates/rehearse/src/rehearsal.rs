//! A run on a copy, and what was seen of it.

use std::time::Duration;

use novate_history::{Node, PackageName};
use novate_runner::connection::connect;
use novate_runner::{
    Event, Goal, History, Interrupt, LockHolder, MigrateError, Mode, Observation, Observing, Outcome, Session,
    Settings, Strictness, TableLock, Verification, migrate, verify,
};

use crate::locks;
use crate::remaining::{self, Remaining};
use crate::{Copy, RehearseError};

/// What happened on a copy.
#[derive(Debug)]
pub struct Rehearsal {
    /// Where the copy stood.
    pub from: Node,
    /// What ran, in order, the package that failed included.
    pub packages: Vec<PackageSeen>,
    /// Who was waited for.
    pub waits: Vec<Wait>,
    /// Why it failed, if it did.
    pub failed: Option<MigrateError>,
    /// Whether the copy then was what its contract says; `None` where the run failed.
    pub verification: Option<Verification>,
    /// What is left unfinished.
    pub remaining: Remaining,
}

/// A package, as it ran.
#[derive(Debug, Clone)]
pub struct PackageSeen {
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
        self.failed.is_none() && self.verification.as_ref().is_some_and(Verification::holds)
    }
}

/// Brings a copy to a goal and looks at it then. Every event is passed on.
pub async fn rehearse(
    copy: &Copy,
    history: &History<'_>,
    goal: &Goal,
    settings: &Settings,
    interrupt: Interrupt,
    on: &mut dyn FnMut(&Event),
) -> Result<Rehearsal, RehearseError> {
    let settings = Settings { observing: Observing::Yes, dry_run: false, ..settings.clone() };
    let mut session = Session::open(&copy.string, "novate rehearse", interrupt).await?;
    let mut seen = Seen::default();
    let run = migrate(&mut session, history, goal, &settings, &mut |event| {
        on(&event);
        seen.take(event);
    })
    .await;
    let (from, failed) = match run {
        Ok(done) => (done.from, None),
        Err(failed) => (None, Some(failed)),
    };
    let verification = if failed.is_none() {
        let contract = (history.contract)(&goal.node).map_err(novate_runner::RunError::from)?;
        Some(verify(&mut session, history.space, &contract, Mode::Full, Strictness::default()).await?)
    } else {
        None
    };
    session.close().await;
    let connected = connect(&copy.string, "novate rehearse").await?;
    let remaining = remaining::look(&connected).await?;
    connected.close().await?;
    Ok(Rehearsal { from, packages: seen.packages, waits: seen.waits, failed, verification, remaining })
}

/// Events, put together.
#[derive(Default)]
struct Seen {
    packages: Vec<PackageSeen>,
    waits: Vec<Wait>,
}

impl Seen {
    fn take(&mut self, event: Event) {
        match event {
            Event::PackageStarted { package, .. } => {
                // An attempt after the first begins the package again.
                if self.packages.last().is_some_and(|last| last.package == package) {
                    self.packages.pop();
                }
                self.packages.push(PackageSeen { package, operations: Vec::new(), took: None });
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
