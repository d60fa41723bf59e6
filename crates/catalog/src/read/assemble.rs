//! From rows to a contract: numbers become names, and everything finds its place.

use std::collections::{BTreeMap, HashMap};

use novate_contract::{
    Contract, Control, Enum, Extension, Ident, Partition, QName, ReplicaIdentity, RowSecurity, Schema, Space, Table,
    UnsupportedObject,
};

use super::comment::On;
use super::rows::Rows;
use super::text::{Types, storage};
use super::{InstalledExtension, ServerVersion, Snapshot, column, constraint, index, sequence, table};
use crate::CatalogError;

/// What the numbers in the rows stand for.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    tables: HashMap<i64, QName>,
    columns: HashMap<(i64, i16), Ident>,
    comments: HashMap<(On, i64, i16), String>,
}

impl Numbers {
    /// The table with this number; an empty name for one that the statement did not return, which cannot be.
    pub(super) fn table(&self, oid: i64) -> QName {
        self.tables.get(&oid).cloned().unwrap_or_else(|| QName::new("", ""))
    }

    /// The columns with these numbers.
    pub(super) fn columns(&self, table: i64, numbers: &[i16]) -> Vec<Ident> {
        numbers.iter().filter_map(|number| self.column(table, *number)).collect()
    }

    /// The column with this number.
    pub(super) fn column(&self, table: i64, number: i16) -> Option<Ident> {
        self.columns.get(&(table, number)).cloned()
    }

    /// The comment on an object.
    pub(super) fn comment(&self, on: On, oid: i64) -> Option<String> {
        self.column_comment(on, oid, 0)
    }

    /// The comment on a column.
    pub(super) fn column_comment(&self, on: On, oid: i64, column: i16) -> Option<String> {
        self.comments.get(&(on, oid, column)).cloned()
    }
}

/// The snapshot that the rows describe.
pub(super) fn snapshot(rows: &Rows, space: Space) -> Result<Snapshot, CatalogError> {
    let server_version: ServerVersion = rows.version.ok_or(CatalogError::NoAnswer)?;
    let numbers = numbers(rows);
    let mut types = Types::default();
    let mut contract = Contract::empty(space);
    contract.schemas = rows
        .schemas
        .iter()
        .map(|row| {
            (
                row.ident(),
                Schema { control: Control::Managed, comment: row.comment(numbers.comment(On::Schema, row.oid)) },
            )
        })
        .collect();
    let mut extensions = BTreeMap::new();
    for row in &rows.extensions {
        let (name, schema) = (Ident::new(&row.name), Ident::new(&row.schema));
        let comment = numbers.comment(On::Extension, row.oid);
        let own = row.own_comment.is_none() || comment == row.own_comment;
        let entry = Extension {
            schema: Some(schema.clone()),
            version: None,
            control: Control::Managed,
            comment: comment.clone().filter(|_| !own),
        };
        contract.extensions.insert(name.clone(), entry);
        extensions.insert(name, InstalledExtension { schema, version: row.version.clone(), comment });
    }
    for row in &rows.enums {
        let entry =
            Enum { values: row.values.clone(), control: Control::Managed, comment: numbers.comment(On::Type, row.oid) };
        contract.enums.insert(QName::new(row.schema.as_str(), row.name.as_str()), entry);
    }
    let mut tables: HashMap<i64, Table> = rows.tables.iter().map(|row| (row.oid, bare_table(row, &numbers))).collect();
    column::place(&rows.columns, &numbers, &mut types, &mut tables);
    sequence::place(server_version, &rows.sequences, &numbers, &mut types, &mut tables, &mut contract);
    index::place(&rows.indexes, &rows.constraints, &numbers, &mut tables);
    constraint::place(&rows.constraints, &rows.indexes, &numbers, &mut tables);
    contract.tables = tables.into_iter().map(|(oid, table)| (numbers.table(oid), table)).collect();
    contract.unsupported = rows
        .unsupported
        .iter()
        .map(|row| (row.kind.clone(), row.name.clone()))
        .chain(column::options(&rows.columns, &numbers))
        .map(|(kind, name)| UnsupportedObject { kind, name, place: String::new() })
        .collect();
    contract.unsupported.sort();
    Ok(Snapshot { contract, extensions, server_version })
}

fn numbers(rows: &Rows) -> Numbers {
    let mut numbers = Numbers::default();
    for row in &rows.tables {
        numbers.tables.insert(row.oid, QName::new(row.schema.as_str(), row.name.as_str()));
    }
    for row in &rows.references {
        numbers.tables.insert(row.oid, QName::new(row.schema.as_str(), row.name.as_str()));
        for (number, name) in row.columns.iter().flatten() {
            numbers.columns.insert((row.oid, *number), Ident::new(name));
        }
    }
    for row in &rows.columns {
        numbers.columns.insert((row.table, row.number), Ident::new(&row.name));
    }
    for row in &rows.comments {
        numbers.comments.insert((row.on, row.oid, row.column), row.text.clone());
    }
    numbers
}

fn bare_table(row: &table::Row, numbers: &Numbers) -> Table {
    let mut parents: Vec<QName> = row.parents.iter().flatten().map(|oid| numbers.table(*oid)).collect();
    let partition_of = match (&row.partition_bound, parents.first()) {
        (Some(bound), Some(parent)) => Some(Partition { parent: parent.clone(), bound: bound.clone() }),
        _ => None,
    };
    if partition_of.is_some() {
        parents.clear();
    }
    let mut parameters = storage(row.storage.as_ref(), "");
    parameters.extend(storage(row.toast_storage.as_ref(), "toast."));
    Table {
        unlogged: row.unlogged,
        access_method: row.access_method.as_ref().map(Ident::new),
        storage: parameters,
        row_security: RowSecurity { enabled: row.secured, forced: row.forced },
        replica_identity: match row.replica_identity.as_str() {
            "f" => ReplicaIdentity::Full,
            "n" => ReplicaIdentity::Nothing,
            // The index that is meant says so itself.
            _ => ReplicaIdentity::Default,
        },
        partition_by: row.partition_by.clone(),
        partition_of,
        inherits: parents,
        comment: numbers.comment(On::Relation, row.oid),
        ..Table::default()
    }
}
