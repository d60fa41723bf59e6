//! Indexes.

use std::fmt::{self, Display};

use novate_contract::{Index, IndexElement, IndexKey, NullsOrder, OperatorClass, SortOrder};

use super::{Listener, aspect, flag, list, optional_expression, parameters, unless};

pub(super) fn describe(index: &Index, to: &mut dyn Listener) {
    let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage, valid, comment: _ } = index;
    flag(to, "unique", *unique);
    flag(to, "nulls not distinct", *nulls_not_distinct);
    aspect(to, "method", method);
    let elements = |as_compared| Elements { elements, as_compared };
    to.take("elements", &elements(false), Some(&elements(true)), true);
    list(to, "include", include);
    optional_expression(to, "predicate", predicate.as_ref());
    parameters(to, "storage parameters", storage);
    unless(to, "valid", *valid);
}

/// Keys as they are shown, or as they are compared.
struct Elements<'a> {
    elements: &'a [IndexElement],
    as_compared: bool,
}

impl Display for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, element) in self.elements.iter().enumerate() {
            f.write_str(if at > 0 { ", " } else { "" })?;
            write_element(element, self.as_compared, f)?;
        }
        Ok(())
    }
}

/// Writes a key as it is shown, or as it is compared.
pub(super) fn write_element(element: &IndexElement, as_compared: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let IndexElement { key, collation, opclass, order, nulls } = element;
    match key {
        IndexKey::Column(column) => write!(f, "{column}")?,
        IndexKey::Expression(expr) if as_compared => write!(f, "({})", expr.canonical)?,
        IndexKey::Expression(expr) => write!(f, "({})", expr.written)?,
    }
    if let Some(collation) = collation {
        write!(f, " collate {collation}")?;
    }
    if let Some(OperatorClass { name, parameters }) = opclass {
        write!(f, " {name}")?;
        for (key, value) in parameters {
            write!(f, " {key}={value}")?;
        }
    }
    f.write_str(match (order, nulls) {
        (SortOrder::Asc, NullsOrder::Last) => "",
        (SortOrder::Asc, NullsOrder::First) => " nulls first",
        (SortOrder::Desc, NullsOrder::First) => " desc",
        (SortOrder::Desc, NullsOrder::Last) => " desc nulls last",
    })
}
