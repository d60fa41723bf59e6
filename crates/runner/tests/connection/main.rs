//! Connections to real servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod certificates;
mod hosts;
mod login;
mod names;
mod pki;
mod plain;
mod support;
mod tls;
