//! The live schema: read, compared with a contract, and digested.

use std::collections::BTreeSet;

use novate_catalog::{CompareOptions, Finding, Fingerprint, Snapshot, Transaction};
use novate_contract::Contract;
use novate_planner::Operation;

use crate::RunError;
use crate::session::Session;

/// How much of a space is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything that the contract says.
    Whole,
    /// Only what the operations are about: a later package of the run compares the rest.
    Touched,
}

/// Reads the catalog in the open transaction, in one round trip.
pub(crate) async fn read(session: &mut Session) -> Result<Snapshot, RunError> {
    read_in(session, Transaction::Open).await
}

/// Reads the catalog, in one round trip.
pub(crate) async fn read_in(session: &Session, transaction: Transaction) -> Result<Snapshot, RunError> {
    Ok(novate_catalog::read(&session.connected.client, &options(session, transaction)).await?)
}

/// Reads the catalog where no transaction is open, and the answer to a question with it.
pub(crate) async fn read_with(session: &Session, question: &str) -> Result<(Option<String>, Snapshot), RunError> {
    let options = options(session, Transaction::None);
    Ok(novate_catalog::read_with(&session.connected.client, &options, question).await?)
}

fn options(session: &Session, transaction: Transaction) -> novate_catalog::ReadOptions {
    novate_catalog::ReadOptions {
        transaction,
        server_version: Some(novate_catalog::ServerVersion(session.connected().server_version.num)),
        ..Default::default()
    }
}

/// What the live schema lacks or has differently; what only reads differently is settled by the server. A transaction
/// must be open, and is left as it was.
pub(crate) async fn differences(
    session: &mut Session,
    contract: &Contract,
    live: &Snapshot,
    scope: Scope,
    operations: &[Operation],
) -> Result<Vec<Finding>, RunError> {
    Ok(errors(all_differences(session, contract, live).await?, scope, operations))
}

/// As [`differences`], with everything that is only worth a note.
pub(crate) async fn all_differences(
    session: &mut Session,
    contract: &Contract,
    live: &Snapshot,
) -> Result<Vec<Finding>, RunError> {
    let findings = novate_catalog::compare(contract, live, &CompareOptions::default());
    Ok(novate_catalog::settle(&session.connected.client, contract, live, findings).await?)
}

/// What may not be, of what was found.
pub(crate) fn errors(findings: Vec<Finding>, scope: Scope, operations: &[Operation]) -> Vec<Finding> {
    let findings = findings.into_iter().filter(Finding::is_error);
    match scope {
        Scope::Whole => findings.collect(),
        Scope::Touched => {
            let touched: BTreeSet<(&str, &str)> = operations
                .iter()
                .map(|op| (op.target.schema.as_str(), op.target.table.as_deref().unwrap_or(&op.target.name)))
                .collect();
            findings.filter(|finding| is_touched(finding, &touched)).collect()
        }
    }
}

fn is_touched(finding: &Finding, touched: &BTreeSet<(&str, &str)>) -> bool {
    let schema = finding.object.schema().map_or("", |schema| schema.as_str());
    match finding.object.table() {
        Some(table) => touched.contains(&(schema, table.name.as_str())),
        None => touched.iter().any(|(s, name)| *s == schema && finding.object.name().ends_with(name)),
    }
}

/// The digests that are signed.
pub(crate) fn fingerprint(live: &Snapshot) -> String {
    Fingerprint::of(live).to_json()
}

/// What is there beside the contract, a line each.
pub(crate) fn notes(contract: &Contract, live: &Snapshot) -> Vec<String> {
    fn collect(finding: &Finding, lines: &mut Vec<String>) {
        if finding.children.is_empty() && !finding.is_error() {
            lines.push(format!("{} {}", finding.object, finding.summary()));
        }
        finding.children.iter().for_each(|child| collect(child, lines));
    }
    let mut lines = Vec::new();
    for finding in novate_catalog::compare(contract, live, &CompareOptions::default()) {
        collect(&finding, &mut lines);
    }
    lines
}
