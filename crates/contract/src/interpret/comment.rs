//! `COMMENT ON`.

use novate_sql::ast::{CommentOn, CommentTarget};

use super::directory::Relation;
use super::error::{InterpretError, Missing};
use super::resolve::Found;
use super::{Interpreter, Outcome};
use crate::ObjectId;

/// What every new database says of `public`.
const PUBLIC_COMMENT: &str = "standard public schema";

impl Interpreter {
    pub(super) fn comment(&mut self, comment: &CommentOn) -> Outcome {
        let text = comment.text.clone().filter(|text| !text.is_empty());
        let missing = |what| Err(InterpretError::missing(what, "COMMENT ON"));
        let (id, slot) = match &comment.target {
            CommentTarget::Schema(name) => {
                let Some(schema) = self.contract.schemas.get_mut(name) else {
                    return missing(Missing::Schema(name.clone()));
                };
                let own = name.as_str() == "public" && text.as_deref() == Some(PUBLIC_COMMENT);
                if own {
                    return Ok(());
                }
                (ObjectId::Schema(name.clone()), &mut schema.comment)
            }
            // `pg_dump` writes down what the extension itself says.
            CommentTarget::Extension(_) => return Ok(()),
            CommentTarget::Table(name) => match self.find_table(name, &"COMMENT ON")? {
                Found::Table(table) => (ObjectId::Table(table.clone()), &mut self.table_mut(&table)?.comment),
                Found::Unmodelled(name) => return self.comment_elsewhere(&name.to_string()),
            },
            CommentTarget::Column { table: name, column } => match self.find_table(name, &"COMMENT ON") {
                Ok(Found::Table(table)) => {
                    self.need_column(&table, column, &"COMMENT ON")?;
                    let id = ObjectId::Column(table.clone(), column.clone());
                    let slot = self.table_mut(&table)?.columns.get_mut(column).map(|column| &mut column.comment);
                    let Some(slot) = slot else { return missing(Missing::Column(table, column.clone())) };
                    (id, slot)
                }
                Ok(Found::Unmodelled(name)) => return self.comment_elsewhere(&format!("{name}.{column}")),
                // The attribute of a composite type.
                Err(_) if self.is_unmodelled_type(name) => {
                    return self.comment_elsewhere(&format!("{name}.{column}"));
                }
                Err(error) => return Err(error),
            },
            CommentTarget::Constraint { table: name, name: constraint } => {
                match self.find_table(name, &"COMMENT ON")? {
                    Found::Table(table) => {
                        let tag = self.constraint(&table, constraint)?.kind.tag();
                        let slot = self.table_mut(&table)?.constraints.get_mut(constraint).map(|it| &mut it.comment);
                        let Some(slot) = slot else { return missing(Missing::Constraint(table, constraint.clone())) };
                        (ObjectId::Constraint(tag, table, constraint.clone()), slot)
                    }
                    Found::Unmodelled(name) => return self.comment_elsewhere(&format!("{name}.{constraint}")),
                }
            }
            CommentTarget::Index(name) => {
                let found = self.relation(name).map(|(full, relation)| (full, relation.clone()));
                match found {
                    Some((full, Relation::Index(table))) => {
                        let slot = self.table_mut(&table)?.indexes.get_mut(&full.name).map(|index| &mut index.comment);
                        let Some(slot) = slot else { return missing(Missing::Index(name.clone())) };
                        (ObjectId::Index(table, full.name), slot)
                    }
                    // The index of a constraint has a comment of its own, apart from the constraint's.
                    Some((full, Relation::Key(_) | Relation::Unmodelled)) => {
                        return self.comment_elsewhere(&format!("index {full}"));
                    }
                    // An index of a materialized view is not known by name.
                    None if self.has_unmodelled_index(name) => return self.comment_elsewhere(&format!("index {name}")),
                    _ => return missing(Missing::Index(name.clone())),
                }
            }
            CommentTarget::Sequence(name) => match self.find_sequence(name) {
                Some(full) => {
                    let slot = self.contract.sequences.get_mut(&full).map(|sequence| &mut sequence.comment);
                    let Some(slot) = slot else { return missing(Missing::Sequence(name.clone())) };
                    (ObjectId::Sequence(full), slot)
                }
                // An identity's sequence is a part of its column.
                None if self.relation(name).is_some() => return self.comment_elsewhere(&format!("sequence {name}")),
                None => return missing(Missing::Sequence(name.clone())),
            },
            CommentTarget::Type(name) => match self.find_enum(name) {
                Some(full) => {
                    let Some(payload) = self.contract.enums.get_mut(&full) else { return Ok(()) };
                    (ObjectId::Enum(full), &mut payload.comment)
                }
                None if self.is_unmodelled_type(name) => return self.comment_elsewhere(&name.to_string()),
                None => return missing(Missing::Type(name.clone(), None)),
            },
            CommentTarget::Other { kind, name } => return self.comment_elsewhere(&format!("{kind} {name}")),
        };
        let before = std::mem::replace(slot, text);
        let after = slot.is_some();
        let id = ObjectId::Comment(Box::new(id));
        match (before.is_some(), after) {
            (false, true) => self.touched.created(id),
            (true, true) => self.touched.altered(id),
            (true, false) => self.touched.dropped(id),
            (false, false) => {}
        }
        Ok(())
    }

    // Its neighbours in the dispatch can fail.
    #[allow(clippy::unnecessary_wraps)]
    fn comment_elsewhere(&mut self, on: &str) -> Outcome {
        self.unsupported("comment", format!("on {on}"));
        Ok(())
    }
}
