//! Operator classes: which of them has to be named.

use novate_contract::Ident;

use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::numbers::Numbered;
use crate::CatalogError;

pub(super) const QUERY: &str = "\
SELECT o.oid AS novate_operator_class, o.opcname, o.opcnamespace, o.opcmethod, o.opcintype, o.opcdefault
FROM pg_opclass o";

/// `varchar` has no operator class of its own; PostgreSQL takes that of `text`.
const VARCHAR: Oid = 1043;
const TEXT: Oid = 25;

/// An operator class.
#[derive(Debug)]
pub(super) struct OperatorClass {
    pub(super) name: Ident,
    pub(super) schema: Ident,
    method: Oid,
    is_default: bool,
}

/// The operator classes of a database.
#[derive(Debug, Default)]
pub(super) struct OperatorClasses {
    all: Numbered<Oid, OperatorClass>,
    /// The default by access method and type.
    defaults: Numbered<(Oid, Oid), Oid>,
}

impl OperatorClasses {
    /// The operator class with this number.
    pub(super) fn get(&self, class: Oid) -> Option<&OperatorClass> {
        self.all.get(&class)
    }

    /// Whether PostgreSQL takes it by itself for a key of type `ty`; of an expression the type is not known.
    pub(super) fn is_default(&self, class: Oid, ty: Option<Oid>) -> bool {
        let Some(found) = self.all.get(&class).filter(|found| found.is_default) else { return false };
        let ty = ty.map(|ty| if ty == VARCHAR { TEXT } else { ty });
        // Of a type without a default of its own, such as an enum, it is that of a wider one.
        let own = ty.and_then(|ty| self.defaults.get(&(found.method, ty)));
        own.is_none_or(|own| *own == class)
    }
}

/// Keeps one operator class.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, name): (Oid, Ident) = (fields.value()?, Ident::new(fields.text()?));
    let schema = draft.schema_name(fields.value()?);
    let (method, ty): (Oid, Oid) = (fields.value()?, fields.value()?);
    let is_default = fields.flag()?;
    if is_default {
        draft.classes.defaults.insert((method, ty), oid);
    }
    draft.classes.all.insert(oid, OperatorClass { name, schema, method, is_default });
    Ok(())
}
