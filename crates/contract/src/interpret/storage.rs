//! Storage parameters.

use novate_sql::ast::StorageParameter;

use crate::StorageParameters;

/// Parameters as the model holds them. One without a value is switched on; `oids` was never true and is left out.
pub(super) fn parameters(written: &[StorageParameter]) -> StorageParameters {
    let mut all = StorageParameters::new();
    set(&mut all, written);
    all
}

/// `SET (...)`.
pub(super) fn set(all: &mut StorageParameters, written: &[StorageParameter]) {
    for parameter in written.iter().filter(|parameter| parameter.name != "oids") {
        let value = parameter.value.clone().unwrap_or_else(|| "true".to_owned());
        all.insert(parameter.name.clone(), value);
    }
}

/// `RESET (...)`.
pub(super) fn reset(all: &mut StorageParameters, names: &[String]) {
    for name in names {
        all.remove(name);
    }
}
