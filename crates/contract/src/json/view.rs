//! `storage` of a contract that is in memory, made piece by piece while it is written: for its hash nobody needs it whole.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::enumeration::EnumEntry;
use super::extension::ExtensionEntry;
use super::sequence::SequenceEntry;
use super::table::TableEntry;
use super::text::ControlWord;
use crate::{Contract, Enum, Extension, Ident, QName, Sequence, Table};

/// Everything that is hashed, as it is written; [`super::schema::Storage`] is what is read. An object whose schema the
/// contract lacks (which `validate` refuses) brings that schema along.
#[derive(Serialize)]
pub(super) struct StorageView<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "extensions")]
    extensions: Vec<(&'a Ident, &'a Extension)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    schemas: BTreeMap<&'a str, SchemaView<'a>>,
}

#[derive(Default, Serialize)]
struct SchemaView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<ControlWord>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "enums")]
    enums: Vec<(&'a QName, &'a Enum)>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "sequences")]
    sequences: Vec<(&'a QName, &'a Sequence)>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "tables")]
    tables: Vec<(&'a QName, &'a Table)>,
}

impl<'a> StorageView<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        let mut schemas: BTreeMap<&'a str, SchemaView<'a>> = BTreeMap::new();
        for (name, schema) in &contract.schemas {
            let view = schemas.entry(name.as_str()).or_default();
            view.comment = schema.comment.as_deref();
            view.control = ControlWord::of(schema.control);
        }
        for (name, payload) in &contract.enums {
            schemas.entry(name.schema.as_str()).or_default().enums.push((name, payload));
        }
        for (name, payload) in &contract.sequences {
            schemas.entry(name.schema.as_str()).or_default().sequences.push((name, payload));
        }
        for (name, payload) in &contract.tables {
            schemas.entry(name.schema.as_str()).or_default().tables.push((name, payload));
        }
        Self { extensions: contract.extensions.iter().collect(), schemas }
    }
}

fn extensions<S: Serializer>(all: &[(&Ident, &Extension)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(all.iter().map(|(name, payload)| (name.as_str(), ExtensionEntry::of(payload))))
}

fn enums<S: Serializer>(all: &[(&QName, &Enum)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(all.iter().map(|(name, payload)| (name.name.as_str(), EnumEntry::of(payload))))
}

fn sequences<S: Serializer>(all: &[(&QName, &Sequence)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(all.iter().map(|(name, payload)| (name.name.as_str(), SequenceEntry::of(&name.schema, payload))))
}

fn tables<S: Serializer>(all: &[(&QName, &Table)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(all.iter().map(|(name, payload)| (name.name.as_str(), TableEntry::of(&name.schema, payload))))
}
