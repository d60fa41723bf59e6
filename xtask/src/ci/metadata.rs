//! What cargo knows of the workspace and of everything that it depends on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::failure::Failure;
use crate::process::{cargo, read as read_process};

/// One package of the dependency tree.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The SPDX expression, where there is one.
    pub(crate) licence: Option<String>,
    /// Whether it is one of the workspace's own.
    pub(crate) ours: bool,
    /// The ids of what it needs at run time.
    pub(crate) needs: Vec<String>,
}

/// Every package by its id, on all platforms, for tests and builds too.
pub(crate) type Metadata = BTreeMap<String, Package>;

/// Asks cargo, holding it to `Cargo.lock`.
pub(crate) fn read() -> Result<Metadata, Failure> {
    let text = read_process(&mut cargo(&["metadata", "--format-version", "1", "--locked"]))?;
    let unreadable =
        |what: &str| Failure::new(format!("cargo metadata cannot be read: {what}"), "update the toolchain");
    let value: Value = serde_json::from_str(&text).map_err(|error| unreadable(&error.to_string()))?;
    let members: BTreeSet<&str> = list(&value["workspace_members"]).filter_map(Value::as_str).collect();
    let needs: BTreeMap<&str, Vec<String>> =
        list(&value["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, run_time(node)))).collect();
    let packages = list(&value["packages"]).filter_map(|package| {
        let id = package["id"].as_str()?;
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let one = Package {
            name: text("name")?,
            version: text("version")?,
            licence: text("license"),
            ours: members.contains(id),
            needs: needs.get(id).cloned().unwrap_or_default(),
        };
        Some((id.to_owned(), one))
    });
    let metadata: Metadata = packages.collect();
    if metadata.is_empty() { Err(unreadable("it lists no package")) } else { Ok(metadata) }
}

/// The dependencies that are neither for tests nor for building.
fn run_time(node: &Value) -> Vec<String> {
    list(&node["deps"])
        .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
        .filter_map(|dependency| dependency["pkg"].as_str().map(str::to_owned))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
