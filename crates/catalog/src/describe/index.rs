//! Indexes.

use novate_contract::{Index, IndexElement, IndexKey, NullsOrder, OperatorClass, SortOrder};

use super::{Aspect, aspect, flag, list, optional_expression, parameters, unless};

pub(super) fn aspects(index: &Index) -> Vec<Aspect> {
    let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage, valid, comment: _ } = index;
    let (shown, compared): (Vec<String>, Vec<String>) = elements.iter().map(element).unzip();
    vec![
        flag("unique", *unique),
        flag("nulls not distinct", *nulls_not_distinct),
        aspect("method", method),
        Aspect { name: "elements", shown: shown.join(", "), compared: compared.join(", "), said: true },
        list("include", include),
        optional_expression("predicate", predicate.as_ref()),
        parameters("storage parameters", storage),
        unless("valid", *valid),
    ]
}

/// A key as it is shown and as it is compared.
pub(super) fn element(element: &IndexElement) -> (String, String) {
    let IndexElement { key, collation, opclass, order, nulls } = element;
    let mut rest = String::new();
    if let Some(collation) = collation {
        rest.push_str(&format!(" collate {collation}"));
    }
    if let Some(OperatorClass { name, parameters }) = opclass {
        rest.push_str(&format!(" {name}"));
        for (parameter, value) in parameters {
            rest.push_str(&format!(" {parameter}={value}"));
        }
    }
    rest.push_str(match (order, nulls) {
        (SortOrder::Asc, NullsOrder::Last) => "",
        (SortOrder::Asc, NullsOrder::First) => " nulls first",
        (SortOrder::Desc, NullsOrder::First) => " desc",
        (SortOrder::Desc, NullsOrder::Last) => " desc nulls last",
    });
    match key {
        IndexKey::Column(column) => (format!("{column}{rest}"), format!("{column}{rest}")),
        IndexKey::Expression(expr) => (format!("({}){rest}", expr.written), format!("({}){rest}", expr.canonical)),
    }
}
