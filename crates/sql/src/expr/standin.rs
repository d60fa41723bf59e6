//! Until `parse` is in place.
#![allow(dead_code, unreachable_pub)]
#[path = "../parse/names.rs"]
mod names;
#[path = "../parse/scan.rs"]
mod scan;
#[path = "../parse/text.rs"]
mod text;
#[path = "../parse/types.rs"]
mod types;
pub(crate) use scan::{Scanner, TokenKind};
pub(crate) use text::{normalised, tokens_normalised};
pub(crate) use types::lower_type;
