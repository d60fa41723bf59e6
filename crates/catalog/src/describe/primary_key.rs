//! Primary keys.

use novate_contract::PrimaryKey;

use super::{Listener, list, parameters};

pub(super) fn describe(key: &PrimaryKey, to: &mut dyn Listener) {
    let PrimaryKey { columns, include, storage } = key;
    list(to, "columns", columns);
    list(to, "include", include);
    parameters(to, "storage parameters", storage);
}
