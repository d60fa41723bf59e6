//! PostgreSQL text: identifiers and quoting, statements with their spans and comments, expressions and their
//! canonical form.
//!
//! This crate owns the parser (`squawk-syntax` is named here and nowhere else) and lowers its lossless tree into the
//! small trees of [`ast`] and [`expr`]. It must never know what a contract is, and it does no input or output: the
//! same text gives the same result on every machine. A text that it cannot understand is carried as it stands
//! ([`expr::Expr::Opaque`], [`ast::Statement::Unmodelled`]) and never guessed at.

pub mod ast;
pub mod expr;
mod ident;
mod literal;
mod parse;
mod span;
mod types;

pub use ident::{Ident, MAX_IDENT_BYTES, NameRef, QName};
pub use literal::Literal;
pub use parse::{long_names, parse, parse_all, parse_type};
pub use span::{LineColumn, Span, Spanned};
pub use types::{TypeName, canonical_builtin, is_builtin};
