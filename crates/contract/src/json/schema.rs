//! `storage`: extensions, and schemas with everything in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::enumeration::EnumEntry;
use super::extension::ExtensionEntry;
use super::sequence::SequenceEntry;
use super::table::TableEntry;
use super::text::{ControlWord, Read, is_default, read_map};
use crate::{Contract, Ident, QName, Schema, Space};

/// Everything that is hashed.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Storage {
    #[serde(default, skip_serializing_if = "is_default")]
    extensions: BTreeMap<String, ExtensionEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    schemas: BTreeMap<String, SchemaEntry>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SchemaEntry {
    #[serde(skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    control: Option<ControlWord>,
    #[serde(skip_serializing_if = "is_default")]
    enums: BTreeMap<String, EnumEntry>,
    #[serde(skip_serializing_if = "is_default")]
    sequences: BTreeMap<String, SequenceEntry>,
    #[serde(skip_serializing_if = "is_default")]
    tables: BTreeMap<String, TableEntry>,
}

impl Storage {
    /// An object whose schema the contract lacks (which `validate` refuses) brings that schema along.
    pub(super) fn of(contract: &Contract) -> Self {
        let key = |name: &Ident| name.as_str().to_owned();
        let mut schemas: BTreeMap<String, SchemaEntry> = BTreeMap::new();
        for (name, schema) in &contract.schemas {
            let entry = schemas.entry(key(name)).or_default();
            entry.comment.clone_from(&schema.comment);
            entry.control = ControlWord::of(schema.control);
        }
        for (name, payload) in &contract.enums {
            let entry = schemas.entry(key(&name.schema)).or_default();
            entry.enums.insert(key(&name.name), EnumEntry::of(payload));
        }
        for (name, sequence) in &contract.sequences {
            let entry = schemas.entry(key(&name.schema)).or_default();
            entry.sequences.insert(key(&name.name), SequenceEntry::of(&name.schema, sequence));
        }
        for (name, table) in &contract.tables {
            let entry = schemas.entry(key(&name.schema)).or_default();
            entry.tables.insert(key(&name.name), TableEntry::of(&name.schema, table));
        }
        let extensions = contract.extensions.iter().map(|(name, it)| (key(name), ExtensionEntry::of(it))).collect();
        Self { extensions, schemas }
    }

    pub(super) fn read(self, space: Space) -> Read<Contract> {
        let mut contract = Contract { schemas: BTreeMap::new(), ..Contract::empty(space) };
        contract.extensions =
            read_map(self.extensions, |_, entry| entry.read()).map_err(|fault| fault.within("extensions"))?;
        let parts: Vec<(Ident, Parts)> =
            read_map(self.schemas, |name, entry| entry.read(name)).map_err(|fault| fault.within("schemas"))?;
        for (name, parts) in parts {
            contract.schemas.insert(name, parts.schema);
            contract.enums.extend(parts.enums);
            contract.sequences.extend(parts.sequences);
            contract.tables.extend(parts.tables);
        }
        Ok(contract)
    }
}

/// A schema and what is in it.
struct Parts {
    schema: Schema,
    enums: Vec<(QName, crate::Enum)>,
    sequences: Vec<(QName, crate::Sequence)>,
    tables: Vec<(QName, crate::Table)>,
}

impl SchemaEntry {
    fn read(self, name: &Ident) -> Read<Parts> {
        let enums: Vec<_> = read_map(self.enums, |_, entry| Ok(entry.read())).map_err(|fault| fault.within("enums"))?;
        let sequences: Vec<_> =
            read_map(self.sequences, |_, entry| entry.read(name)).map_err(|fault| fault.within("sequences"))?;
        let tables: Vec<_> =
            read_map(self.tables, |_, entry| entry.read(name)).map_err(|fault| fault.within("tables"))?;
        Ok(Parts {
            schema: Schema { control: ControlWord::read(self.control), comment: self.comment },
            enums: qualified(name, enums),
            sequences: qualified(name, sequences),
            tables: qualified(name, tables),
        })
    }
}

fn qualified<T>(schema: &Ident, all: Vec<(Ident, T)>) -> Vec<(QName, T)> {
    all.into_iter().map(|(name, payload)| (QName::new(schema.clone(), name), payload)).collect()
}
