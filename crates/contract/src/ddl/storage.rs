//! Storage parameters.

use std::collections::BTreeMap;

use novate_sql::{Ident, Literal};

use crate::StorageParameters;

/// `fillfactor=70, toast.autovacuum_enabled=false`, without parentheses. Values are quoted unless they are plain
/// numbers or switches.
pub fn parameters(parameters: &BTreeMap<String, String>) -> String {
    let all: Vec<String> = parameters.iter().map(|(name, value)| format!("{}={}", key(name), literal(value))).collect();
    all.join(", ")
}

/// ` WITH (...)`, or nothing.
pub(super) fn with(storage: &StorageParameters) -> String {
    if storage.is_empty() { String::new() } else { format!(" WITH ({})", parameters(storage)) }
}

/// `SET (...)` and `RESET (...)` that lead from one to the other, each only where there is something to say.
pub(super) fn changes(from: &StorageParameters, to: &StorageParameters) -> Vec<String> {
    let set: StorageParameters =
        to.iter().filter(|&(name, value)| from.get(name) != Some(value)).map(|(n, v)| (n.clone(), v.clone())).collect();
    let reset: Vec<String> = from.keys().filter(|name| !to.contains_key(*name)).map(|name| key(name)).collect();
    let mut said = Vec::new();
    if !set.is_empty() {
        said.push(format!("SET ({})", parameters(&set)));
    }
    if !reset.is_empty() {
        said.push(format!("RESET ({})", reset.join(", ")));
    }
    said
}

fn key(name: &str) -> String {
    let parts: Vec<String> = name.split('.').map(|part| Ident::new(part).to_string()).collect();
    parts.join(".")
}

fn literal(value: &str) -> String {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.matches('.').count() <= 1;
    let switch = matches!(value, "true" | "false" | "on" | "off" | "auto");
    if number || switch { value.to_owned() } else { Literal(value).to_string() }
}
