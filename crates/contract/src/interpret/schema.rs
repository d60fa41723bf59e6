//! Schemas.

use super::error::InterpretError;
use super::{Interpreter, Outcome};
use crate::{Ident, ObjectId, Schema};

impl Interpreter {
    pub(super) fn create_schema(&mut self, name: &Ident, if_not_exists: bool) -> Outcome {
        let id = ObjectId::Schema(name.clone());
        if self.contract.schemas.contains_key(name) {
            // `pg_dump` creates `public` where its database had it changed.
            // And a description may say of its default schema that it is there.
            if if_not_exists || name.as_str() == "public" || name == self.environment.initial_schema() {
                self.touched.skipped.push(id);
                return Ok(());
            }
            return Err(InterpretError::Exists { object: id });
        }
        self.contract.schemas.insert(name.clone(), Schema::default());
        self.touched.created(id);
        Ok(())
    }
}
