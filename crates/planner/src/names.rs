//! Names for what exists only while a migration runs.

use novate_sql::{Ident, MAX_IDENT_BYTES};

/// `name` with a suffix, cut so that both fit.
pub(crate) fn beside(name: &Ident, suffix: &str) -> Ident {
    let text = name.as_str();
    let room = MAX_IDENT_BYTES.saturating_sub(suffix.len());
    let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Ident::new(format!("{}{suffix}", text.get(..end).unwrap_or(text)))
}
