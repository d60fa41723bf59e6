//! `SET SCHEMA`, and the renaming of a whole schema.

use novate_sql::NameRef;
use novate_sql::ast::ObjectKeyword;

use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome};
use crate::{Ident, ObjectId, QName};

impl Interpreter {
    pub(super) fn set_schema(&mut self, kind: ObjectKeyword, name: &NameRef, to: &Ident) -> Outcome {
        let needed_by = format!("SET SCHEMA of {name}");
        self.need_schema(to, &needed_by)?;
        match kind {
            ObjectKeyword::Extension => {
                let missing = || InterpretError::missing(Missing::Extension(name.name.clone()), &needed_by);
                let extension = self.contract.extensions.get_mut(&name.name).ok_or_else(missing)?;
                extension.schema = Some(to.clone());
                self.touched.altered(ObjectId::Extension(name.name.clone()));
                Ok(())
            }
            ObjectKeyword::Type => match self.find_enum(name) {
                Some(from) => self.rename_enum(&from, &QName::new(to.clone(), from.name.clone())),
                None if self.is_unmodelled_type(name) => {
                    self.unsupported("alteration", needed_by);
                    Ok(())
                }
                None => Err(InterpretError::missing(Missing::Type(name.clone(), None), needed_by)),
            },
            ObjectKeyword::Schema => Err(InterpretError::invalid(needed_by, "a schema stands in no other")),
            ObjectKeyword::Table | ObjectKeyword::Index | ObjectKeyword::Sequence => {
                let found = self.relation(name).map(|(full, relation)| (full, relation.clone()));
                match found {
                    Some((full, Relation::Table)) => self.move_table(&full, to),
                    Some((full, Relation::Sequence)) => self.move_sequence(&full, to),
                    Some((_, Relation::Unmodelled)) => {
                        self.unsupported("alteration", needed_by);
                        Ok(())
                    }
                    Some((full, other)) => {
                        let reason = format!("{full} is {} and stays with its table", other.kind());
                        Err(InterpretError::invalid(needed_by, reason))
                    }
                    None => Err(InterpretError::missing(Missing::Table(name.clone()), needed_by)),
                }
            }
        }
    }

    /// Moves a table, with its indexes, constraints and the sequences that its columns own.
    pub(super) fn move_table(&mut self, table: &QName, to: &Ident) -> Outcome {
        self.need_schema(to, &ObjectId::Table(table.clone()))?;
        if table.schema == *to {
            return Ok(());
        }
        let owned = self.owned_sequences(table);
        self.relocate_table(table, &QName::new(to.clone(), table.name.clone()))?;
        owned
            .iter()
            .try_for_each(|sequence| self.relocate_sequence(sequence, &QName::new(to.clone(), sequence.name.clone())))
    }

    pub(super) fn move_sequence(&mut self, sequence: &QName, to: &Ident) -> Outcome {
        self.need_schema(to, &ObjectId::Sequence(sequence.clone()))?;
        if sequence.schema == *to {
            return Ok(());
        }
        if self.contract.sequences.get(sequence).is_some_and(|payload| payload.owner.is_some()) {
            return Err(InterpretError::invalid(ObjectId::Sequence(sequence.clone()), "it moves with its owner only"));
        }
        self.relocate_sequence(sequence, &QName::new(to.clone(), sequence.name.clone()))
    }

    /// `ALTER SCHEMA a RENAME TO b`: everything in it is called anew.
    pub(super) fn rename_schema(&mut self, from: &Ident, to: &Ident) -> Outcome {
        self.need_schema(from, &"ALTER SCHEMA")?;
        if self.contract.schemas.contains_key(to) {
            return Err(InterpretError::Exists { object: ObjectId::Schema(to.clone()) });
        }
        let touched = std::mem::take(&mut self.touched);
        if let Some(schema) = self.contract.schemas.remove(from) {
            self.contract.schemas.insert(to.clone(), schema);
        }
        let renamed = |name: &QName| QName::new(to.clone(), name.name.clone());
        let inside = |name: &&QName| name.schema == *from;
        for name in self.contract.tables.keys().filter(inside).cloned().collect::<Vec<_>>() {
            self.relocate_table(&name, &renamed(&name))?;
        }
        for name in self.contract.sequences.keys().filter(inside).cloned().collect::<Vec<_>>() {
            self.relocate_sequence(&name, &renamed(&name))?;
        }
        for name in self.contract.enums.keys().filter(inside).cloned().collect::<Vec<_>>() {
            self.rename_enum(&name, &renamed(&name))?;
        }
        for extension in self.contract.extensions.values_mut().filter(|it| it.schema.as_ref() == Some(from)) {
            extension.schema = Some(to.clone());
        }
        self.touched = touched;
        self.touched.renamed(ObjectId::Schema(from.clone()), ObjectId::Schema(to.clone()));
        Ok(())
    }
}
