//! Exclusion constraints.

use novate_contract::{Exclusion, ExclusionElement};

use super::index::element;
use super::{Aspect, aspect, list, optional_expression, parameters};

pub(super) fn aspects(exclusion: &Exclusion) -> Vec<Aspect> {
    let Exclusion { method, elements, include, storage, predicate } = exclusion;
    let (shown, compared): (Vec<String>, Vec<String>) = elements
        .iter()
        .map(|ExclusionElement { element: key, operator }| {
            let (shown, compared) = element(key);
            (format!("{shown} with {operator}"), format!("{compared} with {operator}"))
        })
        .unzip();
    let keys = Aspect { name: "elements", shown: shown.join(", "), compared: compared.join(", "), said: true };
    vec![
        aspect("method", method),
        keys,
        list("include", include),
        parameters("storage parameters", storage),
        optional_expression("predicate", predicate.as_ref()),
    ]
}
