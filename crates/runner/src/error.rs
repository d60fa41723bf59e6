//! What can go wrong between here and a database.

use std::error::Error as _;

use novate_catalog::{CatalogError, Finding};
use novate_contract::StorageHash;
use novate_history::HistoryError;

use crate::connection::ConnectionError;
use crate::event::LockHolder;
use crate::marker::InTransit;
use crate::rights::MissingRight;
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
    /// Seeds were checked against another contract than the one that the database is at.
    #[error("the database is at the contract {found}, and the seeds are for {expected}")]
    SeedNotCurrent {
        /// What the seeds were checked against.
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
        /// The right that is missing, where that is why.
        missing: Option<MissingRight>,
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
        /// The right that is missing, where that is why.
        missing: Option<MissingRight>,
    },
    /// Nothing can be changed there.
    #[error("{place} takes no changes: {message}")]
    ReadOnly {
        /// Where.
        place: String,
        /// What the server says.
        message: String,
        /// Who made sessions read-only; `None` for a standby.
        by: Option<String>,
        /// The statement that takes it back, where one does.
        fix: Option<String>,
    },
    /// The server gave up after its own limit.
    #[error("the server stopped after its statement_timeout of {limit}")]
    TimedOut {
        /// The limit, with its unit.
        limit: String,
        /// Who set it.
        by: String,
        /// The statement that takes it back, where one does.
        fix: Option<String>,
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
    /// A package in mode `statement`, behind a pooler that shares sessions.
    #[error("the package {package} needs a session of its own, and {pooler} gives none")]
    NeedsSession {
        /// The package.
        package: String,
        /// What is in between.
        pooler: &'static str,
        /// Where to connect past it, where that is known.
        direct: Option<String>,
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
            Self::SeedNotCurrent { .. } => "SEED.NOT_CURRENT",
            Self::MarkerMoved => "MIGRATION.MARKER_MOVED",
            Self::PrecheckFailed { .. } => "MIGRATION.PRECHECK_FAILED",
            Self::PostcheckFailed { .. } => "MIGRATION.POSTCHECK_FAILED",
            Self::StatementFailed { sqlstate, .. } if sqlstate == "42501" => "DB.INSUFFICIENT_PRIVILEGE",
            Self::StatementFailed { .. } => "MIGRATION.STATEMENT_FAILED",
            Self::Refused { sqlstate, .. } if sqlstate == "42501" => "DB.INSUFFICIENT_PRIVILEGE",
            Self::Refused { .. } => "DB.REFUSED",
            Self::ReadOnly { .. } => "DB.READ_ONLY",
            Self::TimedOut { .. } => "DB.TIMED_OUT",
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
            Self::NeedsSession { .. } => "MIGRATION.NEEDS_SESSION",
            Self::NeedsTransform { .. } => "DB.NEEDS_TRANSFORM",
        }
    }

    /// Why it is so, where the message does not say.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Connection(error) => Some(error.why()),
            Self::History(error) => error.why(),
            Self::Catalog(error) => error.why(),
            Self::StatementFailed { detail, hint, sqlstate, missing, .. } => {
                Some(because([lacks(missing.as_ref()), detail.clone(), hint.clone()], sqlstate))
            }
            Self::Refused { detail, sqlstate, missing, .. } => {
                Some(because([lacks(missing.as_ref()), detail.clone(), None], sqlstate))
            }
            Self::ReadOnly { by: None, .. } => Some("it is a standby, which only follows its primary".to_owned()),
            Self::ReadOnly { by: Some(by), .. } => Some(format!("default_transaction_read_only is set by {by}")),
            Self::TimedOut { by, .. } => Some(format!("it is set by {by}")),
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
            Self::NeedsSession { .. } => Some(
                "it commits operation by operation and runs statements outside of transactions; behind a pooler each of \
                 them may run in another session, with other settings, and nobody could tell whether somebody works on it"
                    .to_owned(),
            ),
            Self::SeedNotCurrent { .. } => {
                Some("its names were checked against the contract, and the database is not there; nothing ran".to_owned())
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
            Self::SeedNotCurrent { .. } => {
                Some("novate migrate --seed, or novate db update for a development database, then novate seed".to_owned())
            }
            Self::MarkerMoved | Self::Interrupted | Self::ConnectionLost { .. } | Self::CommitUnknown { .. } => {
                Some("run it again: it starts from where the database stands".to_owned())
            }
            Self::PrecheckFailed { .. } => {
                Some("mend the data, or the package's migration.sql, and run novate migrate again".to_owned())
            }
            Self::StatementFailed { missing: Some(missing), .. } => Some(missing.grant.clone()),
            Self::StatementFailed { sqlstate, message, .. }
                if sqlstate == "57014" && message.contains("statement timeout") =>
            {
                Some(
                    "allow more with statement_timeout in [database] of novate.toml, and run novate migrate again"
                        .to_owned(),
                )
            }
            Self::PostcheckFailed { at, .. } | Self::StatementFailed { at, .. } => Some(format!(
                "mend the cause and run novate migrate again; to change the package: edit its migration.sql, then \
                 novate migration emit {}",
                at.package
            )),
            Self::Refused { missing: Some(missing), .. } => Some(missing.grant.clone()),
            Self::Refused { sqlstate, .. } if sqlstate == "42501" => {
                Some("grant the role what the message names, or use another role".to_owned())
            }
            Self::ReadOnly { by: None, .. } => {
                Some("connect to the primary; target_session_attrs=read-write picks it among several hosts".to_owned())
            }
            Self::ReadOnly { fix, .. } | Self::TimedOut { fix, .. } => Some(
                fix.clone()
                    .unwrap_or_else(|| "change it there, or connect as a role with a setting of its own".to_owned()),
            ),
            Self::Refused { message, .. } if message.contains("statement pooling mode") => Some(
                "a pooler is in between that allows no transactions: set its pool_mode to transaction for this database, \
                 or connect to the server itself"
                    .to_owned(),
            ),
            Self::Refused { .. } => None,
            Self::Locked { holders, .. } => Some(match holders.first() {
                Some(holder) => format!(
                    "let it end, or end it (SELECT pg_terminate_backend({});), and run the command again",
                    holder.pid
                ),
                None => "run the command again later".to_owned(),
            }),
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
            Self::NeedsSession { direct: Some(direct), .. } => {
                Some(format!("run novate migrate past the pooler: {direct}"))
            }
            Self::NeedsSession { direct: None, .. } => {
                Some("run novate migrate on the server itself, or through a pooler in session mode".to_owned())
            }
            Self::NeedsTransform { .. } => Some("novate plan writes a package that does it".to_owned()),
        }
    }
}

fn lacks(missing: Option<&MissingRight>) -> Option<String> {
    missing.map(|missing| format!("the role {} lacks {}", missing.role, missing.right))
}

/// What is known of a refusal, in one line.
fn because(reasons: [Option<String>; 3], sqlstate: &str) -> String {
    let code = format!("SQLSTATE {sqlstate}");
    reasons.into_iter().flatten().chain([code]).collect::<Vec<_>>().join("; ")
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
