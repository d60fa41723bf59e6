//! The snapshot while it is being read: rows become a contract one by one, in the order in which they come.

use std::collections::BTreeMap;

use novate_contract::{Contract, Enum, Ident, QName, Space, StorageParameters, Table, UnsupportedObject};
use tokio_postgres::{SimpleColumn, SimpleQueryMessage};

use super::attribute::Attribute;
use super::collation::Collations;
use super::comment::On;
use super::constraint::Waiting;
use super::enumeration::Label;
use super::expression::Expressions;
use super::fields::{Fields, Oid};
use super::foreign_key::ForeignKeys;
use super::numbers::Numbered;
use super::operator_class::OperatorClasses;
use super::query::{Part, ServerVersion};
use super::ty::Types;
use super::{
    InstalledExtension, Snapshot, collation, column, comment, constraint, default, enumeration, extension, index,
    inheritance, method, operator_class, schema, sequence, table, ty, unsupported,
};
use crate::CatalogError;

/// What is known so far. Numbers stand for objects; what was not read before is passed over, which can only be
/// something that came into being between two statements.
pub(super) struct Draft {
    pub(super) version: ServerVersion,
    pub(super) contract: Contract,
    pub(super) extensions: BTreeMap<Ident, InstalledExtension>,
    pub(super) comments: Numbered<(On, Oid, i16), String>,
    pub(super) schemas: Numbered<Oid, schema::Place>,
    pub(super) types: Types,
    pub(super) enums: Numbered<Oid, (QName, Enum, Vec<Label>)>,
    pub(super) methods: Numbered<Oid, Ident>,
    pub(super) collations: Collations,
    pub(super) classes: OperatorClasses,
    pub(super) relations: Relations,
    pub(super) parents: Numbered<Oid, Vec<(i32, Oid)>>,
    /// Storage parameters of TOAST tables.
    pub(super) toast: Numbered<Oid, StorageParameters>,
    pub(super) attributes: Numbered<(Oid, i16), Attribute>,
    pub(super) expressions: Expressions,
    /// Constraints that an index enforces, by that index.
    pub(super) waiting: Numbered<Oid, Waiting>,
    /// Foreign keys that may be parts of others.
    pub(super) foreign_keys: ForeignKeys,
    part: Option<Part>,
    is_complete: bool,
}

/// Relations by number, each in its own place, so that nothing large moves where the map grows.
pub(super) type Relations = Numbered<Oid, Box<Relation>>;

/// A table, or something that is like one.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: QName,
    /// Whether it is part of the contract, or only referred to.
    pub(super) counts: bool,
    /// A table, partitioned ones included.
    pub(super) is_table: bool,
    pub(super) table: Table,
    /// Where the large values of its rows are.
    pub(super) toast: Option<Oid>,
    /// Until it is known of which table.
    pub(super) partition_bound: Option<String>,
    /// Whether a column came before one of a smaller number.
    pub(super) is_disordered: bool,
    /// Columns in the table by their numbers.
    pub(super) places: Vec<Option<Place>>,
}

/// A column by its number.
#[derive(Debug)]
pub(super) struct Place {
    /// Where in the table it is.
    pub(super) at: usize,
    pub(super) ty: Oid,
    /// The letter of `attgenerated`.
    pub(super) generated: char,
}

impl Relation {
    /// A table without a name.
    pub(super) fn of(table: Table) -> Self {
        Self {
            name: QName::new("", ""),
            counts: false,
            is_table: false,
            table,
            toast: None,
            partition_bound: None,
            is_disordered: false,
            places: Vec::new(),
        }
    }
}

impl Draft {
    /// Nothing yet, of a server of this version.
    pub(super) fn new(version: ServerVersion, space: Space) -> Self {
        Self {
            version,
            contract: Contract::empty(space),
            extensions: BTreeMap::new(),
            comments: Numbered::default(),
            schemas: Numbered::default(),
            types: Types::default(),
            enums: Numbered::default(),
            methods: Numbered::default(),
            collations: Collations::default(),
            classes: OperatorClasses::default(),
            relations: Numbered::default(),
            parents: Numbered::default(),
            toast: Numbered::default(),
            attributes: Numbered::default(),
            expressions: Expressions::default(),
            waiting: Numbered::default(),
            foreign_keys: ForeignKeys::default(),
            part: None,
            is_complete: false,
        }
    }

    /// Whether rows that come now are no part of the catalog.
    pub(super) fn is_between(&self) -> bool {
        self.part.is_none()
    }

    /// Takes one message of the answer.
    pub(super) fn take(&mut self, message: &SimpleQueryMessage) -> Result<(), CatalogError> {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                self.part = columns.first().map(SimpleColumn::name).and_then(Part::named);
            }
            SimpleQueryMessage::Row(row) => {
                if let Some(part) = self.part {
                    self.take_row(part, &mut Fields::new(part, row))?;
                }
            }
            SimpleQueryMessage::CommandComplete(_) => {
                if let Some(part) = self.part.take() {
                    self.complete(part);
                    self.is_complete |= part.is_last();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_row(&mut self, part: Part, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
        match part {
            Part::Comment => comment::take(self, fields),
            Part::Schema => schema::take(self, fields),
            Part::Extension => extension::take(self, fields),
            Part::Type => ty::take(self, fields),
            Part::EnumLabel => enumeration::take(self, fields),
            Part::AccessMethod => method::take(self, fields),
            Part::Collation => collation::take(self, fields),
            Part::OperatorClass => operator_class::take(self, fields),
            Part::Table => table::take(self, fields),
            Part::Inheritance => inheritance::take(self, fields),
            Part::Column => column::take(self, fields),
            Part::Default => default::take(self, fields),
            Part::Constraint => constraint::take(self, fields),
            Part::Index => index::take(self, fields),
            Part::Sequence => sequence::take(self, fields),
            Part::Unsupported => unsupported::take(self, fields),
        }
    }

    /// What can be done only once all rows of a part are there.
    fn complete(&mut self, part: Part) {
        match part {
            Part::EnumLabel => enumeration::place(self),
            Part::Table => table::place(self),
            Part::Inheritance => inheritance::place(self),
            Part::Column => column::place(self),
            Part::Constraint => constraint::place(self),
            _ => {}
        }
    }

    /// The snapshot, if everything has come.
    pub(super) fn finish(mut self) -> Result<Snapshot, CatalogError> {
        if !self.is_complete {
            return Err(CatalogError::NoAnswer);
        }
        let tables = self.relations.into_values().filter(|relation| relation.counts && relation.is_table);
        self.contract.tables = tables.map(|relation| (relation.name, relation.table)).collect();
        self.contract.unsupported.sort();
        Ok(Snapshot { contract: self.contract, extensions: self.extensions, server_version: self.version })
    }

    /// The name of a schema; an empty one for one that is not there any more.
    pub(super) fn schema_name(&self, schema: Oid) -> Ident {
        self.schemas.get(&schema).map_or_else(|| Ident::new(""), |place| place.name.clone())
    }

    /// The comment on an object.
    pub(super) fn comment(&mut self, on: On, oid: Oid) -> Option<String> {
        self.column_comment(on, oid, 0)
    }

    /// The comment on a column.
    pub(super) fn column_comment(&mut self, on: On, oid: Oid, column: i16) -> Option<String> {
        self.comments.remove(&(on, oid, column))
    }

    /// Names an object of a kind that is not modelled.
    pub(super) fn unsupported(&mut self, kind: &str, name: String) {
        self.contract.unsupported.push(UnsupportedObject { kind: kind.to_owned(), name, place: String::new() });
    }
}
