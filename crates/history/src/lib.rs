//! Packages, snapshots, refs, and the graph that packages make, on disk.
//!
//! This crate owns `migrations/`: it writes packages atomically, reads them back re-computing every hash, and finds
//! routes from one contract to another. It must never trust a file that its hash does not vouch for, never compile or
//! run anything, and never look at a database or at the contract's source files.

mod adjacency;
mod archive;
mod bundle;
mod error;
mod files;
pub mod format;
mod graph;
mod hash;
mod name;
mod origin;
mod package;
mod refs;
mod resolve;
mod route;
mod snapshot;
mod store;

pub use bundle::Bundle;
pub use error::HistoryError;
pub use graph::{Edge, Graph, Node};
pub use hash::{MigrationHash, SourceDigest};
pub use name::{PackageName, PackageStamp};
pub use origin::{Disk, Embedded, Files, Kind};
pub use package::{Manifest, NewPackage, Package, PackageFiles, Placeholder};
pub use refs::{Ref, RefName};
pub use resolve::State;
pub use route::{Landmark, Route, Uncovered};
pub use store::Store;
