//! Which right is missing, and the statement that gives it. PostgreSQL names the object; the right, and who could give
//! it, it has to be asked for.

mod object;
mod setting;

use novate_catalog::Finding;

use crate::RunError;
use crate::session::Session;

/// A right that a role lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRight {
    /// The role.
    pub role: String,
    /// The right and the object: `CREATE on database shop`, `ownership of table public.t`.
    pub right: String,
    /// The statement that gives it, for somebody who may.
    pub grant: String,
}

/// What a role wanted to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Look at the schema and at what novate keeps.
    Look,
    /// Change the schema, and what novate keeps.
    Change,
}

/// The error with what is missing named, where that is what it is about. The transaction must have ended.
pub(crate) async fn name(session: &mut Session, error: RunError, purpose: Purpose) -> RunError {
    let error = match &error {
        RunError::ResultMismatch { findings, .. }
        | RunError::NotSatisfied { findings, .. }
        | RunError::Drift { findings, .. } => unasked(findings).unwrap_or(error),
        _ => error,
    };
    let Some((sqlstate, message, statement)) = refusal(&error) else { return error };
    match sqlstate.as_str() {
        "42501" => match object::parse(&message) {
            Some(denied) => {
                let missing = object::find(session, &denied, purpose, &statement).await;
                with_missing(error, missing)
            }
            None => error,
        },
        "25006" => setting::read_only(session, error).await,
        "57014" if message.contains("statement timeout") => setting::timed_out(session, error).await,
        _ => error,
    }
}

/// The refusal behind findings that are none but for it: texts that differ, and that the server was not allowed to
/// compare. Whether the database is what it should be is not known then.
pub(crate) fn unasked(findings: &[Finding]) -> Option<RunError> {
    fn reasons_of<'a>(finding: &'a Finding, reasons: &mut Vec<Option<&'a str>>) {
        let own = finding.differences.iter().map(|difference| difference.unsettled.as_deref());
        reasons.extend(own);
        if finding.differences.is_empty() && finding.children.is_empty() {
            reasons.push(None);
        }
        finding.children.iter().filter(|child| child.is_error()).for_each(|child| reasons_of(child, reasons));
    }
    let mut all = Vec::new();
    findings.iter().filter(|finding| finding.is_error()).for_each(|finding| reasons_of(finding, &mut all));
    let state = |reason: &str| {
        if object::parse(reason).is_some() {
            Some("42501")
        } else {
            reason.contains("read-only transaction").then_some("25006")
        }
    };
    let first = all.first().copied().flatten()?;
    let refused = all.iter().all(|reason| reason.and_then(state).is_some());
    refused.then(|| RunError::Refused {
        action: "compare two texts on a temporary table".to_owned(),
        sqlstate: state(first).unwrap_or_default().to_owned(),
        message: first.to_owned(),
        detail: None,
        missing: None,
    })
}

/// SQLSTATE, message and statement of a refusal by the server.
fn refusal(error: &RunError) -> Option<(String, String, String)> {
    match error {
        RunError::Refused { sqlstate, message, .. } => Some((sqlstate.clone(), message.clone(), String::new())),
        RunError::StatementFailed { sqlstate, message, statement, .. } => {
            Some((sqlstate.clone(), message.clone(), statement.clone().unwrap_or_default()))
        }
        RunError::Catalog(novate_catalog::CatalogError::Server(error)) => {
            let db = error.as_db_error()?;
            Some((db.code().code().to_owned(), db.message().to_owned(), String::new()))
        }
        _ => None,
    }
}

fn with_missing(mut error: RunError, found: Option<MissingRight>) -> RunError {
    if let RunError::Refused { missing, .. } | RunError::StatementFailed { missing, .. } = &mut error {
        *missing = found;
    }
    error
}
