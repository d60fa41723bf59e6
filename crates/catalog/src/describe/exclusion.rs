//! Exclusion constraints.

use std::fmt::{self, Display};

use novate_contract::{Exclusion, ExclusionElement};

use super::index::write_element;
use super::{Listener, aspect, list, optional_expression, parameters};

pub(super) fn describe(exclusion: &Exclusion, to: &mut dyn Listener) {
    let Exclusion { method, elements, include, storage, predicate } = exclusion;
    let elements = |as_compared| Elements { elements, as_compared };
    aspect(to, "method", method);
    to.take("elements", &elements(false), Some(&elements(true)), true);
    list(to, "include", include);
    parameters(to, "storage parameters", storage);
    optional_expression(to, "predicate", predicate.as_ref());
}

/// Elements as they are shown, or as they are compared.
struct Elements<'a> {
    elements: &'a [ExclusionElement],
    as_compared: bool,
}

impl Display for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, ExclusionElement { element, operator }) in self.elements.iter().enumerate() {
            f.write_str(if at > 0 { ", " } else { "" })?;
            write_element(element, self.as_compared, f)?;
            write!(f, " with {operator}")?;
        }
        Ok(())
    }
}
