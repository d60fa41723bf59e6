//! Exclusion constraints.

use super::index;
use super::storage::with;
use super::text::include;
use crate::{Exclusion, Ident};

/// `EXCLUDE USING ...`, without its name.
pub fn definition(exclusion: &Exclusion) -> String {
    let Exclusion { method, elements, include: extra, storage, predicate } = exclusion;
    let elements: Vec<String> =
        elements.iter().map(|e| format!("{} WITH {}", index::element(&e.element), operator(&e.operator))).collect();
    let mut words =
        vec![format!("EXCLUDE USING {method} ({}){}{}", elements.join(", "), include(extra), with(storage))];
    if let Some(predicate) = predicate {
        words.push(format!("WHERE ({})", predicate.spelling()));
    }
    words.join(" ")
}

/// An operator as a statement names it. An operator holds no dot, so a dot ends its schema.
fn operator(stored: &str) -> String {
    match stored.rsplit_once('.') {
        Some((schema, operator)) => format!("OPERATOR({}.{operator})", Ident::from_sql(schema)),
        None => stored.to_owned(),
    }
}
