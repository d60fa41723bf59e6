//! Unique constraints.

use novate_contract::Unique;

use super::{Aspect, flag, list, parameters};

pub(super) fn aspects(unique: &Unique) -> Vec<Aspect> {
    let Unique { columns, nulls_not_distinct, include, storage } = unique;
    vec![
        list("columns", columns),
        flag("nulls not distinct", *nulls_not_distinct),
        list("include", include),
        parameters("storage parameters", storage),
    ]
}
