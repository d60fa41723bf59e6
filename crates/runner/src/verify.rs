//! Verifying: is the database what its contract says, and has anything changed since it was signed?

use std::collections::BTreeSet;

use novate_catalog::{CompareOptions, Finding, Fingerprint, Snapshot};
use novate_contract::{Contract, ObjectId, Space, StorageHash, json};

use crate::marker::Standing;
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, live, migrate};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Marker and schema.
    #[default]
    Full,
    /// Only the marker.
    MarkerOnly,
    /// Only the schema.
    SchemaOnly,
}

/// How strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strictness {
    /// Anything that the contract does not know is an error, else a note.
    pub extras: bool,
    /// An object of a kind that is not modelled is an error, else a note.
    pub coverage: bool,
}

/// What was found.
#[derive(Debug)]
pub struct Verification {
    /// The contract that was verified against.
    pub contract: StorageHash,
    /// What is wrong with the marker, if it was looked at.
    pub marker: MarkerState,
    /// What differs, errors and notes alike; empty in [`Mode::MarkerOnly`].
    pub findings: Vec<Finding>,
    /// Objects whose definition is another than when the database was signed; `None` where that is not known.
    pub changed_since_signature: Option<BTreeSet<ObjectId>>,
    /// Where the database stands.
    pub standing: Standing,
}

/// What the marker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkerState {
    /// It was not looked at.
    NotAsked,
    /// It is at the contract.
    Matches,
    /// There is none.
    Missing,
    /// It is at another contract.
    Elsewhere(StorageHash),
    /// A package is in transit.
    InTransit(String),
}

impl Verification {
    /// Whether everything that was looked at is in order.
    pub fn holds(&self) -> bool {
        matches!(self.marker, MarkerState::NotAsked | MarkerState::Matches)
            && !self.findings.iter().any(Finding::is_error)
    }
}

/// Compares a database with a contract.
pub async fn verify(
    session: &mut Session,
    space: &Space,
    contract: &Contract,
    mode: Mode,
    strictness: Strictness,
) -> Result<Verification, RunError> {
    let hash = json::storage_hash(contract);
    let standing = if mode == Mode::SchemaOnly {
        // A marker that cannot be read must not keep anybody from looking at the schema.
        migrate::standing(session, space).await.unwrap_or_default()
    } else {
        migrate::standing(session, space).await?
    };
    let marker = match (mode, &standing) {
        (Mode::SchemaOnly, _) => MarkerState::NotAsked,
        (_, Standing { in_transit: Some(transit), .. }) => MarkerState::InTransit(transit.package.clone()),
        (_, Standing { marker: None, .. }) => MarkerState::Missing,
        (_, Standing { marker: Some(marker), .. }) if marker.hash == hash => MarkerState::Matches,
        (_, Standing { marker: Some(marker), .. }) => MarkerState::Elsewhere(marker.hash.clone()),
    };
    let (findings, changed) = if mode == Mode::MarkerOnly {
        (Vec::new(), None)
    } else {
        let (live, findings) = compare(session, contract, strictness).await?;
        let changed = standing
            .marker
            .as_ref()
            .and_then(|marker| Fingerprint::from_json(&marker.fingerprint))
            .map(|signed| signed.changed_since(&live));
        (findings, changed)
    };
    Ok(Verification { contract: hash, marker, findings, changed_since_signature: changed, standing })
}

/// Reads the live schema and compares it, letting the server settle what only reads differently, in a transaction
/// that is rolled back.
pub(crate) async fn compare(
    session: &mut Session,
    contract: &Contract,
    strictness: Strictness,
) -> Result<(Snapshot, Vec<Finding>), RunError> {
    let refused = |failure: crate::session::Failure| failure.into_refused("read the catalog");
    session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ", &mut |_| ()).await.map_err(refused)?;
    let result = async {
        let live = live::read(session).await?;
        let options = CompareOptions { strict: strictness.extras, strict_coverage: strictness.coverage };
        let findings = novate_catalog::compare(contract, &live, &options);
        let findings = novate_catalog::settle(&session.connected.client, contract, &live, findings).await?;
        match rights::unasked(&findings) {
            Some(refused) => Err(refused),
            None => Ok((live, findings)),
        }
    }
    .await;
    session.rollback().await;
    match result {
        Ok(compared) => Ok(compared),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}

/// The live schema as a contract, in a transaction that only reads.
pub async fn read_live(session: &mut Session) -> Result<Snapshot, RunError> {
    match live::read(session).await {
        Ok(live) => Ok(live),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}
