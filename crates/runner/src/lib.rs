//! Connections, locks, marker and ledger; applying, verifying and signing.
//!
//! This crate owns everything that is said to a target database. A package runs only if its hash, its starting
//! contract and its checks hold, and commits only if the live catalog then is what its contract says. It must never
//! rely on session state (a pooler may sit in between), never show a secret, and never plan: what to run is decided
//! before a connection is made.

mod apply;
mod asked;
mod baseline;
mod beside;
mod bookkeeping;
mod carry;
pub mod connection;
mod contention;
mod error;
mod event;
mod forget;
mod holder;
mod home;
mod interleave;
mod keeper;
mod ledger;
mod live;
mod marker;
mod mend;
mod migrate;
mod observe;
mod program;
mod rights;
mod seed;
mod sensitive;
mod session;
mod settings;
mod sharing;
mod sign;
mod spaces;
mod transit;
mod turn;
mod update;
mod verify;
mod watch;

pub use baseline::{Initialised, init, is_empty};
pub use carry::carry_bookkeeping;
pub use error::{LeftBehind, OperationAt, RunError};
pub use event::{Event, LockHolder, Outcome};
pub use forget::forget;
pub use home::Home;
pub use keeper::past;
pub use ledger::{LogRow, log};
pub use marker::{InTransit, Marker, Standing};
pub use migrate::{Applied, Contracts, Goal, History, MigrateError, Migrated, migrate, standing};
pub use observe::{Observation, TableLock};
pub use program::Observing;
pub use rights::MissingRight;
pub use seed::{Seed, SeedError, Seeded, seed};
pub use session::{Interrupt, Session};
pub use settings::Settings;
pub use sign::{Signed, sign};
pub use spaces::{Lane, migrate_all};
pub use update::update;
pub use verify::{MarkerState, Mode, Strictness, Verification, read_live, read_towards, verify};

/// The version that markers and ledger rows are written with.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
