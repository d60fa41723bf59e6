//! Objects by id: what the generic difference walks over.

use std::collections::BTreeMap;
use std::fmt;

use super::{Column, Constraint, Contract, Control, Enum, Extension, Ident, Index, QName, Schema, Sequence, Table};

/// The kinds of object, in the order in which they are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A schema.
    Schema,
    /// An extension.
    Extension,
    /// An enum type.
    Enum,
    /// A sequence.
    Sequence,
    /// A table without its columns, constraints and indexes.
    Table,
    /// A column.
    Column,
    /// A primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A check constraint.
    Check,
    /// An exclusion constraint.
    Exclusion,
    /// An index.
    Index,
    /// A foreign key.
    ForeignKey,
    /// A comment.
    Comment,
}

impl ObjectKind {
    /// Every kind, in order.
    pub const ALL: [Self; 13] = [
        Self::Schema,
        Self::Extension,
        Self::Enum,
        Self::Sequence,
        Self::Table,
        Self::Column,
        Self::PrimaryKey,
        Self::Unique,
        Self::Check,
        Self::Exclusion,
        Self::Index,
        Self::ForeignKey,
        Self::Comment,
    ];

    /// What people and `ops.json` call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Enum => "enum",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique",
            Self::Check => "check",
            Self::Exclusion => "exclusion",
            Self::Index => "index",
            Self::ForeignKey => "foreign key",
            Self::Comment => "comment",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kinds of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConstraintTag {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
    /// `FOREIGN KEY`.
    ForeignKey,
}

impl ConstraintTag {
    /// As a kind of object.
    pub fn kind(self) -> ObjectKind {
        match self {
            Self::PrimaryKey => ObjectKind::PrimaryKey,
            Self::Unique => ObjectKind::Unique,
            Self::Check => ObjectKind::Check,
            Self::Exclusion => ObjectKind::Exclusion,
            Self::ForeignKey => ObjectKind::ForeignKey,
        }
    }
}

/// An object's identity: its kind and its name. Displays as `table public.users`, `column public.users.email`,
/// `foreign key public.posts.posts_author_fkey`, `index public.users_email_idx`, `comment on table public.users`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectId {
    /// A schema.
    Schema(Ident),
    /// An extension.
    Extension(Ident),
    /// An enum type.
    Enum(QName),
    /// A sequence.
    Sequence(QName),
    /// A table.
    Table(QName),
    /// A column of a table.
    Column(QName, Ident),
    /// A constraint of a table. Names are unique within a table whatever the kind.
    Constraint(ConstraintTag, QName, Ident),
    /// An index of a table; it lives in the table's schema.
    Index(QName, Ident),
    /// The comment on an object.
    Comment(Box<ObjectId>),
}

impl ObjectId {
    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Schema(_) => ObjectKind::Schema,
            Self::Extension(_) => ObjectKind::Extension,
            Self::Enum(_) => ObjectKind::Enum,
            Self::Sequence(_) => ObjectKind::Sequence,
            Self::Table(_) => ObjectKind::Table,
            Self::Column(..) => ObjectKind::Column,
            Self::Constraint(tag, ..) => tag.kind(),
            Self::Index(..) => ObjectKind::Index,
            Self::Comment(_) => ObjectKind::Comment,
        }
    }

    /// The table that it is part of, or is.
    pub fn table(&self) -> Option<&QName> {
        match self {
            Self::Table(table) | Self::Column(table, _) | Self::Constraint(_, table, _) | Self::Index(table, _) => {
                Some(table)
            }
            Self::Comment(on) => on.table(),
            _ => None,
        }
    }

    /// The schema that it lives in (for a schema: itself).
    pub fn schema(&self) -> Option<&Ident> {
        match self {
            Self::Schema(name) => Some(name),
            Self::Extension(_) => None,
            Self::Enum(name) | Self::Sequence(name) => Some(&name.schema),
            Self::Comment(on) => on.schema(),
            other => other.table().map(|table| &table.schema),
        }
    }

    /// The name without its kind: `public.users.email`.
    pub fn name(&self) -> String {
        match self {
            Self::Schema(name) | Self::Extension(name) => name.to_string(),
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) => name.to_string(),
            Self::Column(table, name) | Self::Constraint(_, table, name) => format!("{table}.{name}"),
            Self::Index(table, name) => format!("{}.{name}", table.schema),
            Self::Comment(on) => on.to_string(),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment(on) => write!(f, "comment on {on}"),
            other => write!(f, "{} {}", other.kind(), other.name()),
        }
    }
}

/// An object's payload, borrowed from its contract.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// A schema.
    Schema(&'a Schema),
    /// An extension.
    Extension(&'a Extension),
    /// An enum type.
    Enum(&'a Enum),
    /// A sequence.
    Sequence(&'a Sequence),
    /// A table: only what is its own counts for equality, not its columns, constraints and indexes.
    Table(&'a Table),
    /// A column.
    Column(&'a Column),
    /// A constraint.
    Constraint(&'a Constraint),
    /// An index.
    Index(&'a Index),
    /// A comment's text.
    Comment(&'a str),
}

impl<'a> Object<'a> {
    /// The comment on it.
    pub fn comment(&self) -> Option<&'a str> {
        match self {
            Self::Schema(it) => it.comment.as_deref(),
            Self::Extension(it) => it.comment.as_deref(),
            Self::Enum(it) => it.comment.as_deref(),
            Self::Sequence(it) => it.comment.as_deref(),
            Self::Table(it) => it.comment.as_deref(),
            Self::Column(it) => it.comment.as_deref(),
            Self::Constraint(it) => it.comment.as_deref(),
            Self::Index(it) => it.comment.as_deref(),
            Self::Comment(_) => None,
        }
    }
}

impl Contract {
    /// Every object by id, comments included as objects of their own.
    pub fn objects(&self) -> BTreeMap<ObjectId, Object<'_>> {
        self.objects_but_of(|_| false)
    }

    /// The objects in which this contract and `other` may differ: all but tables that are equal, with what is in them.
    pub fn objects_unlike(&self, other: &Self) -> BTreeMap<ObjectId, Object<'_>> {
        self.objects_but_of(|table| self.tables.agree(&other.tables, table))
    }

    fn objects_but_of(&self, left_out: impl Fn(&QName) -> bool) -> BTreeMap<ObjectId, Object<'_>> {
        let mut all = BTreeMap::new();
        for (name, schema) in &self.schemas {
            put(&mut all, ObjectId::Schema(name.clone()), Object::Schema(schema));
        }
        for (name, extension) in &self.extensions {
            put(&mut all, ObjectId::Extension(name.clone()), Object::Extension(extension));
        }
        for (name, payload) in &self.enums {
            put(&mut all, ObjectId::Enum(name.clone()), Object::Enum(payload));
        }
        for (name, sequence) in &self.sequences {
            put(&mut all, ObjectId::Sequence(name.clone()), Object::Sequence(sequence));
        }
        for (name, table) in self.tables.iter().filter(|(name, _)| !left_out(name)) {
            put_table(&mut all, name, table);
        }
        all
    }

    /// A table and what is in it, by id; nothing where there is no such table.
    pub fn objects_of(&self, table: &QName) -> BTreeMap<ObjectId, Object<'_>> {
        let mut all = BTreeMap::new();
        if let Some(payload) = self.tables.get(table) {
            put_table(&mut all, table, payload);
        }
        all
    }

    /// Whether the contract has an object.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.object(id).is_some()
    }

    /// The object with an id, where the contract has it.
    pub fn object(&self, id: &ObjectId) -> Option<Object<'_>> {
        match id {
            ObjectId::Schema(name) => self.schemas.get(name).map(Object::Schema),
            ObjectId::Extension(name) => self.extensions.get(name).map(Object::Extension),
            ObjectId::Enum(name) => self.enums.get(name).map(Object::Enum),
            ObjectId::Sequence(name) => self.sequences.get(name).map(Object::Sequence),
            ObjectId::Table(name) => self.tables.get(name).map(Object::Table),
            ObjectId::Column(table, name) => self.column(table, name).map(Object::Column),
            ObjectId::Constraint(tag, table, name) => {
                let constraint = self.tables.get(table)?.constraints.get(name)?;
                (constraint.kind.tag() == *tag).then_some(Object::Constraint(constraint))
            }
            ObjectId::Index(table, name) => self.tables.get(table)?.indexes.get(name).map(Object::Index),
            ObjectId::Comment(on) => self.object(on)?.comment().map(Object::Comment),
        }
    }

    /// A column of a table, where the contract has both.
    pub fn column(&self, table: &QName, column: &Ident) -> Option<&Column> {
        self.tables.get(table)?.columns.get(column)
    }

    /// What novate may do with an object: its own policy, that of its table (for a sequence the one that owns it), or
    /// that of its schema, whichever is the strictest.
    pub fn control(&self, id: &ObjectId) -> Control {
        let own = match id {
            ObjectId::Schema(_) => Control::Managed,
            ObjectId::Extension(name) => self.extensions.get(name).map(|e| e.control).unwrap_or_default(),
            ObjectId::Enum(name) => self.enums.get(name).map(|e| e.control).unwrap_or_default(),
            ObjectId::Sequence(name) => {
                let sequence = self.sequences.get(name);
                let owner = sequence.and_then(|s| s.owner.as_ref()).and_then(|owner| self.tables.get(&owner.table));
                let owner = owner.map(|table| table.control).unwrap_or_default();
                sequence.map(|s| s.control).unwrap_or_default().max(owner)
            }
            ObjectId::Comment(on) => return self.control(on),
            other => other.table().and_then(|t| self.tables.get(t)).map(|t| t.control).unwrap_or_default(),
        };
        let schema = id.schema().and_then(|s| self.schemas.get(s)).map(|s| s.control).unwrap_or_default();
        own.max(schema)
    }
}

fn put_table<'a>(all: &mut BTreeMap<ObjectId, Object<'a>>, name: &QName, table: &'a Table) {
    put(all, ObjectId::Table(name.clone()), Object::Table(table));
    for (column, payload) in &table.columns {
        put(all, ObjectId::Column(name.clone(), column.clone()), Object::Column(payload));
    }
    for (constraint, payload) in &table.constraints {
        let id = ObjectId::Constraint(payload.kind.tag(), name.clone(), constraint.clone());
        put(all, id, Object::Constraint(payload));
    }
    for (index, payload) in &table.indexes {
        put(all, ObjectId::Index(name.clone(), index.clone()), Object::Index(payload));
    }
}

fn put<'a>(all: &mut BTreeMap<ObjectId, Object<'a>>, id: ObjectId, object: Object<'a>) {
    if let Some(text) = object.comment() {
        all.insert(ObjectId::Comment(Box::new(id.clone())), Object::Comment(text));
    }
    all.insert(id, object);
}
