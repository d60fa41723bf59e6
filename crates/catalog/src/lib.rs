//! A live PostgreSQL catalog as a contract, and how it differs from the contract it should satisfy.
//!
//! This crate owns reading ([`read()`]), comparing and explaining ([`compare()`]), having PostgreSQL itself decide where
//! two texts may mean the same ([`settle()`]), and fingerprints of what was read. It must never change a database: what
//! it creates in order to ask lives inside a transaction that it rolls back. It opens no connection and knows nothing
//! of packages, markers or ledgers.

mod compare;
mod describe;
mod error;
mod fingerprint;
mod keeper;
mod read;
mod settle;

pub use compare::{CompareOptions, Difference, Finding, FindingKind, Severity, Subject, SubjectKind, compare};
pub use error::CatalogError;
pub use fingerprint::{Changes, Fingerprint};
pub use keeper::{Keeper, Past, Row, Unfinished, keepers, leave_alone};
pub use read::{InstalledExtension, ReadOptions, ServerVersion, Snapshot, Transaction, read, read_with};
pub use settle::settle;
