//! What can go wrong between here and a database.

use std::error::Error as _;

use novate_catalog::{CatalogError, Finding};
use novate_contract::StorageHash;
use novate_history::HistoryError;

use crate::connection::ConnectionError;
use crate::event::LockHolder;
use crate::marker::InTransit;
use crate::session;

/// An error of a run, with a stable code.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The connection could not be made, or was lost.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// What is on disk is not in order.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The catalog could not be read.
    #[error(transparent)]
    Catalog(CatalogError),
    /// The marker is not what novate writes.
    #[error("the marker in schema novate is damaged: {reason}")]
    MarkerCorrupt {
        /// What is wrong.
        reason: String,
    },
    /// The bookkeeping tables are of a later version.
    #[error("the tables in schema novate have version {found}, and this program knows version {known}")]
    TablesNewer {
        /// What is there.
        found: i32,
        /// What is known.
        known: i32,
    },
    /// There is no marker.
    #[error("the database is not under novate's control: it has no marker for the space {space}")]
    MarkerMissing {
        /// The space.
        space: String,
    },
    /// The marker is at another contract than was expected.
    #[error("the database is at the contract {found}, not at {expected}")]
    MarkerMismatch {
        /// What was expected.
        expected: String,
        /// What the marker says.
        found: String,
    },
    /// Another session moved the marker in between.
    #[error("another session moved the marker in the meantime")]
    MarkerMoved,
    /// A question that must be true before an operation is not.
    #[error("{label}: before it runs, this must hold: {description}")]
    PrecheckFailed {
        /// The package and the operation's id.
        at: OperationAt,
        /// The operation's label.
        label: String,
        /// What must hold.
        description: String,
        /// The query.
        sql: String,
    },
    /// An operation ran and its result is not there.
    #[error("{label}: it ran, and this does not hold: {description}")]
    PostcheckFailed {
        /// The package and the operation's id.
        at: OperationAt,
        /// The operation's label.
        label: String,
        /// What must hold.
        description: String,
        /// The query.
        sql: String,
    },
    /// PostgreSQL refused a statement.
    #[error("{label}: {message}")]
    StatementFailed {
        /// The package and the operation's id.
        at: OperationAt,
        /// The operation's label.
        label: String,
        /// Its SQLSTATE.
        sqlstate: String,
        /// Its message.
        message: String,
        /// Its detail.
        detail: Option<String>,
        /// Its hint.
        hint: Option<String>,
        /// The statement, where it is known.
        statement: Option<String>,
    },
    /// PostgreSQL refused something of ours.
    #[error("PostgreSQL refused to {action}: {message}")]
    Refused {
        /// What was tried.
        action: String,
        /// Its SQLSTATE.
        sqlstate: String,
        /// Its message.
        message: String,
        /// Its detail.
        detail: Option<String>,
    },
    /// A lock could not be had within the budget.
    #[error("a lock could not be had in {} s", .waited.as_secs())]
    Locked {
        /// How long it was tried.
        waited: std::time::Duration,
        /// Who holds it, where it could be learnt.
        holders: Vec<LockHolder>,
        /// The operation that needed it; `None` for the lock of the space.
        label: Option<String>,
    },
    /// After a migration the database is not what its contract says.
    #[error("after {package} the database is not what the contract {} says", .to.short())]
    ResultMismatch {
        /// The package.
        package: String,
        /// The contract.
        to: StorageHash,
        /// What differs.
        findings: Vec<Finding>,
    },
    /// A live schema does not satisfy a contract.
    #[error("the database is not what the contract {} says", .contract.short())]
    NotSatisfied {
        /// The contract.
        contract: StorageHash,
        /// What differs.
        findings: Vec<Finding>,
    },
    /// The marker is at the contract, the schema is not.
    #[error("the marker says {}, and the schema is another", .contract.short())]
    Drift {
        /// The contract.
        contract: StorageHash,
        /// What differs.
        findings: Vec<Finding>,
    },
    /// The database already stands at another contract.
    #[error("the database is signed at {found} already")]
    SignedElsewhere {
        /// Where.
        found: String,
    },
    /// A database that is neither empty nor at any contract of the graph.
    #[error("the database is not empty, and it is not what any contract of the history says")]
    NoBaseline {
        /// The contract that comes nearest, and how much differs.
        nearest: Option<(StorageHash, usize)>,
    },
    /// A package in mode `statement` was begun and has not ended.
    #[error("the package {} is in transit", .transit.package)]
    InTransit {
        /// What is known of it.
        transit: Box<InTransit>,
    },
    /// A package in transit is not the one that is here.
    #[error("the package {package} that is in transit is not here, or is not the same")]
    TransitUnknown {
        /// The package.
        package: String,
    },
    /// The connection was lost while the database was committing, and could not be made again to ask.
    #[error("the connection was lost during COMMIT of {package}, and the database cannot be asked")]
    CommitUnknown {
        /// The package.
        package: String,
    },
    /// The connection was lost.
    #[error("the connection to the database was lost: {reason}")]
    ConnectionLost {
        /// What was heard last.
        reason: String,
    },
    /// Somebody pressed Ctrl-C, or the system asked the program to stop.
    #[error("interrupted")]
    Interrupted,
    /// A dry run cannot undo what commits by itself.
    #[error("the package {package} commits operation by operation and cannot be run dry")]
    DryRunImpossible {
        /// The package.
        package: String,
    },
    /// A change asks for a transform, which only a package can hold.
    #[error("{object} needs existing rows to be filled or changed")]
    NeedsTransform {
        /// The object.
        object: String,
    },
}

/// Which operation of which package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationAt {
    /// The package.
    pub package: String,
    /// The operation's id.
    pub operation: String,
}

/// What a failed run left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBehind {
    /// Everything as it was before.
    Nothing,
    /// The packages before the failing one are applied; the failing one left nothing.
    EarlierPackages(usize),
    /// The package stopped midway and can be resumed.
    InTransit,
    /// It cannot be known until the database is asked.
    Unknown,
}

impl From<CatalogError> for RunError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Server(error) if is_lost(&error) => session::lost(&error),
            other => Self::Catalog(other),
        }
    }
}

impl RunError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Connection(error) => error.code(),
            Self::History(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::MarkerCorrupt { .. } => "MARKER.CORRUPT",
            Self::TablesNewer { .. } => "MARKER.TABLES_NEWER",
            Self::MarkerMissing { .. } => "MARKER.MISSING",
            Self::MarkerMismatch { .. } => "MIGRATION.MARKER_MISMATCH",
            Self::MarkerMoved => "MIGRATION.MARKER_MOVED",
            Self::PrecheckFailed { .. } => "MIGRATION.PRECHECK_FAILED",
            Self::PostcheckFailed { .. } => "MIGRATION.POSTCHECK_FAILED",
            Self::StatementFailed { .. } => "MIGRATION.STATEMENT_FAILED",
            Self::Refused { sqlstate, .. } if sqlstate == "42501" => "DB.INSUFFICIENT_PRIVILEGE",
            Self::Refused { .. } => "DB.REFUSED",
            Self::Locked { .. } => "MIGRATION.LOCKED",
            Self::ResultMismatch { .. } => "MIGRATION.RESULT_MISMATCH",
            Self::NotSatisfied { .. } => "DB.NOT_SATISFIED",
            Self::Drift { .. } => "DB.DRIFT",
            Self::SignedElsewhere { .. } => "DB.SIGNED_ELSEWHERE",
            Self::NoBaseline { .. } => "DB.NO_BASELINE",
            Self::InTransit { .. } => "MIGRATION.IN_TRANSIT",
            Self::TransitUnknown { .. } => "MIGRATION.TRANSIT_UNKNOWN",
            Self::CommitUnknown { .. } => "MIGRATION.COMMIT_UNKNOWN",
            Self::ConnectionLost { .. } => "CONNECTION.LOST",
            Self::Interrupted => "MIGRATION.INTERRUPTED",
            Self::DryRunImpossible { .. } => "MIGRATION.DRY_RUN_IMPOSSIBLE",
            Self::NeedsTransform { .. } => "DB.NEEDS_TRANSFORM",
        }
    }

    /// Why it is so, where the message does not say.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Connection(error) => Some(error.why()),
            Self::History(error) => error.why(),
            Self::Catalog(error) => error.why(),
            Self::StatementFailed { detail, hint, sqlstate, .. } => Some(
                [detail.clone(), hint.clone(), Some(format!("SQLSTATE {sqlstate}"))]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("; "),
            ),
            Self::Refused { detail, sqlstate, .. } => Some(match detail {
                Some(detail) => format!("{detail}; SQLSTATE {sqlstate}"),
                None => format!("SQLSTATE {sqlstate}"),
            }),
            Self::PrecheckFailed { sql, .. } | Self::PostcheckFailed { sql, .. } => Some(sql.clone()),
            Self::Locked { holders, .. } if !holders.is_empty() => {
                let named: Vec<String> = holders.iter().map(ToString::to_string).collect();
                Some(format!("it is held by {}", named.join("; ")))
            }
            Self::Locked { .. } => Some("another session held it and has let it go, or may not be seen".to_owned()),
            Self::InTransit { transit } => Some(format!(
                "it was begun at {} and stands at operation {} ({}); pid {} {}",
                transit.started_at,
                transit.operation + 1,
                transit.operation_id,
                transit.pid,
                if transit.alive { "works on it" } else { "is gone" },
            )),
            Self::NoBaseline { nearest: Some((hash, count)) } => {
                Some(format!("nearest is {}, from which {count} objects differ", hash.short()))
            }
            Self::MarkerMismatch { .. } => Some("a package applies only where it starts".to_owned()),
            _ => None,
        }
    }

    /// The next step. None of them loses data.
    pub fn fix(&self) -> Option<String> {
        match self {
            Self::Connection(error) => Some(error.fix()),
            Self::History(error) => error.fix(),
            Self::Catalog(error) => error.fix(),
            Self::MarkerCorrupt { .. } => Some(
                "compare the schema with the contract, then sign it: novate db verify --schema-only; novate db sign \
                 --force"
                    .to_owned(),
            ),
            Self::TablesNewer { .. } => Some("use a newer novate".to_owned()),
            Self::MarkerMissing { .. } => Some("novate db init".to_owned()),
            Self::MarkerMismatch { .. } => Some("novate status".to_owned()),
            Self::MarkerMoved | Self::Interrupted | Self::ConnectionLost { .. } | Self::CommitUnknown { .. } => {
                Some("run it again: it starts from where the database stands".to_owned())
            }
            Self::PrecheckFailed { .. } => {
                Some("mend the data, or the package's migration.sql, and run novate migrate again".to_owned())
            }
            Self::PostcheckFailed { at, .. } | Self::StatementFailed { at, .. } => Some(format!(
                "mend the cause and run novate migrate again; to change the package: edit its migration.sql, then \
                 novate migration emit {}",
                at.package
            )),
            Self::Refused { sqlstate, .. } if sqlstate == "42501" => {
                Some("grant the role what the message names, or use another role".to_owned())
            }
            Self::Refused { .. } => None,
            Self::Locked { .. } => Some("end the session that holds it, or run novate migrate again later".to_owned()),
            Self::ResultMismatch { package, .. } => Some(format!(
                "edit the package's migration.sql so that it leads to its contract, then: novate migration emit {package}"
            )),
            Self::NotSatisfied { .. } | Self::Drift { .. } => Some(
                "novate db verify shows both sides; change the contract, or the database, and sign with novate db sign"
                    .to_owned(),
            ),
            Self::SignedElsewhere { .. } => {
                Some("novate migrate goes on from there; novate db sign --force overwrites the marker".to_owned())
            }
            Self::NoBaseline { .. } => {
                Some("adopt what is there: novate contract infer, novate plan, then novate db sign".to_owned())
            }
            Self::InTransit { transit } if transit.alive => Some(format!(
                "wait until it is done; to stop it: SELECT pg_terminate_backend({}), then novate migrate resumes it",
                transit.pid
            )),
            Self::InTransit { .. } => Some("novate migrate resumes it".to_owned()),
            Self::TransitUnknown { package } => Some(format!(
                "bring {package} back into this checkout (git pull) and run novate migrate; or, where the database was \
                 brought to a contract by hand, novate db sign --force"
            )),
            Self::DryRunImpossible { .. } => Some("novate migrate --plan shows what would run".to_owned()),
            Self::NeedsTransform { .. } => Some("novate plan writes a package that does it".to_owned()),
        }
    }
}

/// Whether an error of the driver means that the session is gone.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(db) => matches!(
            db.parsed_severity(),
            Some(tokio_postgres::error::Severity::Fatal | tokio_postgres::error::Severity::Panic)
        ),
        // What is left are answers that were not understood.
        None => error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>),
    }
}
