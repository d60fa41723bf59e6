//! Connections to real servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod plain;
mod support;
#[cfg(target_os = "linux")]
mod tls;
