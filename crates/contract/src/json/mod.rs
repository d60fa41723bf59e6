//! `contract.json`: the contract as a file, and its hash.
//!
//! The types of the file are its own, apart from the model, so that the model can change without changing files. What
//! has its default is left out, so that a kind or field added later does not change the hash of a contract without it.
//! Keys are sorted; names are in stored form; expressions and types are canonical text; integers that a double cannot
//! hold are strings.

mod column;
mod constraint;
mod entries;
mod enumeration;
mod error;
mod exclusion;
mod extension;
mod foreign_key;
mod hash;
mod index;
mod schema;
mod sequence;
pub mod strict;
mod table;
mod text;
mod view;

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Contract, Ident, QName, Space};

pub use error::ContractError;
pub use hash::{StorageHash, storage_hash};

use schema::Storage;
use text::{Fault, Read};
use view::StorageView;

/// The format that this version writes, and the only one that it reads.
pub const FORMAT: u64 = 1;
/// The largest `contract.json` that is read, in bytes: some 40,000 tables take as much, and a machine bears it several
/// times over.
pub const MAX_BYTES: usize = 64 << 20;
/// The target that a contract is for.
const TARGET: &str = "postgres";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    #[serde(default)]
    column_order: BTreeMap<String, Vec<String>>,
    digest: String,
    format: u64,
    space: String,
    storage: Storage,
    storage_hash: String,
    target: String,
}

/// The file of a contract that is in memory, its fields in order. Without `digest` and `storage` it is what the digest is
/// of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileView<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    column_order: BTreeMap<String, Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    format: u64,
    space: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<StorageView<'a>>,
    storage_hash: &'a str,
    target: &'static str,
}

impl<'a> FileView<'a> {
    fn of(contract: &'a Contract, hash: &'a StorageHash) -> Self {
        let mut file = Self {
            column_order: column_order(contract),
            digest: None,
            format: FORMAT,
            space: contract.space.as_str(),
            storage: None,
            storage_hash: hash.as_str(),
            target: TARGET,
        };
        file.digest = Some(hash::digest_of_rest(&file));
        file.storage = Some(StorageView::of(contract));
        file
    }
}

/// The contract as `contract.json` holds it: keys sorted, two-space indent, a final newline. Equal contracts whose
/// columns stand in the same order give equal bytes. What the model does not hold (`unsupported`) is not written.
pub fn to_json(contract: &Contract) -> String {
    to_json_with_hash(contract, &storage_hash(contract))
}

/// [`to_json`] where the contract's hash is known.
pub fn to_json_with_hash(contract: &Contract, hash: &StorageHash) -> String {
    // The file's types have string keys and nothing that JSON could not say.
    let mut text = serde_json::to_string_pretty(&FileView::of(contract, hash)).unwrap_or_default();
    text.push('\n');
    text
}

/// Whether a text is what [`to_json`] writes of a contract of this hash, with whatever white space.
pub fn says(text: &str, contract: &Contract, hash: &StorageHash) -> bool {
    text.len() <= MAX_BYTES && strict::says(text, &FileView::of(contract, hash))
}

/// Reads what [`to_json`] wrote, with whatever white space. Its hash and its digest are computed again and must be those
/// in the file.
pub fn from_json(text: &str) -> Result<Contract, ContractError> {
    from_json_with_hash(text).map(|(contract, _)| contract)
}

/// [`from_json`], and the hash that was checked.
pub fn from_json_with_hash(text: &str) -> Result<(Contract, StorageHash), ContractError> {
    match as_written(text) {
        Some(read) => Ok(read),
        None => from_any_json(text),
    }
}

/// Reads a text that is in every way what [`to_json`] wrote, without a tree between. Of anything else
/// [`from_any_json`] says what it is.
fn as_written(text: &str) -> Option<(Contract, StorageHash)> {
    // What sorts otherwise in UTF-16, see `strict::canonical`, is left to the other way too.
    if text.len() > MAX_BYTES || text.bytes().any(|byte| byte >= 0xEE) {
        return None;
    }
    let file: File = serde_json::from_str(text).ok()?;
    if file.format != FORMAT || file.target != TARGET {
        return None;
    }
    let declared = StorageHash::parse(&file.storage_hash)?;
    let mut contract = file.storage.read(Space::new(&file.space)?).ok()?;
    order_columns(&mut contract, &file.column_order).ok()?;
    // Its hash and its digest are those in the file where the whole of the file is what is written of this contract.
    (storage_hash(&contract) == declared && says(text, &contract, &declared)).then_some((contract, declared))
}

fn from_any_json(text: &str) -> Result<(Contract, StorageHash), ContractError> {
    let value = strict::read(text, MAX_BYTES)?;
    if !value.is_object() {
        return Err(Fault::new("this is not a JSON object").into());
    }
    let format = value.get("format").cloned().unwrap_or(Value::Null);
    if format.as_u64() != Some(FORMAT) {
        return Err(ContractError::FormatUnknown { found: format.to_string() });
    }
    let found = value.get("storage").map(hash::of_value);
    let digest = hash::digest_of(&value);
    let file: File = serde_json::from_value(value).map_err(|error| Fault::new(error.to_string()))?;
    if file.target != TARGET {
        return Err(ContractError::TargetUnknown { found: file.target });
    }
    let declared = StorageHash::parse(&file.storage_hash)
        .ok_or_else(|| Fault::new("this is not 64 lower-case hexadecimal digits").within("storageHash"))?;
    if let Some(found) = found.filter(|found| *found != declared) {
        return Err(ContractError::HashMismatch { declared, found });
    }
    // The storage hash says nothing of the space and the order of columns.
    if file.digest != digest {
        return Err(ContractError::DigestMismatch { declared: file.digest, found: digest });
    }
    let space =
        Space::new(&file.space).ok_or_else(|| Fault::new("this cannot be the name of a space").within("space"))?;
    let mut contract = file.storage.read(space).map_err(|fault| fault.within("storage"))?;
    order_columns(&mut contract, &file.column_order).map_err(|fault| fault.within("columnOrder"))?;
    // The hash in the file is that of its own text; this refuses a text that says the same in another way.
    if storage_hash(&contract) != declared {
        return Err(Fault::new("this is not in the form that novate writes").within("storage").into());
    }
    Ok((contract, declared))
}

/// The columns of each table whose columns are not in alphabetical order.
fn column_order(contract: &Contract) -> BTreeMap<String, Vec<&str>> {
    let unsorted = contract.tables.iter().filter(|(_, table)| !table.columns.keys().is_sorted());
    unsorted.map(|(name, table)| (name.to_string(), table.columns.keys().map(Ident::as_str).collect())).collect()
}

fn order_columns(contract: &mut Contract, order: &BTreeMap<String, Vec<String>>) -> Read<()> {
    let names: HashMap<String, QName> = contract.tables.keys().map(|name| (name.to_string(), name.clone())).collect();
    for (name, columns) in order {
        let table = names.get(name).and_then(|name| contract.tables.get_mut(name));
        let table = table.ok_or_else(|| Fault::new("there is no such table").within(name))?;
        let not_a_permutation = || Fault::new("these are not the table's columns, each once").within(name);
        if columns.len() != table.columns.len() {
            return Err(not_a_permutation());
        }
        let mut ordered = IndexMap::with_capacity(columns.len());
        for column in columns {
            let (column, payload) = table.columns.shift_remove_entry(column.as_str()).ok_or_else(not_a_permutation)?;
            ordered.insert(column, payload);
        }
        table.columns = ordered;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
