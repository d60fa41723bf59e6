//! Waiting for locks: who holds them, how long to pause, when to give up.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use novate_contract::Space;
use novate_planner::Operation;
use novate_sql::{Ident, Literal, QName};

use crate::apply::{self, Attempt, lock_key};
use crate::bookkeeping::LOCK_CLASS;
use crate::event::{Event, LockHolder};
use crate::marker::{InTransit, Standing};
use crate::session::Session;
use crate::{RunError, Settings};

/// How long locks have been waited for.
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
        session.rollback().await;
        let holders = holders(session, space, operation).await;
        let waited = self.waited();
        if waited >= settings.lock_budget {
            let label = operation.map(|operation| operation.label.clone());
            return Err(RunError::Locked { waited, holders, label });
        }
        self.sleep(session, holders, on).await
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
        if self.waited() >= settings.lock_budget {
            return Err(RunError::InTransit { transit: Box::new(transit.clone()) });
        }
        let owner = sessions(session, "pg_catalog.pg_stat_activity a", &format!("a.pid = {}", transit.pid)).await;
        self.sleep(session, owner, on).await
    }

    /// How long it has been since the first wait.
    fn waited(&mut self) -> Duration {
        self.since.get_or_insert_with(Instant::now).elapsed()
    }

    async fn sleep(
        &mut self,
        session: &Session,
        holders: Vec<LockHolder>,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        self.attempts += 1;
        let attempt = self.attempts + 1;
        let pause = Settings::pause(attempt, RandomState::new().hash_one(attempt));
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
        match apply::begin(session, space, settings).await {
            Ok(standing) => return Ok(standing),
            Err(Attempt::Failed(error)) => return Err(error),
            Err(Attempt::CommitLost) => return Err(RunError::ConnectionLost { reason: "while beginning".to_owned() }),
            Err(Attempt::Contention { operation }) => {
                patience.pause(session, space, operation.as_ref(), settings, on).await?;
            }
        }
    }
}

/// The sessions that hold the lock of the space, or locks on the table that an operation is about. Best effort: a
/// role may not see others' sessions.
async fn holders(session: &mut Session, space: &Space, operation: Option<&Operation>) -> Vec<LockHolder> {
    let held = match operation {
        None => format!(
            "l.locktype = 'advisory' AND l.classid = {LOCK_CLASS} AND l.objid = {}::pg_catalog.int8::pg_catalog.oid \
             AND l.objsubid = 2",
            lock_key(space).cast_unsigned(),
        ),
        Some(operation) => {
            let target = &operation.target;
            let table = target.table.as_deref().unwrap_or(&target.name);
            let name = QName::new(Ident::new(&target.schema), Ident::new(table)).to_string();
            format!("l.relation = pg_catalog.to_regclass({})", Literal(&name))
        }
    };
    let locks = "pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)";
    sessions(session, locks, &format!("l.granted AND a.pid <> pg_catalog.pg_backend_pid() AND {held}")).await
}

/// What is known of the sessions `a` of a `FROM` for which a condition holds.
async fn sessions(session: &mut Session, from: &str, condition: &str) -> Vec<LockHolder> {
    let sql = format!(
        "SELECT DISTINCT a.pid::pg_catalog.text, coalesce(a.application_name, ''), \
         pg_catalog.left(pg_catalog.regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 120), \
         coalesce(a.xact_start::pg_catalog.text, a.backend_start::pg_catalog.text, '') FROM {from} WHERE {condition} LIMIT \
         5"
    );
    let Ok(rows) = session.batch(&sql, &mut |_| ()).await else {
        return Vec::new();
    };
    rows.into_iter()
        .filter_map(|row| {
            let mut cells = row.into_iter().map(Option::unwrap_or_default);
            Some(LockHolder {
                pid: cells.next()?.parse().ok()?,
                application: cells.next()?,
                query: cells.next()?,
                since: cells.next()?,
            })
        })
        .collect()
}
