//! `storage`: extensions, and schemas with everything in them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::entries::Entries;
use super::enumeration::EnumEntry;
use super::extension::ExtensionEntry;
use super::sequence::SequenceEntry;
use super::table::TableEntry;
use super::text::{ControlWord, Read, read_map};
use crate::{Contract, Ident, QName, Schema, Space};

/// Everything that is hashed, as it is read. [`super::view::StorageView`] is what is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Storage {
    extensions: Entries<ExtensionEntry>,
    schemas: Entries<SchemaEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SchemaEntry {
    comment: Option<String>,
    control: Option<ControlWord>,
    enums: Entries<EnumEntry>,
    sequences: Entries<SequenceEntry>,
    tables: Entries<TableEntry>,
}

impl Storage {
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
