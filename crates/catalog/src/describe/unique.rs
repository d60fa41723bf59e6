//! Unique constraints.

use novate_contract::Unique;

use super::{Listener, flag, list, parameters};

pub(super) fn describe(unique: &Unique, to: &mut dyn Listener) {
    let Unique { columns, nulls_not_distinct, include, storage } = unique;
    list(to, "columns", columns);
    flag(to, "nulls not distinct", *nulls_not_distinct);
    list(to, "include", include);
    parameters(to, "storage parameters", storage);
}
