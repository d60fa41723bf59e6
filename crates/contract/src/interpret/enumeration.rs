//! Enum types.

use novate_sql::ast::EnumPosition;
use novate_sql::{NameRef, Spanned};

use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome};
use crate::{Enum, ObjectId, QName};

impl Interpreter {
    pub(super) fn create_enum(&mut self, name: &NameRef, values: &[Spanned<String>]) -> Outcome {
        let name = self.place(name);
        let id = ObjectId::Enum(name.clone());
        self.need_schema(&name.schema, &id)?;
        if self.contract.enums.contains_key(&name) {
            return Err(InterpretError::Exists { object: id });
        }
        if self.contract.tables.contains_key(&name) || self.directory.types.contains(&name) {
            return Err(InterpretError::NameTaken { name, by: "a type" });
        }
        let mut labels: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            if labels.contains(&value.value) {
                return Err(InterpretError::invalid(&id, format!("the label {} is there twice", shown(&value.value))));
            }
            labels.push(value.value.clone());
        }
        self.contract.enums.insert(name, Enum { values: labels, ..Enum::default() });
        self.touched.created(id);
        Ok(())
    }

    pub(super) fn add_enum_value(
        &mut self,
        name: &NameRef,
        value: &str,
        if_not_exists: bool,
        position: &EnumPosition,
    ) -> Outcome {
        let Some((name, payload)) = self.modelled_enum(name, "ALTER TYPE ... ADD VALUE")? else { return Ok(()) };
        let id = ObjectId::Enum(name.clone());
        if payload.values.iter().any(|label| label == value) {
            if if_not_exists {
                self.touched.skipped.push(id);
                return Ok(());
            }
            return Err(InterpretError::invalid(&id, format!("the label {} is there already", shown(value))));
        }
        let place = |label: &str| {
            let missing = || InterpretError::missing(Missing::EnumValue(name.clone(), label.to_owned()), &id);
            payload.values.iter().position(|other| other == label).ok_or_else(missing)
        };
        let at = match position {
            EnumPosition::End => payload.values.len(),
            EnumPosition::Before(label) => place(label)?,
            EnumPosition::After(label) => place(label)? + 1,
        };
        payload.values.insert(at, value.to_owned());
        self.touched.altered(id);
        Ok(())
    }

    pub(super) fn rename_enum_value(&mut self, name: &NameRef, from: &str, to: &str) -> Outcome {
        let Some((name, payload)) = self.modelled_enum(name, "ALTER TYPE ... RENAME VALUE")? else { return Ok(()) };
        let id = ObjectId::Enum(name.clone());
        if payload.values.iter().any(|label| label == to) {
            return Err(InterpretError::invalid(&id, format!("the label {} is there already", shown(to))));
        }
        let missing = || InterpretError::missing(Missing::EnumValue(name.clone(), from.to_owned()), &id);
        let label = payload.values.iter_mut().find(|label| *label == from).ok_or_else(missing)?;
        to.clone_into(label);
        self.rename_label(&name, from, to);
        self.touched.altered(id);
        Ok(())
    }

    /// The enum that a name means; `None` where it means a type that is not modelled.
    fn modelled_enum(&mut self, name: &NameRef, needed_by: &str) -> Outcome<Option<(QName, &mut Enum)>> {
        let Some(full) = self.find_enum(name) else {
            if self.is_unmodelled_type(name) {
                return Ok(None);
            }
            return Err(InterpretError::missing(Missing::Type(name.clone(), None), needed_by));
        };
        Ok(self.contract.enums.get_mut(&full).map(|payload| (full, payload)))
    }
}

fn shown(label: &str) -> String {
    novate_sql::Literal(label).to_string()
}
