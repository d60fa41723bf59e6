//! Schemas: everything lives in one that the contract has.

use super::{Checker, ProblemKind};
use crate::{Ident, ObjectId};

impl Checker<'_> {
    pub(super) fn schemas(&mut self) {
        for (name, extension) in &self.contract.extensions {
            if let Some(schema) = &extension.schema {
                self.in_schema(&ObjectId::Extension(name.clone()), schema);
            }
        }
    }

    pub(super) fn in_schema(&mut self, object: &ObjectId, schema: &Ident) {
        if !self.contract.schemas.contains_key(schema) && schema.as_str() != "pg_catalog" {
            self.report(object, ProblemKind::Missing(ObjectId::Schema(schema.clone())));
        }
    }
}
