//! The ledger: what was done to a database, when and by whom. Nothing depends on it; it may be pruned.

use std::time::Duration;

use novate_contract::{Space, StorageHash};
use novate_planner::Operation;
use novate_sql::Literal;
use serde_json::{Value, json};

use crate::RunError;
use crate::event::Outcome;
use crate::rights::{self, Purpose};
use crate::session::Session;

/// What a ledger row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A package was applied.
    Migrate,
    /// The database was signed where it stood.
    Sign,
    /// The database was updated to the contract without a package.
    Update,
    /// A seed did its work.
    Seed,
    /// The marker of a space was taken away.
    Forget,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::Sign => "sign",
            Self::Update => "update",
            Self::Seed => "seed",
            Self::Forget => "forget",
        }
    }
}

/// A row to append.
pub(crate) struct Entry<'a> {
    pub(crate) space: &'a Space,
    pub(crate) kind: Kind,
    /// The package and its hash, or the seed and its digest.
    pub(crate) package: Option<(&'a str, &'a str)>,
    pub(crate) from: Option<&'a StorageHash>,
    pub(crate) to: &'a StorageHash,
    /// Operations and what became of them, as [`outcomes`] writes them.
    pub(crate) operations: Value,
    pub(crate) app_tag: Option<&'a str>,
    /// When the work began, as an SQL expression.
    pub(crate) started_at: &'a str,
}

impl Entry<'_> {
    pub(crate) fn sql(&self) -> String {
        let text = |value: Option<&str>| value.map_or("NULL".to_owned(), |v| Literal(v).to_string());
        format!(
            "INSERT INTO novate.ledger (space, kind, package, migration_hash, from_hash, to_hash, operations, \
             application, started_at, version) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
            Literal(self.space.as_str()),
            Literal(self.kind.as_str()),
            text(self.package.map(|p| p.0)),
            text(self.package.map(|p| p.1)),
            text(self.from.map(StorageHash::as_str)),
            Literal(self.to.as_str()),
            Literal(&self.operations.to_string()),
            text(self.app_tag),
            self.started_at,
            Literal(crate::VERSION),
        )
    }
}

/// What became of each operation, as the ledger holds it.
pub(crate) fn outcomes(operations: &[Operation], outcomes: &[Option<Outcome>]) -> Value {
    operations
        .iter()
        .zip(outcomes)
        .map(|(operation, outcome)| match outcome {
            Some(Outcome::Skipped) => json!({ "id": operation.id, "outcome": "skipped" }),
            Some(Outcome::Executed { rows, took }) => json!({
                "id": operation.id,
                "outcome": "executed",
                "rows": rows,
                "ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            }),
            None => json!({ "id": operation.id, "outcome": "unknown" }),
        })
        .collect()
}

/// What became of an operation, as the progress of a package in transit holds it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct StoredOutcome {
    #[serde(default)]
    skipped: bool,
    #[serde(default)]
    rows: u64,
    #[serde(default)]
    ms: u64,
}

impl StoredOutcome {
    pub(crate) fn outcome(&self) -> Outcome {
        if self.skipped {
            Outcome::Skipped
        } else {
            Outcome::Executed { rows: self.rows, took: Duration::from_millis(self.ms) }
        }
    }
}

/// A row of the ledger, as people look at it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct LogRow {
    /// Counts rows.
    pub id: i64,
    /// `migrate`, `sign`, `update`, `seed`.
    pub kind: String,
    /// The package or seed, where one ran.
    pub package: Option<String>,
    /// The contract before; `None` for the empty database.
    pub from_hash: Option<String>,
    /// The contract after.
    pub to_hash: String,
    /// What became of each operation, as JSON text.
    pub operations: String,
    /// When it began, as the server prints it.
    pub started_at: String,
    /// When it ended, as the server prints it.
    pub finished_at: String,
    /// Who did it.
    pub role: String,
    /// From where.
    pub client: String,
    /// The application's own tag.
    pub application: Option<String>,
    /// The version of novate.
    pub version: String,
}

/// The newest rows of the ledger, newest first; none where novate has never been.
pub async fn log(session: &mut Session, space: &Space, limit: u32) -> Result<Vec<LogRow>, RunError> {
    match rows(session, space, limit).await {
        Ok(rows) => Ok(rows),
        Err(error) => Err(rights::name(session, error, Purpose::Look).await),
    }
}

async fn rows(session: &mut Session, space: &Space, limit: u32) -> Result<Vec<LogRow>, RunError> {
    let refused = |failure: crate::session::Failure| failure.into_refused("read the ledger");
    let there = session
        .batch("SELECT pg_catalog.to_regclass('novate.ledger') IS NOT NULL", &mut |_| ())
        .await
        .map_err(refused)?;
    if there.first().and_then(|row| row.first()).and_then(Option::as_deref) != Some("t") {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT pg_catalog.row_to_json(l)::pg_catalog.text FROM (SELECT * FROM novate.ledger WHERE space = {} ORDER BY id \
         DESC LIMIT {limit}) l",
        Literal(space.as_str())
    );
    let rows = session.batch(&sql, &mut |_| ()).await.map_err(refused)?;
    rows.iter()
        .filter_map(|row| row.first().and_then(Option::as_deref))
        .map(|text| {
            serde_json::from_str(text).map_err(|error| RunError::MarkerCorrupt { reason: format!("ledger: {error}") })
        })
        .collect()
}
