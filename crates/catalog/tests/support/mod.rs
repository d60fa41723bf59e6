//! A database of its own for every test.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use novate_catalog::{CompareOptions, Difference, Finding, ReadOptions, Snapshot, Transaction, compare, read, settle};
use novate_contract::Contract;
use novate_scratch::{Database, Server};
use novate_source::{SourceFile, SourceOptions};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A database and a connection to it.
pub(crate) struct Session {
    pub(crate) client: Client,
    runtime: tokio::runtime::Runtime,
    /// Dropped after the connection.
    _database: Database,
}

impl Session {
    /// A new database in which `sql` has been executed.
    pub(crate) fn with(sql: &str) -> Self {
        let database = Server::shared().unwrap().database("catalog").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(&database.conninfo(), NoTls)).unwrap();
        runtime.spawn(async move {
            let _ = connection.await;
        });
        let session = Self { client, runtime, _database: database };
        session.execute(sql);
        session
    }

    /// Runs a future to its end.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Executes statements.
    pub(crate) fn execute(&self, sql: &str) {
        if let Err(error) = self.wait(self.client.batch_execute(sql)) {
            panic!("{error:?}\n{sql}");
        }
    }

    /// The one value that a query gives.
    pub(crate) fn text(&self, query: &str) -> String {
        let messages = self.wait(self.client.simple_query(query)).unwrap();
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        row.unwrap_or_default().to_owned()
    }

    /// The server's major version.
    pub(crate) fn major(&self) -> u32 {
        self.text("SHOW server_version_num").parse::<u32>().unwrap() / 10_000
    }

    /// Reads the catalog.
    pub(crate) fn read(&self) -> Snapshot {
        self.read_in(Transaction::None)
    }

    /// Reads the catalog, where a transaction may be open.
    pub(crate) fn read_in(&self, transaction: Transaction) -> Snapshot {
        self.wait(read(&self.client, &ReadOptions { transaction, ..ReadOptions::default() })).unwrap()
    }

    /// Compares with a contract, strictly or not, and has the server settle what it can.
    pub(crate) fn verify(&self, expected: &Contract, strict: bool) -> Vec<Finding> {
        self.verify_in(Transaction::None, expected, strict)
    }

    /// The same, where a transaction may be open.
    pub(crate) fn verify_in(&self, transaction: Transaction, expected: &Contract, strict: bool) -> Vec<Finding> {
        let live = self.read_in(transaction);
        let findings = compare(expected, &live, &CompareOptions { strict, strict_coverage: false });
        self.wait(settle(&self.client, expected, &live, findings)).unwrap()
    }
}

/// What a database holds after `sql`.
pub(crate) fn live(sql: &str) -> Snapshot {
    Session::with(sql).read()
}

/// The contract that `sql` describes.
pub(crate) fn contract(sql: &str) -> Contract {
    match novate_source::read(&[SourceFile::new("app.sql", sql)], &SourceOptions::default()) {
        Ok(read) => read.contract,
        Err(errors) => panic!("{errors:?}\n{sql}"),
    }
}

/// Findings as lines, an indented one for each child and difference; notes begin with `note: `.
pub(crate) fn render(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        write(finding, 0, &mut lines);
    }
    lines.join("\n")
}

fn write(finding: &Finding, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let note = if finding.is_error() { "" } else { "note: " };
    lines.push(format!("{indent}{note}{} {}", finding.object, finding.summary()));
    for Difference { aspect, expected, found, unsettled } in &finding.differences {
        let reason = unsettled.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        lines.push(format!("{indent}  {aspect}: {expected} | {found}{reason}"));
    }
    for child in &finding.children {
        write(child, depth + 1, lines);
    }
}
