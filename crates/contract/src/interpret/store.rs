//! The only places where objects enter and leave the contract, so that the directory and what was touched stay true.

use super::directory::{Relation, default_sequence, identity_sequence};
use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome, Touched};
use crate::{
    Column, Constraint, Ident, Identity, Index, ObjectId, QName, Sequence, SequenceOwner, Table, UnsupportedObject,
};

impl Interpreter {
    /// Refuses a name that another relation has.
    pub(super) fn need_free(&self, name: &QName) -> Outcome {
        let Some(relation) = self.directory.relation(name) else { return Ok(()) };
        Err(match relation {
            Relation::Table => InterpretError::Exists { object: ObjectId::Table(name.clone()) },
            Relation::Sequence => InterpretError::Exists { object: ObjectId::Sequence(name.clone()) },
            Relation::Index(table) => {
                InterpretError::Exists { object: ObjectId::Index(table.clone(), name.name.clone()) }
            }
            other => InterpretError::NameTaken { name: name.clone(), by: other.kind() },
        })
    }

    /// Refuses a schema that the contract does not have.
    pub(super) fn need_schema(&self, schema: &Ident, needed_by: &dyn std::fmt::Display) -> Outcome {
        if self.contract.schemas.contains_key(schema) {
            return Ok(());
        }
        Err(InterpretError::missing(Missing::Schema(schema.clone()), needed_by))
    }

    pub(super) fn put_table(&mut self, name: &QName, table: Table) {
        self.directory.claim(name, Relation::Table);
        for parent in table.inherits.iter().chain(table.partition_of.iter().map(|partition| &partition.parent)) {
            self.directory.add_child(parent, name);
        }
        self.touched.created(ObjectId::Table(name.clone()));
        self.contract.tables.insert(name.clone(), table);
    }

    /// Takes a table out, with its constraints, indexes and identities, but not the sequences it owns.
    pub(super) fn take_table(&mut self, name: &QName) -> Option<Table> {
        let constraints: Vec<Ident> = self.contract.tables.get(name)?.constraints.keys().cloned().collect();
        for constraint in &constraints {
            self.take_constraint(name, constraint);
        }
        let indexes: Vec<Ident> = self.contract.tables.get(name)?.indexes.keys().cloned().collect();
        for index in &indexes {
            self.take_index(name, index);
        }
        let table = self.contract.tables.remove(name)?;
        for (column, payload) in &table.columns {
            if let Some(identity) = &payload.identity {
                self.directory.release(&identity_sequence(name, column, identity));
            }
            self.touched.dropped(ObjectId::Column(name.clone(), column.clone()));
        }
        self.directory.release(name);
        self.touched.dropped(ObjectId::Table(name.clone()));
        Some(table)
    }

    pub(super) fn put_column(&mut self, table: &QName, name: &Ident, column: Column) -> Outcome {
        if let Some(identity) = &column.identity {
            let sequence = identity_sequence(table, name, identity);
            self.directory.claim(&sequence, Relation::Identity(table.clone()));
        }
        let id = ObjectId::Column(table.clone(), name.clone());
        if self.table_mut(table)?.columns.insert(name.clone(), column).is_none() {
            self.touched.created(id);
        } else {
            self.touched.altered(id);
        }
        Ok(())
    }

    /// Takes a column out, and nothing else.
    pub(super) fn take_column(&mut self, table: &QName, name: &Ident) -> Option<Column> {
        let column = self.contract.tables.get_mut(table)?.columns.shift_remove(name)?;
        if let Some(identity) = &column.identity {
            self.directory.release(&identity_sequence(table, name, identity));
        }
        self.touched.dropped(ObjectId::Column(table.clone(), name.clone()));
        Some(column)
    }

    /// The column, to be altered.
    pub(super) fn alter(&mut self, table: &QName, name: &Ident) -> Outcome<&mut Column> {
        let column = self.contract.tables.get_mut(table).and_then(|found| found.columns.get_mut(name));
        let column = column.ok_or_else(|| no_column(table, name))?;
        self.touched.altered(ObjectId::Column(table.clone(), name.clone()));
        Ok(column)
    }

    /// Makes a column an identity, or no longer one.
    pub(super) fn set_identity(&mut self, table: &QName, name: &Ident, identity: Option<Identity>) -> Outcome {
        let claimed = identity.as_ref().map(|identity| identity_sequence(table, name, identity));
        let before = std::mem::replace(&mut self.alter(table, name)?.identity, identity);
        if let Some(before) = before {
            self.directory.release(&identity_sequence(table, name, &before));
        }
        if let Some(sequence) = claimed {
            self.directory.claim(&sequence, Relation::Identity(table.clone()));
        }
        Ok(())
    }

    pub(super) fn put_constraint(&mut self, table: &QName, name: &Ident, constraint: Constraint) -> Outcome {
        let tag = constraint.kind.tag();
        if self.table(table)?.constraints.contains_key(name) {
            return Err(InterpretError::Exists { object: ObjectId::Constraint(tag, table.clone(), name.clone()) });
        }
        self.directory.claim_constraint(table, name, &constraint.kind);
        self.touched.created(ObjectId::Constraint(tag, table.clone(), name.clone()));
        self.table_mut(table)?.constraints.insert(name.clone(), constraint);
        Ok(())
    }

    pub(super) fn take_constraint(&mut self, table: &QName, name: &Ident) -> Option<Constraint> {
        let constraint = self.contract.tables.get_mut(table)?.constraints.remove(name)?;
        self.directory.release_constraint(table, name, &constraint.kind);
        self.touched.dropped(ObjectId::Constraint(constraint.kind.tag(), table.clone(), name.clone()));
        Some(constraint)
    }

    pub(super) fn put_index(&mut self, table: &QName, name: &Ident, index: Index) -> Outcome {
        self.directory.claim(&QName::new(table.schema.clone(), name.clone()), Relation::Index(table.clone()));
        self.touched.created(ObjectId::Index(table.clone(), name.clone()));
        self.table_mut(table)?.indexes.insert(name.clone(), index);
        Ok(())
    }

    pub(super) fn take_index(&mut self, table: &QName, name: &Ident) -> Option<Index> {
        let index = self.contract.tables.get_mut(table)?.indexes.remove(name)?;
        self.directory.release(&QName::new(table.schema.clone(), name.clone()));
        self.touched.dropped(ObjectId::Index(table.clone(), name.clone()));
        Some(index)
    }

    pub(super) fn put_sequence(&mut self, name: &QName, sequence: Sequence) {
        self.directory.claim(name, Relation::Sequence);
        if let Some(owner) = &sequence.owner {
            self.directory.add_owned(&owner.table, name);
        }
        self.touched.created(ObjectId::Sequence(name.clone()));
        self.contract.sequences.insert(name.clone(), sequence);
    }

    pub(super) fn take_sequence(&mut self, name: &QName) -> Option<Sequence> {
        let sequence = self.contract.sequences.remove(name)?;
        self.directory.release(name);
        self.touched.dropped(ObjectId::Sequence(name.clone()));
        Some(sequence)
    }

    /// Gives a sequence to a column, or takes it away.
    pub(super) fn set_owner(&mut self, name: &QName, owner: Option<SequenceOwner>) {
        if let Some(owner) = &owner {
            self.directory.add_owned(&owner.table, name);
        }
        if let Some(sequence) = self.contract.sequences.get_mut(name) {
            sequence.owner = owner;
            self.touched.altered(ObjectId::Sequence(name.clone()));
        }
    }

    /// Takes note of something that is not modelled.
    pub(super) fn unsupported(&mut self, kind: &str, name: String) {
        let object = UnsupportedObject { kind: kind.to_owned(), name, place: String::new() };
        self.touched.unsupported.push(object.clone());
        self.contract.unsupported.push(object);
    }

    /// Puts things back as they were before a `CREATE` that failed midway.
    pub(super) fn undo_created(&mut self, touched: &Touched) {
        for id in touched.created.iter().rev() {
            match id {
                ObjectId::Table(name) => drop(self.take_table(name)),
                ObjectId::Sequence(name) => drop(self.take_sequence(name)),
                ObjectId::Index(table, name) => drop(self.take_index(table, name)),
                _ => {}
            }
        }
        let before = self.contract.unsupported.len().saturating_sub(touched.unsupported.len());
        self.contract.unsupported.truncate(before);
        self.touched = Touched::default();
    }

    /// A free name for the sequence of a column.
    pub(super) fn free_sequence_name(&self, table: &QName, column: &Ident) -> Ident {
        let taken = |name: &str| self.directory.relation_taken(&table.schema, name);
        crate::names::sequence(&table.name, column, &taken)
    }

    /// `sequence` as the model holds it: `None` where it is PostgreSQL's first choice.
    pub(super) fn identity_name(table: &QName, column: &Ident, sequence: Ident) -> Option<Ident> {
        (sequence != default_sequence(table, column)).then_some(sequence)
    }
}

pub(super) fn no_column(table: &QName, name: &Ident) -> InterpretError {
    InterpretError::missing(Missing::Column(table.clone(), name.clone()), format!("table {table}"))
}
