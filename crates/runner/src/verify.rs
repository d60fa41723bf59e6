//! Verifying: is the database what its contract says, and has anything changed since it was signed?

use std::collections::BTreeSet;

use novate_catalog::{CompareOptions, Finding, Fingerprint, Snapshot, Transaction};
use novate_contract::{Contract, ObjectId, Space, StorageHash, json};

use crate::home::Home;
use crate::marker::{self, Marker, Standing};
use crate::rights::{self, Purpose};
use crate::session::Session;
use crate::{RunError, live, mend, migrate};

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
    /// The statements that would make every error go away, in order, each with its semicolon; none where that cannot be
    /// planned.
    pub mend: Vec<String>,
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
    home: Home<'_>,
    contract: &Contract,
    mode: Mode,
    strictness: Strictness,
) -> Result<Verification, RunError> {
    let hash = json::storage_hash(contract);
    let space = home.space;
    let (standing, live) = match mode {
        Mode::Full => at_once(session, space).await.unzip(),
        Mode::MarkerOnly | Mode::SchemaOnly => (None, None),
    };
    let standing = if let Some(standing) = standing {
        standing
    } else if mode == Mode::SchemaOnly {
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
    let Whole { findings, mend, changed } = if mode == Mode::MarkerOnly {
        Whole::default()
    } else {
        whole(session, home, live, contract, &hash, strictness, standing.marker.as_ref()).await?
    };
    Ok(Verification { contract: hash, marker, findings, mend, changed_since_signature: changed, standing })
}

/// Marker and catalog in one round trip and of one moment, as it goes in nearly every database. Where anything is in the
/// way (no marker, no right), `None`: asking for one after the other tells what it is.
async fn at_once(session: &mut Session, space: &Space) -> Option<(Standing, Snapshot)> {
    let (standing, live) = live::read_with(session, &marker::read_sql(space, false)).await.ok()?;
    Some((marker::parse(&standing?).ok()?, live))
}

/// What is found of a schema.
#[derive(Default)]
struct Whole {
    findings: Vec<Finding>,
    mend: Vec<String>,
    changed: Option<BTreeSet<ObjectId>>,
}

async fn whole(
    session: &mut Session,
    home: Home<'_>,
    live: Option<Snapshot>,
    contract: &Contract,
    hash: &StorageHash,
    strictness: Strictness,
    marker: Option<&Marker>,
) -> Result<Whole, RunError> {
    let live = match live {
        Some(live) => live,
        None => read_live(session).await?,
    };
    let live = home.see(live, contract);
    let mut findings = findings(session, contract, &live, strictness).await?;
    let mend = mend::mend(&mut findings, &live.contract, contract, live.server_version.major());
    let Some((marker, signed)) = marker.and_then(|marker| Some((marker, Fingerprint::from_json(&marker.fingerprint)?)))
    else {
        return Ok(Whole { findings, mend, changed: None });
    };
    let changed = if marker.hash == *hash {
        signed.changed_since(&live, contract, &findings)
    } else {
        let since = self::findings(session, &marker.contract, &live, Strictness::default()).await?;
        signed.changed_since(&live, &marker.contract, &since)
    };
    Ok(Whole { findings, mend, changed: Some(changed) })
}

/// Reads the live schema and compares it. No transaction may be open.
pub(crate) async fn compare(
    session: &mut Session,
    home: Home<'_>,
    contract: &Contract,
    strictness: Strictness,
) -> Result<Vec<Finding>, RunError> {
    let live = home.see(read_live(session).await?, contract);
    findings(session, contract, &live, strictness).await
}

/// What differs, once the server has settled what only reads differently. It is asked, in a transaction that is rolled
/// back, only where something reads differently: what needs no question costs no round trip.
async fn findings(
    session: &mut Session,
    contract: &Contract,
    live: &Snapshot,
    strictness: Strictness,
) -> Result<Vec<Finding>, RunError> {
    let options = CompareOptions { strict: strictness.extras, strict_coverage: strictness.coverage };
    let findings = novate_catalog::compare(contract, live, &options);
    if findings.is_empty() {
        return Ok(findings);
    }
    match settle(session, contract, live, findings).await {
        Ok(settled) => Ok(settled),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}

async fn settle(
    session: &mut Session,
    contract: &Contract,
    live: &Snapshot,
    findings: Vec<Finding>,
) -> Result<Vec<Finding>, RunError> {
    let refused = |failure: crate::session::Failure| failure.into_refused("read the catalog");
    session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ", &mut |_| ()).await.map_err(refused)?;
    let settled = novate_catalog::settle(&session.connected.client, contract, live, findings).await;
    session.rollback().await;
    let settled = settled?;
    match rights::unasked(&settled) {
        Some(refused) => Err(refused),
        None => Ok(settled),
    }
}

/// The live schema as a contract, where `expected` is what it should be: what the server says is the same is in the words
/// of that, so that nothing is planned for words alone. What is others' is left out. No transaction may be open.
pub async fn read_towards(session: &mut Session, home: Home<'_>, expected: &Contract) -> Result<Contract, RunError> {
    let live = home.see(read_live(session).await?, expected);
    let strictness = Strictness { extras: true, coverage: false };
    let found = findings(session, expected, &live, strictness).await?;
    Ok(mend::levelled(&found, &live.contract, expected))
}

/// The live schema as a contract, as it is at one moment. No transaction may be open.
pub async fn read_live(session: &mut Session) -> Result<Snapshot, RunError> {
    match live::read_in(session, Transaction::None).await {
        Ok(live) => Ok(live),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}
