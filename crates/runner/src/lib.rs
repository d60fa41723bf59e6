//! Connections, locks, marker, ledger, applying, verifying, signing

pub mod connection;
