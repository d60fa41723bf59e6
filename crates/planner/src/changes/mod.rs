//! What each kind of object needs done, one file a kind: from fates to steps.

pub(crate) mod column;
pub(crate) mod comment;
pub(crate) mod constraint;
pub(crate) mod enumeration;
pub(crate) mod extension;
pub(crate) mod foreign_key;
pub(crate) mod identity;
pub(crate) mod index;
pub(crate) mod schema;
pub(crate) mod sequence;
pub(crate) mod table;

use novate_contract::{ObjectId, QName, Table};

use crate::diff::{Difference, Fate};
use crate::plan::Finding;
use crate::step::{Node, Step};
use crate::uses::Uses;

/// The steps that are collected while the objects are walked.
pub(crate) struct Work<'a> {
    pub(crate) diff: &'a Difference<'a>,
    pub(crate) steps: Vec<Step>,
    pub(crate) findings: Vec<Finding>,
}

/// Every step that leads from the one contract to the other, in no particular order.
pub(crate) fn steps<'a>(diff: &'a Difference<'a>) -> Work<'a> {
    let mut work = Work { diff, steps: Vec::new(), findings: Vec::new() };
    for (id, fate) in &diff.fates {
        match id {
            ObjectId::Schema(name) => schema::steps(&mut work, name, fate),
            ObjectId::Extension(name) => extension::steps(&mut work, name, fate),
            ObjectId::Enum(name) => enumeration::steps(&mut work, name, fate),
            ObjectId::Sequence(name) => sequence::steps(&mut work, name, fate),
            ObjectId::Table(name) => table::steps(&mut work, name, fate),
            ObjectId::Column(table, name) => column::steps(&mut work, table, name, fate),
            ObjectId::Constraint(_, table, name) => constraint::steps(&mut work, table, name, fate),
            ObjectId::Index(table, name) => index::steps(&mut work, table, name, fate),
            ObjectId::Comment(_) => {}
        }
    }
    column::follow_enums(&mut work);
    sequence::let_go(&mut work);
    sequence::follow_logging(&mut work);
    table::name_replica_index_again(&mut work);
    comment::steps(&mut work);
    extension::surround(&mut work);
    work
}

impl<'a> Work<'a> {
    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(crate) fn old_uses(&self) -> Uses<'a> {
        Uses(self.diff.from)
    }

    pub(crate) fn new_uses(&self) -> Uses<'a> {
        Uses(self.diff.to)
    }

    pub(crate) fn old_table(&self, name: &QName) -> Option<&'a Table> {
        self.diff.from.tables.get(name)
    }

    pub(crate) fn new_table(&self, name: &QName) -> Option<&'a Table> {
        self.diff.to.tables.get(name)
    }

    /// Whether the table that an object is part of is made anew, so that the object comes with it.
    pub(crate) fn table_is_made(&self, table: &QName) -> bool {
        self.diff.is_made(&ObjectId::Table(table.clone()))
    }

    /// Whether the table that an object is part of goes, so that the object goes with it.
    pub(crate) fn table_is_lost(&self, table: &QName) -> bool {
        self.diff.is_lost(&ObjectId::Table(table.clone()))
    }

    /// Whether a table is made anew while its rows are kept.
    pub(crate) fn table_is_remade(&self, table: &QName) -> bool {
        self.diff.is(&ObjectId::Table(table.clone()), &Fate::Replace)
    }

    pub(crate) fn note(&mut self, id: ObjectId, message: impl Into<String>) {
        self.findings.push(Finding::Note { id, message: message.into() });
    }
}

/// Whether a fate makes the object, and whether it ends it.
pub(crate) fn makes(fate: &Fate) -> bool {
    matches!(fate, Fate::Create | Fate::Replace)
}

/// Whether a fate ends the object.
pub(crate) fn ends(fate: &Fate) -> bool {
    matches!(fate, Fate::Drop | Fate::Replace)
}

/// The names that a table takes.
pub(crate) fn table_names(name: &QName) -> [Node; 2] {
    [Node::Relation(name.clone()), Node::Type(name.clone())]
}
