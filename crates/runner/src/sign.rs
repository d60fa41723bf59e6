//! Signing: attesting that a database is what a contract says.

use std::collections::BTreeSet;

use novate_catalog::Finding;
use novate_contract::{Contract, Space, StorageHash, json};
use novate_history::Node;
use serde_json::Value;

use crate::apply::{self, Attempt};
use crate::contention::Patience;
use crate::event::Event;
use crate::home::Home;
use crate::ledger::{Entry, Kind};
use crate::live::{self, Scope};
use crate::marker::{self, NewMarker, Written};
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, Settings, contention};

/// What signing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The contract that the database is signed at now.
    pub hash: StorageHash,
    /// The contract that it was signed at before.
    pub before: Node,
}

/// Verifies a database against a contract and signs it there. `force` overwrites a marker that is at another contract,
/// or one that is damaged.
pub async fn sign(
    session: &mut Session,
    home: Home<'_>,
    contract: &Contract,
    force: bool,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Signed, RunError> {
    let result = attempt(session, home, contract, force, settings, on).await;
    match result {
        Ok(signed) => Ok(signed),
        Err(error) => {
            session.rollback().await;
            Err(rights::name(session, error, Purpose::Change).await)
        }
    }
}

async fn attempt(
    session: &mut Session,
    home: Home<'_>,
    contract: &Contract,
    force: bool,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Signed, RunError> {
    if force {
        discard_damaged(session, home.space).await?;
    }
    let mut patience = Patience::default();
    loop {
        match once(session, home, contract, force, settings, on).await {
            Ok(signed) => return Ok(signed),
            Err(Attempt::Failed(error)) => return Err(error),
            Err(Attempt::Contention { operation }) => {
                patience.pause(session, home.space, operation.as_ref(), settings, on).await?;
            }
            Err(Attempt::CommitLost) => {
                return Err(RunError::ConnectionLost { reason: "while the signature was committed".to_owned() });
            }
        }
    }
}

/// The whole transaction.
async fn once(
    session: &mut Session,
    home: Home<'_>,
    contract: &Contract,
    force: bool,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Signed, Attempt> {
    let hash = json::storage_hash(contract);
    let space = home.space;
    let standing = contention::begin(session, space, settings, on).await?;
    if let Some(transit) = standing.in_transit.clone().filter(|transit| !force || transit.alive) {
        return Err(RunError::InTransit { transit: Box::new(transit) }.into());
    }
    let before = standing.node();
    if let Some(other) = before.as_ref().filter(|before| **before != hash && !force) {
        return Err(RunError::SignedElsewhere { found: other.short().to_string() }.into());
    }
    let live = home.see(live::read(session).await?, contract);
    let findings: Vec<Finding> = live::differences(session, contract, &live, Scope::Whole, &[]).await?;
    if !findings.is_empty() {
        return Err(RunError::NotSatisfied { contract: hash, findings }.into());
    }
    let invariants: BTreeSet<String> = standing.marker.as_ref().map(|m| m.invariants.clone()).unwrap_or_default();
    let fingerprint = live::fingerprint(&live);
    let new = NewMarker {
        space,
        contract: Written::of(contract, hash.clone()),
        invariants: &invariants,
        fingerprint: &fingerprint,
        generation: standing.generation(),
    };
    let entry = Entry {
        space,
        kind: Kind::Sign,
        package: None,
        from: before.as_ref(),
        to: &hash,
        operations: Value::Array(Vec::new()),
        app_tag: settings.app_tag.as_deref(),
        started_at: "pg_catalog.now()",
    };
    // Whoever forces a signature gives up what was in transit: the schema is a contract's, which was just seen.
    let given_up = format!("DELETE FROM novate.progress WHERE space = {}", novate_sql::Literal(space.as_str()));
    apply::commit(session, &format!("{}; {given_up}", marker::write_sql(&new, &entry)), apply::End::Commit).await?;
    Ok(Signed { hash, before })
}

/// Takes a marker away that cannot be read. Only for `force`: what it said is lost, the ledger still has its past.
async fn discard_damaged(session: &mut Session, space: &Space) -> Result<(), RunError> {
    match crate::migrate::standing(session, space).await {
        Err(RunError::MarkerCorrupt { .. }) => {
            let delete = format!("DELETE FROM novate.marker WHERE space = {}", novate_sql::Literal(space.as_str()));
            session
                .batch(&delete, &mut |_| ())
                .await
                .map_err(|failure| failure.into_refused("take the damaged marker away"))?;
            Ok(())
        }
        Err(other) => Err(other),
        Ok(_) => Ok(()),
    }
}
