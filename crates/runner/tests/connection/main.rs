//! Connections to real servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(unix), allow(dead_code))]

// Servers are started on Unix alone.
#[cfg(unix)]
mod certificates;
#[cfg(unix)]
mod hosts;
#[cfg(unix)]
mod login;
#[cfg(unix)]
mod names;
mod pki;
mod plain;
mod support;
#[cfg(unix)]
mod tls;
