//! novate in an application: it carries its migrations, and applies them when it starts.
//!
//! ```no_run
//! # // What the macro gives, without the folder that it would read.
//! # macro_rules! migrations { ($folder:literal) => { novate_embed::Migrations::read($folder)? } }
//! use novate_embed::Database;
//!
//! # async fn start() -> Result<(), novate_embed::Error> {
//! let migrations = migrations!("migrations/app");
//! let database = Database::from_env()?;
//! let done = migrations
//!     .migrate(&database)
//!     .app_tag(env!("CARGO_PKG_VERSION"))
//!     .on_event(|event| println!("{event}"))
//!     .await?;
//! println!("{} packages applied", done.applied());
//! # Ok(())
//! # }
//! ```
//!
//! - [`migrations!`] embeds the packages of a folder at compile time, and refuses at compile time what `novate migrate`
//!   would refuse. [`Migrations::read`] reads a folder when the program runs, under the same checks.
//! - [`Migrations::migrate`], [`status`](Migrations::status) and [`verify`](Migrations::verify) are what `novate migrate`,
//!   `status` and `db verify` are. Any number of instances may ask at once.
//! - The goal is the end of the history, or what [`Migrations::to`] names.
//! - Every failure is an [`Error`]: a stable code, a kind to match on, and the next step.
//!
//! Packages are written and compiled by the program `novate`; no policy of `novate.toml` is looked at here.
//!
//! # What is promised
//!
//! What is documented here follows semantic versioning. Types and enums that may gain something are `#[non_exhaustive]`.
//! Texts for people (`Display`, summaries, notes, lines of events) may change at any time; codes do not. What a name
//! beginning with `__` stands for is between the macro and this crate, which must be of one version.
//!
//! This crate owns what applications may rely on. It must never plan, never change what is on disk, and never let a type
//! of another of novate's crates through.

#![deny(missing_docs)]

mod database;
mod drive;
mod error;
mod event;
mod finding;
mod migrations;
mod report;
mod request;
mod spaces;

pub use database::Database;
pub use error::{Error, ErrorKind};
pub use event::{Event, What};
pub use finding::{Aspect, Difference, Finding};
#[doc(hidden)]
pub use migrations::__Space;
pub use migrations::Migrations;
pub use report::{
    Applied, ContractHash, Marker, Migrated, Position, SpaceMigrated, SpaceStatus, SpaceVerification, StatusReport,
    Verification,
};
pub use request::{IfAhead, Migrate, Status, Verify};

/// Embeds the packages of a folder in the program, with the snapshots and refs that belong to them, as
/// [`Migrations`].
///
/// The folder is named from the crate's `Cargo.toml`; several folders are several spaces, in the order in which they are
/// to be applied:
///
/// ```ignore
/// let migrations = novate_embed::migrations!("migrations/app");
/// let both = novate_embed::migrations!("migrations/auth", "migrations/app");
/// ```
///
/// Every hash is checked while the program is compiled. A package that was tampered with, edited and not emitted again,
/// or not filled in is a compile error that names the file, the line where there is one, and the command that mends it;
/// so are a snapshot or a ref that does not hold and a history with two ends.
///
/// Cargo builds again when an embedded file changes. That a package is *new* it sees only through a build script, without
/// which the macro refuses to work:
///
/// ```text
/// // build.rs
/// fn main() {
///     println!("cargo::rerun-if-changed=migrations");
/// }
/// ```
pub use novate_embed_macros::migrations;
