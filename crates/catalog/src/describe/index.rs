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
    let collation = collation.as_ref().map(|collation| format!(" collate {collation}")).unwrap_or_default();
    let opclass = opclass.as_ref().map(|OperatorClass { name, parameters }| {
        let parameters: Vec<String> = parameters.iter().map(|(key, value)| format!(" {key}={value}")).collect();
        format!(" {name}{}", parameters.concat())
    });
    let order = match (order, nulls) {
        (SortOrder::Asc, NullsOrder::Last) => "",
        (SortOrder::Asc, NullsOrder::First) => " nulls first",
        (SortOrder::Desc, NullsOrder::First) => " desc",
        (SortOrder::Desc, NullsOrder::Last) => " desc nulls last",
    };
    let rest = format!("{collation}{}{order}", opclass.unwrap_or_default());
    match key {
        IndexKey::Column(column) => (format!("{column}{rest}"), format!("{column}{rest}")),
        IndexKey::Expression(expr) => (format!("({}){rest}", expr.written), format!("({}){rest}", expr.canonical)),
    }
}
