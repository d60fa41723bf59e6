//! The rows of the statement, freed of the wire.

use serde::de::DeserializeOwned;

use super::query::ServerVersion;
use super::{column, comment, constraint, enumeration, extension, index, schema, sequence, table, unsupported};
use crate::CatalogError;

/// Everything that was read, by kind, as the server said it.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) version: Option<ServerVersion>,
    pub(crate) schemas: Vec<schema::Row>,
    pub(crate) extensions: Vec<extension::Row>,
    pub(crate) enums: Vec<enumeration::Row>,
    pub(crate) tables: Vec<table::Row>,
    pub(crate) references: Vec<table::ReferenceRow>,
    pub(crate) columns: Vec<column::Row>,
    pub(crate) constraints: Vec<constraint::Row>,
    pub(crate) indexes: Vec<index::Row>,
    pub(crate) sequences: Vec<sequence::Row>,
    pub(crate) comments: Vec<comment::Row>,
    pub(crate) unsupported: Vec<unsupported::Row>,
}

impl Rows {
    /// Takes one row.
    pub(crate) fn push(&mut self, kind: &str, object: &str) -> Result<(), CatalogError> {
        match kind {
            "server" => self.version = Some(ServerVersion(decode::<[u32; 1]>(kind, object)?[0])),
            "schema" => self.schemas.push(decode(kind, object)?),
            "extension" => self.extensions.push(decode(kind, object)?),
            "enum" => self.enums.push(decode(kind, object)?),
            "table" => self.tables.push(decode(kind, object)?),
            "reference" => self.references.push(decode(kind, object)?),
            "column" => self.columns.push(decode(kind, object)?),
            "constraint" => self.constraints.push(decode(kind, object)?),
            "index" => self.indexes.push(decode(kind, object)?),
            "sequence" => self.sequences.push(decode(kind, object)?),
            "comment" => self.comments.push(decode(kind, object)?),
            "unsupported" => self.unsupported.push(decode(kind, object)?),
            _ => return Err(unreadable(kind, object, "no such kind of row is known")),
        }
        Ok(())
    }
}

fn decode<T: DeserializeOwned>(kind: &str, object: &str) -> Result<T, CatalogError> {
    serde_json::from_str(object).map_err(|error| unreadable(kind, object, &error.to_string()))
}

fn unreadable(kind: &str, object: &str, reason: &str) -> CatalogError {
    CatalogError::Unreadable { kind: kind.to_owned(), object: object.to_owned(), reason: reason.to_owned() }
}
