//! Enum types.

use std::collections::BTreeSet;

use novate_sql::{Literal, MAX_IDENT_BYTES};

use super::{Checker, ProblemKind};
use crate::{Enum, ObjectId, QName};

impl Checker<'_> {
    pub(super) fn enumeration(&mut self, name: &QName, payload: &Enum) {
        let id = ObjectId::Enum(name.clone());
        self.in_schema(&id, &name.schema);
        let mut seen = BTreeSet::new();
        for value in &payload.values {
            let literal = Literal(value);
            if !seen.insert(value) {
                self.report(&id, ProblemKind::Invalid(format!("the value {literal} is there twice")));
            }
            if value.len() > MAX_IDENT_BYTES {
                let message = format!("the value {literal} has more than {MAX_IDENT_BYTES} bytes");
                self.report(&id, ProblemKind::Invalid(message));
            }
        }
    }
}
