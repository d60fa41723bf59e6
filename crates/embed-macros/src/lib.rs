//! The macro of `novate-embed`: reads a history while a program is compiled, and writes it out as data of the program.
//!
//! This crate owns what is said at compile time: which files are embedded, in which form, and what is refused as a
//! compile error. It must never embed what its hash does not vouch for, never write a file, and has no interface of its
//! own: `novate-embed` re-exports the macro and documents it.

mod arguments;
mod expand;
mod failure;
mod pieces;

use std::str::FromStr;

use proc_macro::{Span, TokenStream, TokenTree};

use crate::expand::{Cargo, expand};
use crate::failure::Failure;

/// Embeds the histories of one or more spaces: see `novate_embed::migrations`.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    let span = input.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let result = arguments::read(input).and_then(|folders| expand(&Cargo::of_process(), &folders));
    match result
        .and_then(|text| TokenStream::from_str(&text).map_err(|error| vec![Failure::unreadable(&error.to_string())]))
    {
        Ok(tokens) => tokens,
        Err(failures) => failures.iter().flat_map(|failure| error_at(span, &failure.to_string())).collect(),
    }
}

/// A compile error that is shown where the macro is.
fn error_at(span: Span, message: &str) -> TokenStream {
    let tokens = TokenStream::from_str(&format!("::core::compile_error! {{ {message:?} }}")).unwrap_or_default();
    let at = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at).collect()
}
