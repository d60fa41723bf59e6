//! Connections: from what a user writes to an open session.
//!
//! A [`ConnectionString`] understands what libpq understands and what ORMs add to it, and [`connect()`] opens it. This
//! module owns everything about reaching a server: finding it, TLS, passwords, and saying what is wrong in terms of
//! what the user wrote. It must never show a password, whatever went wrong, and must never read the process
//! environment: the caller does, into a [`ConnectEnv`].

mod announced;
mod attempt;
mod build;
mod certificate;
mod connect;
mod decoration;
mod display;
mod env;
mod error;
mod explain;
mod failure;
mod files;
mod invalid;
mod keyword;
mod options;
mod parameters;
mod passfile;
mod percent;
mod place;
mod pooler;
mod refusal;
mod secret;
mod server_options;
mod service;
mod session;
mod string;
mod target;
mod tls;
mod tls_options;
pub mod unnamed;
mod url;
mod verifier;

pub use certificate::Unusable;
pub use connect::connect;
pub use env::ConnectEnv;
pub use error::{ConnectionError, TlsFailure};
pub use invalid::Invalid;
pub use options::{
    ChannelBinding, Keepalives, RootCert, SslMode, SslNegotiation, TargetSessionAttrs, TlsOptions, TlsVersions,
    Verification,
};
pub use place::Place;
pub use pooler::{Pooler, PoolerKind, PoolerMode};
pub use secret::Secret;
pub use session::{Canceller, Connected, Notice, ServerVersion};
pub use string::{ConnectionString, Endpoint, Host, is_connection_string};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
