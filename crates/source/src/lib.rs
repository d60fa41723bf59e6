//! Contract files to contracts, and contracts back to files.
//!
//! This crate owns the reading of a description: statements in any order over several files, brought onto the model by
//! `novate_contract::interpret`; directives in comments, and what they bind to; and the writing of a contract as files
//! that people like to read. It must never connect to a database and never guess at what it does not understand: that
//! is named, with its place. Only [`files`] touches the disk; everything else is text and values in, values out.

mod anchor;
mod bind;
mod control;
mod directive;
mod error;
pub mod files;
mod hint;
mod note;
mod options;
mod place;
mod read;
mod step;
mod text;
mod write;

pub use control::ControlRule;
pub use error::{Problem, SourceError};
pub use files::FileError;
pub use hint::{RenameHint, ValueHint};
pub use note::Note;
pub use options::{Drops, SourceOptions};
pub use place::Place;
pub use read::{Read, interpret, read};
pub use text::{Include, Scripts, SourceFile, parse};
pub use write::{Layout, write};
