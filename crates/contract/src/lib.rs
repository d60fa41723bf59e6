//! The model of a desired schema: objects and their ids, the contract that holds them, canonical JSON, hashes,
//! validation, default names, and how an object is written as DDL.
//!
//! Everything here is pure: text and values in, text and values out. This crate must never read a file, a clock or a
//! database, and must never hold something that PostgreSQL does not store. Where two spellings mean the same, the
//! model holds one of them (see `novate_sql::expr::canonicalize`), so that equality of objects is equality of meaning
//! as far as it can be known offline.

pub mod ddl;
#[cfg(any(test, feature = "generate"))]
pub mod generate;
pub mod interpret;
pub mod json;
pub mod model;
pub mod names;
mod validate;

pub use json::{ContractError, StorageHash, storage_hash};
pub use model::*;
pub use validate::{Problem, ProblemKind, validate};
