//! The marker: which contract a database is signed at.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::{Contract, Space, StorageHash, json};
use novate_sql::Literal;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::ledger::{Entry, StoredOutcome};
use crate::transit::NOBODY;

/// A space's marker as the database holds it.
#[derive(Debug, Clone)]
pub struct Marker {
    /// The contract's hash.
    pub hash: StorageHash,
    /// The invariants that were provided on the way.
    pub invariants: BTreeSet<String>,
    /// The signed contract itself.
    pub contract: Contract,
    /// What the server printed of every object when it was signed, as the catalog crate digests it.
    pub fingerprint: String,
    /// Counts changes, for compare-and-swap.
    pub generation: i64,
    /// When it was written, as the server prints it.
    pub updated_at: String,
    /// The version of novate that wrote it.
    pub version: String,
}

/// A package that was begun in mode `statement` and has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTransit {
    /// The package.
    pub package: String,
    /// Its hash.
    pub migration_hash: String,
    /// The contract that it leads to.
    pub to_hash: String,
    /// The operation that was under way, from 0.
    pub operation: usize,
    /// Its id.
    pub operation_id: String,
    /// What became of the operations that are complete, by id, and of the rounds of the one that is under way.
    #[serde(skip)]
    pub(crate) outcomes: BTreeMap<String, StoredOutcome>,
    /// Since when, as the server prints it.
    pub started_at: String,
    /// Whether the session that works on it is still connected.
    pub alive: bool,
    /// The process on the server that works, or worked, on it.
    pub pid: i32,
}

/// Where a space stands.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The marker, where there is one.
    pub marker: Option<Marker>,
    /// A package under way.
    pub in_transit: Option<InTransit>,
    /// Every space that has a marker, this one included, and the hash in it as it stands there.
    pub spaces: BTreeMap<String, String>,
}

impl Standing {
    /// The contract that the database is at; `None` for one without a marker.
    pub fn node(&self) -> novate_history::Node {
        self.marker.as_ref().map(|marker| marker.hash.clone())
    }

    /// The marker's generation, 0 where there is none.
    pub(crate) fn generation(&self) -> i64 {
        self.marker.as_ref().map_or(0, |marker| marker.generation)
    }
}

/// A query for one text: the marker and the package in transit as JSON. `lock` takes the row `FOR UPDATE`.
///
/// The tables must be there. When another role's session began is hidden from a role without rights on it, so that
/// its name has to tell.
pub(crate) fn read_sql(space: &Space, lock: bool) -> String {
    let space = Literal(space.as_str());
    let lock = if lock { " FOR UPDATE" } else { "" };
    format!(
        "SELECT pg_catalog.json_build_object('tables', (SELECT pg_catalog.max(tables_version) FROM novate.meta), \
         'spaces', (SELECT pg_catalog.json_object_agg(space, hash) FROM novate.marker), 'marker', (SELECT \
         pg_catalog.row_to_json(m) FROM (SELECT * FROM novate.marker WHERE space = {space}{lock}) m), \
         'progress', (SELECT pg_catalog.row_to_json(p) FROM (SELECT package, migration_hash, to_hash, operation, \
         operation_id, outcomes, started_at::pg_catalog.text, owner_pid AS pid, owner <> '{NOBODY}' AND EXISTS (SELECT 1 \
         FROM pg_catalog.pg_stat_activity a WHERE a.pid = owner_pid AND coalesce(a.backend_start = owner_start, \
         a.application_name = owner_application)) AS alive FROM novate.progress WHERE space = {space}) \
         p))::pg_catalog.text"
    )
}

#[derive(Deserialize)]
struct StandingRow {
    tables: Option<i32>,
    spaces: Option<BTreeMap<String, String>>,
    marker: Option<MarkerRow>,
    progress: Option<ProgressRow>,
}

#[derive(Deserialize)]
struct MarkerRow {
    target: String,
    hash: String,
    invariants: Vec<String>,
    contract: String,
    fingerprint: String,
    generation: i64,
    updated_at: String,
    version: String,
}

#[derive(Deserialize)]
struct ProgressRow {
    package: String,
    migration_hash: String,
    to_hash: String,
    operation: usize,
    operation_id: String,
    outcomes: String,
    started_at: String,
    alive: bool,
    pid: i32,
}

/// What the text of [`read_sql`] says.
pub(crate) fn parse(text: &str) -> Result<Standing, RunError> {
    let corrupt = |what: String| RunError::MarkerCorrupt { reason: what };
    let row: StandingRow = serde_json::from_str(text).map_err(|error| corrupt(error.to_string()))?;
    match row.tables {
        Some(version) if version > crate::bookkeeping::TABLES_VERSION => {
            return Err(RunError::TablesNewer { found: version, known: crate::bookkeeping::TABLES_VERSION });
        }
        Some(_) => {}
        None => return Err(corrupt("novate.meta is empty".to_owned())),
    }
    let marker = row.marker.map(|row| {
        if row.target != "postgres" {
            return Err(corrupt(format!("its target is {:?}", row.target)));
        }
        let hash = StorageHash::parse(&row.hash).ok_or_else(|| corrupt(format!("{:?} is not a hash", row.hash)))?;
        let contract = json::from_json(&row.contract).map_err(|error| corrupt(error.to_string()))?;
        let found = json::storage_hash(&contract);
        if found != hash {
            return Err(corrupt(format!("it says {} and holds the contract {}", hash.short(), found.short())));
        }
        Ok(Marker {
            hash,
            invariants: row.invariants.into_iter().collect(),
            contract,
            fingerprint: row.fingerprint,
            generation: row.generation,
            updated_at: row.updated_at,
            version: row.version,
        })
    });
    let in_transit = row.progress.map(|row| InTransit {
        // What ran is for the ledger alone: nothing depends on it.
        outcomes: serde_json::from_str(&row.outcomes).unwrap_or_default(),
        package: row.package,
        migration_hash: row.migration_hash,
        to_hash: row.to_hash,
        operation: row.operation,
        operation_id: row.operation_id,
        started_at: row.started_at,
        alive: row.alive,
        pid: row.pid,
    });
    Ok(Standing { marker: marker.transpose()?, in_transit, spaces: row.spaces.unwrap_or_default() })
}

/// A contract as a marker holds it.
#[derive(Debug)]
pub(crate) struct Written {
    hash: StorageHash,
    json: String,
}

impl Written {
    /// The contract of this hash.
    pub(crate) fn of(contract: &Contract, hash: StorageHash) -> Self {
        Self { json: json::to_json_with_hash(contract, &hash), hash }
    }
}

/// A marker to write.
pub(crate) struct NewMarker<'a> {
    pub(crate) space: &'a Space,
    pub(crate) contract: Written,
    pub(crate) invariants: &'a BTreeSet<String>,
    pub(crate) fingerprint: &'a str,
    /// The generation that the database must still be at; 0 for no marker.
    pub(crate) generation: i64,
}

/// Statements that write the marker, if the database is still at the generation that was read, and the ledger row.
/// A lost race raises `NV003`.
pub(crate) fn write_sql(new: &NewMarker<'_>, entry: &Entry<'_>) -> String {
    let invariants: Vec<String> = new.invariants.iter().map(|name| Literal(name).to_string()).collect();
    let values = format!(
        "{hash}, ARRAY[{invariants}]::pg_catalog.text[], {contract}, {fingerprint}, {version}",
        hash = Literal(new.contract.hash.as_str()),
        invariants = invariants.join(", "),
        contract = Literal(&new.contract.json),
        fingerprint = Literal(new.fingerprint),
        version = Literal(crate::VERSION),
    );
    let space = Literal(new.space.as_str());
    let write = if new.generation == 0 {
        format!(
            "INSERT INTO novate.marker (hash, invariants, contract, fingerprint, version, space) VALUES ({values}, \
             {space}) ON CONFLICT DO NOTHING"
        )
    } else {
        format!(
            "UPDATE novate.marker SET (hash, invariants, contract, fingerprint, version, generation, updated_at) = \
             ({values}, {next}, pg_catalog.now()) WHERE space = {space} AND generation = {now}",
            next = new.generation + 1,
            now = new.generation,
        )
    };
    let swap = format!(
        "DECLARE changed pg_catalog.int8; BEGIN EXECUTE {write}; GET DIAGNOSTICS changed = ROW_COUNT; IF changed <> 1 \
         THEN RAISE EXCEPTION USING ERRCODE = 'NV003', MESSAGE = 'the marker was moved by another session'; END IF; END",
        write = Literal(&write)
    );
    format!("DO {}; {}", Literal(&swap), entry.sql())
}
