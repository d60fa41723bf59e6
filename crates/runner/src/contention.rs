//! Waiting for locks: who holds them, how long to pause, when to give up.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use novate_contract::Space;
use novate_planner::Operation;
use novate_sql::ast::{AlterTableAction, Statement, TableConstraint};
use novate_sql::{Ident, QName};

use crate::apply::{self, Attempt, lock_key};
use crate::bookkeeping::LOCK_CLASS;
use crate::event::{Event, LockHolder};
use crate::holder;
use crate::marker::{InTransit, Standing};
use crate::session::Session;
use crate::{RunError, Settings};

/// How long locks have been waited for, since the first attempt that failed.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    attempts: u32,
    since: Option<Instant>,
}

impl Patience {
    /// Rolls back, says who holds the lock, and pauses; an error once the budget is used up.
    pub(crate) async fn pause(
        &mut self,
        session: &mut Session,
        space: &Space,
        operation: Option<&Operation>,
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        let seen = session.take_blockers();
        session.rollback().await;
        // What was seen during the wait is exact; afterwards there is only who holds something of the kind.
        let holders = if seen.is_empty() { holders(session, space, operation).await } else { seen };
        let waited = self.waited();
        if waited >= settings.lock_budget {
            let label = operation.map(|operation| operation.label.clone());
            return Err(RunError::Locked { waited, holders, label });
        }
        self.sleep(session, holders, settings.lock_budget.saturating_sub(waited), on).await
    }

    /// Rolls back and waits for the session that works on a package; an error once the budget is used up.
    pub(crate) async fn await_owner(
        &mut self,
        session: &mut Session,
        transit: &InTransit,
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        session.rollback().await;
        let waited = self.waited();
        if waited >= settings.lock_budget {
            return Err(RunError::InTransit { transit: Box::new(transit.clone()) });
        }
        let owner = sessions(session, &holder::with_pid(transit.pid)).await;
        self.sleep(session, owner, settings.lock_budget.saturating_sub(waited), on).await
    }

    /// How long it has been since the first wait.
    fn waited(&mut self) -> Duration {
        self.since.get_or_insert_with(Instant::now).elapsed()
    }

    async fn sleep(
        &mut self,
        session: &Session,
        holders: Vec<LockHolder>,
        left: Duration,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        self.attempts += 1;
        let attempt = self.attempts + 1;
        let pause = Settings::pause(attempt, RandomState::new().hash_one(attempt)).min(left);
        on(Event::Waiting { holders, pause, attempt });
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = session.interrupt.wait() => Err(RunError::Interrupted),
        }
    }
}

/// [`apply::begin`], tried again while somebody else holds the lock of the space.
pub(crate) async fn begin(
    session: &mut Session,
    space: &Space,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Standing, RunError> {
    let mut patience = Patience::default();
    loop {
        match apply::begin(session, space, settings, on).await {
            Ok(standing) => return Ok(standing),
            Err(Attempt::Failed(error)) => return Err(error),
            Err(Attempt::CommitLost) => return Err(RunError::ConnectionLost { reason: "while beginning".to_owned() }),
            Err(Attempt::Contention { operation }) => {
                patience.pause(session, space, operation.as_ref(), settings, on).await?;
            }
        }
    }
}

/// The sessions that hold the lock of the space, or locks on the tables that an operation is about. Best effort: a
/// role may not see others' sessions.
async fn holders(session: &mut Session, space: &Space, operation: Option<&Operation>) -> Vec<LockHolder> {
    let held = match operation {
        None => format!(
            "l.locktype = 'advisory' AND l.classid = {LOCK_CLASS} AND l.objid = {}::pg_catalog.int8::pg_catalog.oid \
             AND l.objsubid = 2",
            lock_key(space).cast_unsigned(),
        ),
        Some(operation) => holder::on_tables(&tables(operation)),
    };
    sessions(session, &holder::holding(&held)).await
}

/// The sessions that a query of [`holder`] finds.
async fn sessions(session: &mut Session, sql: &str) -> Vec<LockHolder> {
    let Ok(rows) = session.batch(sql, &mut |_| ()).await else {
        return Vec::new();
    };
    rows.into_iter().filter_map(holder::of_row).collect()
}

/// The table that an operation is about, and those that its foreign keys point to.
fn tables(operation: &Operation) -> BTreeSet<String> {
    let target = &operation.target;
    let own = target.table.as_deref().unwrap_or(&target.name);
    let own = QName::new(Ident::new(&target.schema), Ident::new(own)).to_string();
    let referenced = operation.execute.iter().flat_map(|step| references(&step.sql));
    referenced.chain([own]).collect()
}

fn references(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in novate_sql::parse(sql).statements {
        let Statement::AlterTable(alter) = statement.value else { continue };
        for action in alter.actions {
            let AlterTableAction::AddConstraint(definition) = action.value else { continue };
            if let TableConstraint::ForeignKey(key) = definition.constraint {
                found.push(key.references.resolve(&Ident::new("public")).to_string());
            }
        }
    }
    found
}
