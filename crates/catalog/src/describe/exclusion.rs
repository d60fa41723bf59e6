//! Exclusion constraints.

use novate_contract::{Exclusion, ExclusionElement};

use super::index::element;
use super::{Aspect, aspect, list, optional_expression, parameters};

pub(super) fn aspects(exclusion: &Exclusion) -> Vec<Aspect> {
    let Exclusion { method, elements, include, storage, predicate } = exclusion;
    let mut keys = aspect("elements", "");
    for (at, ExclusionElement { element: key, operator }) in elements.iter().enumerate() {
        let (shown, compared) = element(key);
        let comma = if at == 0 { "" } else { ", " };
        keys.shown.push_str(&format!("{comma}{shown} with {operator}"));
        keys.compared.push_str(&format!("{comma}{compared} with {operator}"));
    }
    vec![
        aspect("method", method),
        keys,
        list("include", include),
        parameters("storage parameters", storage),
        optional_expression("predicate", predicate.as_ref()),
    ]
}
