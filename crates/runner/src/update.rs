//! Updating without a package: for development, where a contract changes many times before it is worth planning.

use std::collections::BTreeSet;

use novate_contract::{Contract, json};
use novate_planner::Operation;

use crate::apply::{self, Attempt, End};
use crate::contention::Patience;
use crate::event::Event;
use crate::home::Home;
use crate::ledger::{self, Entry, Kind};
use crate::live::{self, Scope};
use crate::marker::{self, NewMarker, Written};
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, Settings, contention};

/// Runs operations that lead from the live schema to a contract, compares, and signs the database there, all in one
/// transaction.
pub async fn update(
    session: &mut Session,
    home: Home<'_>,
    operations: &[Operation],
    to: &Contract,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let result = attempt(session, home, operations, to, settings, on).await;
    if result.is_err() || settings.dry_run {
        session.rollback().await;
    }
    match result {
        Ok(()) => Ok(()),
        Err(error) => Err(rights::name(session, error, Purpose::Change).await),
    }
}

async fn attempt(
    session: &mut Session,
    home: Home<'_>,
    operations: &[Operation],
    to: &Contract,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), RunError> {
    let mut patience = Patience::default();
    loop {
        match once(session, home, operations, to, settings, on).await {
            Ok(()) => return Ok(()),
            Err(Attempt::Failed(error)) => return Err(error),
            Err(Attempt::Contention { operation }) => {
                patience.pause(session, home.space, operation.as_ref(), settings, on).await?;
            }
            Err(Attempt::CommitLost) => {
                let reason = "while the update was committed; novate db verify tells".to_owned();
                return Err(RunError::ConnectionLost { reason });
            }
        }
    }
}

/// The whole transaction.
async fn once(
    session: &mut Session,
    home: Home<'_>,
    operations: &[Operation],
    to: &Contract,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<(), Attempt> {
    let space = home.space;
    let standing = contention::begin(session, space, settings, on).await?;
    if let Some(transit) = standing.in_transit {
        return Err(RunError::InTransit { transit: Box::new(transit) }.into());
    }
    let hash = json::storage_hash(to);
    let ran = apply::run(session, "db update", operations, to, on).await?;
    let (live, findings) = apply::compared(session, home, "db update", operations, &ran, (to, Scope::Whole)).await?;
    if !findings.is_empty() {
        return Err(RunError::ResultMismatch { package: "db update".to_owned(), to: hash, findings }.into());
    }
    let invariants: BTreeSet<String> = standing.marker.as_ref().map(|m| m.invariants.clone()).unwrap_or_default();
    let fingerprint = live::fingerprint(&live);
    let new = NewMarker {
        space,
        contract: Written::of(to, hash.clone()),
        invariants: &invariants,
        fingerprint: &fingerprint,
        generation: standing.generation(),
    };
    let from = standing.node();
    let entry = Entry {
        space,
        kind: Kind::Update,
        package: None,
        from: from.as_ref(),
        to: &hash,
        operations: ledger::outcomes(operations, &ran.outcomes),
        app_tag: settings.app_tag.as_deref(),
        started_at: "pg_catalog.now()",
    };
    let end = if settings.dry_run { End::Open } else { End::Commit };
    apply::commit(session, &marker::write_sql(&new, &entry), end).await
}
