//! Copies of databases, and what a route of packages does to one.
//!
//! A rehearsal applies to a copy what is to be applied to a database, by the same code, and tells what happened there.
//! This crate owns making and removing copies, and what is observed of a run. It must never change the database that a
//! copy is made of, and never leave a copy behind without saying so.

mod copy;
mod error;
mod locks;
mod on_neon;
mod on_server;
mod query;
mod rehearsal;
mod remaining;
mod same;
mod sample;
mod scratch;

pub use copy::{Copy, Left};
pub use error::RehearseError;
pub use on_neon::{NeonProject, on_neon};
pub use on_server::{left_over, on_server};
pub use rehearsal::{OperationSeen, PackageSeen, Rehearsal, SpaceSeen, Wait, rehearse};
pub use remaining::{InvalidKey, Remaining};
pub use same::is_same;
pub use scratch::on_scratch;
