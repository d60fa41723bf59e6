//! Real PostgreSQL servers and databases that belong to the caller and vanish with it.
//!
//! This crate owns everything between "a proof needs a database" and a connection string: where a server comes from
//! ([`find`], [`install`]), how one is started on a private unix socket ([`Server`]), how a database is made in
//! milliseconds ([`Database`]), and that nothing of either outlives the process that asked for it, however that process
//! ends. It must never touch a server it did not start, except to create and drop its own databases on the one that
//! `NOVATE_SCRATCH_URL` names; it must never download anything unless it was asked to; and it knows nothing about
//! contracts, plans or migrations.
//!
//! ```no_run
//! let server = novate_scratch::Server::shared()?;
//! let database = server.database("proof")?;
//! database.execute("CREATE TABLE account (id bigint)")?;
//! let url = database.url();
//! # Ok::<(), novate_scratch::ScratchError>(())
//! ```

#![forbid(unsafe_code)]

pub mod bundle;
mod cache;
mod conninfo;
mod database;
mod error;
mod find;
#[cfg(unix)]
mod folder;
mod identity;
mod install;
#[cfg(unix)]
mod launch;
mod packages;
#[cfg(unix)]
mod process;
mod server;
#[cfg(unix)]
mod template;
mod version;
mod wire;

pub use cache::cache_dir;
pub use database::Database;
pub use error::ScratchError;
pub use find::{Installation, Origin, Request, find, list};
pub use install::{install, installable};
pub use server::{Options, Server};
pub use version::{Major, Version};
pub use wire::Rows;

/// The environment variable whose URL names a server to use in place of starting one.
pub const URL_VARIABLE: &str = "NOVATE_SCRATCH_URL";
/// The environment variable that names the `bin` directory of the PostgreSQL to start.
pub const BIN_VARIABLE: &str = "NOVATE_POSTGRES_BIN";
/// The environment variable that moves novate's own cache.
pub const CACHE_VARIABLE: &str = "NOVATE_CACHE_DIR";
