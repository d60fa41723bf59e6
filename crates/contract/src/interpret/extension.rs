//! Extensions.

use super::error::{InterpretError, Missing};
use super::{Interpreter, Outcome};
use crate::{Control, Extension, Ident, ObjectId};

impl Interpreter {
    pub(super) fn create_extension(
        &mut self,
        name: &Ident,
        if_not_exists: bool,
        schema: Option<&Ident>,
        version: Option<&str>,
    ) -> Outcome {
        let id = ObjectId::Extension(name.clone());
        // One that another space has is taken as it is, or claimed.
        let claims = !if_not_exists && self.is_borrowed_extension(name);
        if self.contract.extensions.contains_key(name) && !claims {
            if if_not_exists {
                self.lean_on(name.as_str());
                self.touched.skipped.push(id);
                return Ok(());
            }
            return Err(InterpretError::Exists { object: id });
        }
        // Every database has it, in the same place.
        if name.as_str() == "plpgsql" {
            self.touched.skipped.push(id);
            return Ok(());
        }
        if let Some(schema) = schema.filter(|schema| schema.as_str() != "pg_catalog") {
            self.need_schema(schema, &id)?;
        }
        let extension = Extension {
            schema: schema.cloned(),
            version: version.map(str::to_owned),
            control: Control::default(),
            comment: None,
        };
        self.forget_borrowed_extension(name);
        self.contract.extensions.insert(name.clone(), extension);
        self.touched.created(id);
        Ok(())
    }

    pub(super) fn update_extension(&mut self, name: &Ident, version: Option<&str>) -> Outcome {
        let id = ObjectId::Extension(name.clone());
        let missing = || InterpretError::missing(Missing::Extension(name.clone()), "ALTER EXTENSION");
        let extension = self.contract.extensions.get_mut(name).ok_or_else(missing)?;
        if let Some(version) = version {
            extension.version = Some(version.to_owned());
        }
        self.touched.altered(id);
        Ok(())
    }
}
