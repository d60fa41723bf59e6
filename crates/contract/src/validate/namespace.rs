//! Names that may be used only once in a schema.

use std::collections::HashMap;

use super::{Checker, ProblemKind};
use crate::{ConstraintTag, ObjectId, QName};

impl Checker<'_> {
    /// Relations (tables, indexes, the indexes of keys, sequences) share one namespace in each schema, types and the row
    /// types of tables another.
    pub(super) fn namespaces(&mut self) {
        let mut relations: HashMap<QName, ObjectId> = HashMap::with_capacity(2 * self.contract.tables.len());
        let mut twice: Vec<(ObjectId, QName, ObjectId)> = Vec::new();
        let mut claim = |name: QName, id: ObjectId| {
            if let Some(other) = relations.get(&name) {
                twice.push((id, name, other.clone()));
            } else {
                relations.insert(name, id);
            }
        };
        for name in self.contract.tables.keys() {
            claim(name.clone(), ObjectId::Table(name.clone()));
        }
        for name in self.contract.sequences.keys() {
            claim(name.clone(), ObjectId::Sequence(name.clone()));
        }
        for (name, table) in &self.contract.tables {
            let beside = |own: &crate::Ident| QName::new(name.schema.clone(), own.clone());
            for (constraint, payload) in &table.constraints {
                let tag = payload.kind.tag();
                if matches!(tag, ConstraintTag::PrimaryKey | ConstraintTag::Unique | ConstraintTag::Exclusion) {
                    claim(beside(constraint), ObjectId::Constraint(tag, name.clone(), constraint.clone()));
                }
            }
            for index in table.indexes.keys() {
                claim(beside(index), ObjectId::Index(name.clone(), index.clone()));
            }
            for (column, payload) in &table.columns {
                // Where PostgreSQL chooses the name it takes one that is free.
                if let Some(sequence) = payload.identity.as_ref().and_then(|identity| identity.sequence.as_ref()) {
                    claim(beside(sequence), ObjectId::Column(name.clone(), column.clone()));
                }
            }
        }
        for name in self.contract.enums.keys().filter(|name| self.contract.tables.contains_key(name)) {
            twice.push((ObjectId::Table(name.clone()), name.clone(), ObjectId::Enum(name.clone())));
        }
        for (id, name, other) in twice {
            self.report(&id, ProblemKind::NameTaken { name, other });
        }
    }
}
