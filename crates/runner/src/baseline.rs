//! Bringing a database under control: an empty one runs the whole route, one that already is what a contract of the
//! history says is signed there.

use novate_catalog::{CompareOptions, Snapshot};
use novate_contract::{Contract, StorageHash};
use novate_history::Node;

use crate::event::Event;
use crate::migrate::{Goal, History, MigrateError, Migrated, migrate, standing};
use crate::session::Session;
use crate::sign::{Signed, sign};
use crate::{LeftBehind, RunError, Settings, verify};

/// What was done.
#[derive(Debug)]
pub enum Initialised {
    /// It had a marker already.
    AlreadyAt(StorageHash),
    /// It was empty and was migrated.
    Migrated(Migrated),
    /// It fitted a contract and was signed there; nothing in it was changed.
    Signed(Signed),
}

/// Brings a database under control. `goal` is where an empty one is taken.
pub async fn init(
    session: &mut Session,
    history: &History<'_>,
    goal: &Goal,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Initialised, MigrateError> {
    let space = history.home.space;
    let failed = |error: RunError| MigrateError {
        space: space.clone(),
        error: Box::new(error),
        left: LeftBehind::Nothing,
        applied: Vec::new(),
    };
    let now = standing(session, history.home.space).await.map_err(failed)?;
    if now.in_transit.is_some() {
        return Box::pin(migrate(session, history, goal, settings, on)).await.map(Initialised::Migrated);
    }
    if let Some(marker) = now.marker {
        return Ok(Initialised::AlreadyAt(marker.hash));
    }
    let live = verify::read_live(session).await.map_err(failed)?;
    let contract = history.contracts.at(&goal.node).map_err(|error| failed(error.into()))?;
    let live = history.home.see(live, &contract);
    if is_empty(&without_theirs(&live, &contract)) {
        return Box::pin(migrate(session, history, goal, settings, on)).await.map(Initialised::Migrated);
    }
    match fitting(session, history, &goal.node, &live).await.map_err(failed)? {
        Ok(node) => {
            let contract = history.contracts.at(&node).map_err(|error| failed(error.into()))?;
            sign(session, history.home, &contract, false, settings, on).await.map(Initialised::Signed).map_err(failed)
        }
        Err(nearest) => Err(failed(RunError::NoBaseline { nearest })),
    }
}

/// A live schema without what the contract leaves to others.
fn without_theirs(live: &Snapshot, contract: &Contract) -> Snapshot {
    let mut ours = live.clone();
    ours.contract.leave_out(&Contract::empty(contract.space.clone()), &[&contract.external_part()]);
    ours
}

/// Whether there is nothing in a database that a contract could describe.
pub fn is_empty(live: &Snapshot) -> bool {
    let contract = &live.contract;
    contract.tables.is_empty()
        && contract.enums.is_empty()
        && contract.sequences.is_empty()
        // What a role may do with an empty schema was said so that it could be filled.
        && contract.unsupported.iter().all(|object| object.kind.contains("privilege"))
        && contract.schemas.keys().all(|schema| schema.as_str() == "public")
}

type Nearest = Option<(StorageHash, usize)>;

/// The contract of the history that the live schema satisfies, the goal's first and then the latest; or the one that
/// comes nearest.
async fn fitting(
    session: &mut Session,
    history: &History<'_>,
    goal: &Node,
    live: &Snapshot,
) -> Result<Result<Node, Nearest>, RunError> {
    let mut candidates: Vec<StorageHash> = goal.iter().cloned().collect();
    for edge in history.graph.edges().iter().rev() {
        for hash in [Some(&edge.to), edge.from.as_ref()].into_iter().flatten() {
            if !candidates.contains(hash) {
                candidates.push(hash.clone());
            }
        }
    }
    let mut nearest: Nearest = None;
    for hash in candidates {
        let node = Some(hash.clone());
        let contract = history.contracts.at(&node)?;
        // A contract of nothing but what every database has is satisfied by any: it says nothing about this one.
        if contract.tables.is_empty() && contract.enums.is_empty() && contract.sequences.is_empty() {
            continue;
        }
        let offline = novate_catalog::compare(&contract, live, &CompareOptions::default());
        let rough = offline.iter().filter(|finding| finding.is_error()).count();
        let missing = offline.iter().filter(|finding| finding.is_error() && finding.is_missing()).count();
        let count = if missing > 0 {
            rough
        } else {
            // Only texts may differ: let the server say whether they do, and count what the contract does not know.
            let strict = verify::Strictness { extras: true, coverage: false };
            let findings = verify::compare(session, history.home, &contract, strict).await?;
            findings.iter().filter(|finding| finding.is_error()).count()
        };
        if count == 0 {
            return Ok(Ok(node));
        }
        if nearest.as_ref().is_none_or(|(_, least)| count < *least) {
            nearest = Some((hash, count));
        }
    }
    Ok(Err(nearest))
}
