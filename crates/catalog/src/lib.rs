//! A live PostgreSQL catalog as a contract, and how it differs from the contract it should satisfy.
//!
//! This crate owns reading ([`read`]), comparing and explaining ([`compare`]), having PostgreSQL itself decide where
//! two texts may mean the same ([`settle`]), and fingerprints of what was read. It must never change a database: what
//! it creates in order to ask lives inside a transaction that it rolls back. It opens no connection and knows nothing
//! of packages, markers or ledgers.

mod describe;
mod error;
pub mod read;

pub use error::CatalogError;
pub use read::{InstalledExtension, ReadOptions, ServerVersion, Snapshot, read, read_sql};
