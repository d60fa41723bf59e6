//! Exclusion constraints.

use novate_contract::{Exclusion, ExclusionElement, Ident, Table};

use super::assemble::Numbers;
use super::text::{Scope, expression, outside_default_path, storage};
use super::{constraint, index};

/// The exclusion that an index enforces.
pub(super) fn exclusion(row: &constraint::Row, index: &index::Row, table: &Table, numbers: &Numbers) -> Exclusion {
    let operators = row.operators.iter().flatten().map(operator);
    Exclusion {
        method: Ident::new(&index.method),
        elements: index::elements(index, table, numbers)
            .into_iter()
            .zip(operators)
            .map(|(element, operator)| ExclusionElement { element, operator })
            .collect(),
        include: index.included(numbers),
        storage: storage(index.storage.as_ref(), ""),
        predicate: index.predicate.as_deref().map(|text| expression(text, None, &Scope::of(table))),
    }
}

/// An operator with its schema where that is not on the default path. Operators are not identifiers: never quoted.
fn operator(name: &(String, String)) -> String {
    match outside_default_path(name).schema {
        Some(schema) => format!("{schema}.{}", name.1),
        None => name.1.clone(),
    }
}
