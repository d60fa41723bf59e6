//! Exclusion constraints.

use novate_contract::{Exclusion, ExclusionElement, Ident, IndexElement};

use super::text::outside_default_path;

/// The operators of an exclusion constraint `c`, in the order of its elements: of each the schema, then the name.
pub(super) const OPERATORS: &str = "\
ARRAY(SELECT p.part FROM unnest(c.conexclop) WITH ORDINALITY k(operator, at)
    JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace
    CROSS JOIN LATERAL (VALUES (1, n.nspname), (2, o.oprname)) p(at, part) ORDER BY k.at, p.at)";

/// Operators by schema and name, each with its schema where that is not on the default path. Operators are not
/// identifiers: never quoted.
pub(super) fn operators(parts: &[String]) -> Vec<String> {
    let operator = |pair: &[String]| match pair {
        [schema, name] => match outside_default_path(Ident::new(schema), Ident::new(name)).schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.clone(),
        },
        _ => String::new(),
    };
    parts.chunks(2).map(operator).collect()
}

/// The elements of the exclusion that an index enforces.
pub(super) fn elements(keys: Vec<IndexElement>, operators: Vec<String>) -> Vec<ExclusionElement> {
    keys.into_iter().zip(operators).map(|(element, operator)| ExclusionElement { element, operator }).collect()
}

/// The exclusion that an index enforces.
pub(super) fn exclusion(index: novate_contract::Index, operators: Vec<String>) -> Exclusion {
    let novate_contract::Index { method, elements: keys, include, storage, predicate, .. } = index;
    Exclusion { method, elements: elements(keys, operators), include, storage, predicate }
}
