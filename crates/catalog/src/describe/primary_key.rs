//! Primary keys.

use novate_contract::PrimaryKey;

use super::{Aspect, list, parameters};

pub(super) fn aspects(key: &PrimaryKey) -> Vec<Aspect> {
    let PrimaryKey { columns, include, storage } = key;
    vec![list("columns", columns), list("include", include), parameters("storage parameters", storage)]
}
