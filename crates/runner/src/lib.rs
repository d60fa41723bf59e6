//! Connections, locks, marker, ledger, applying, verifying, signing
