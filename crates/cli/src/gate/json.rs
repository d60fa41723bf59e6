//! The findings as one JSON object.

use serde_json::{Value, json};

use super::Gate;
use crate::operations;
use crate::problem::Problem;

/// On failure the first error, as every command fails, with the other errors in `also`; `warnings` and `pending` on
/// success and on failure alike.
pub(super) fn value(gate: &Gate) -> Value {
    let mut errors = gate.errors();
    let mut value = errors.next().map_or_else(|| json!({ "ok": true }), Problem::to_json);
    let also: Vec<Value> = errors.map(Problem::to_json).collect();
    if let Value::Object(map) = &mut value {
        if !also.is_empty() {
            map.insert("also".to_owned(), also.into());
        }
        map.insert("verdict".to_owned(), gate.verdict().into());
        map.insert("warnings".to_owned(), gate.warnings().map(Problem::to_json).collect());
        map.insert("packages".to_owned(), gate.packages.into());
        map.insert("snapshots".to_owned(), gate.snapshots.into());
        map.insert("replayed".to_owned(), gate.replayed.into());
        map.insert("unsupported".to_owned(), gate.unsupported.clone());
        map.insert("base".to_owned(), gate.base.clone().into());
        map.insert("pending".to_owned(), gate.pending.iter().map(package).collect());
    }
    value
}

fn package(package: &crate::review::Reviewed) -> Value {
    json!({
        "package": package.name.as_str(),
        "from": package.from.as_ref().map(novate_contract::StorageHash::as_str),
        "to": package.to.as_ref().map(novate_contract::StorageHash::as_str),
        "transaction": package.mode.as_str(),
        "operations": operations::json(&package.operations),
        "allowed": package.allowed.iter().map(|allow| json!({
            "operation": allow.operation, "hazard": allow.hazard.as_str(), "reason": allow.reason,
        })).collect::<Vec<_>>(),
    })
}
