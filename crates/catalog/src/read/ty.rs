//! Types, and how columns name theirs.

use std::collections::HashMap;

use novate_contract::{Control, Enum, Ident, QName, TypeName};
use novate_sql::ast::WrittenType;
use novate_sql::parse_type;

use super::comment::On;
use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::numbers::Numbered;
use super::query::is_member;
use crate::CatalogError;

/// Every type, so that a column need only say which. PostgreSQL's own come under their names in SQL.
pub(super) fn query() -> String {
    let member = is_member("pg_type", "t.oid");
    format!(
        "\
SELECT t.oid AS novate_type,
  CASE t.typnamespace WHEN 'pg_catalog'::regnamespace THEN format_type(t.oid, NULL) ELSE t.typname END,
  t.typnamespace, t.typtype, nullif(t.typelem, 0), nullif(t.typcollation, 0), t.typstorage,
  CASE WHEN t.typacl IS NOT NULL THEN
    t.typacl @> acldefault('T', t.typowner) AND t.typacl <@ acldefault('T', t.typowner) END,
  CASE WHEN t.oid >= 16384 THEN {member} ELSE true END
FROM pg_type t"
    )
}

/// A type.
#[derive(Debug)]
struct Type {
    /// In SQL, where it is PostgreSQL's own; by itself otherwise.
    name: Box<str>,
    schema: Oid,
    /// What it is an array of.
    element: Option<Oid>,
    /// What its columns have unless they are told otherwise.
    collation: Option<Oid>,
    storage: char,
}

/// The types of a database. A schema has few of them and many columns, so that each is put into words once.
#[derive(Debug, Default)]
pub(super) struct Types {
    all: Numbered<Oid, Type>,
    named: Numbered<Oid, TypeName>,
    written: HashMap<Box<str>, TypeName>,
}

impl Types {
    /// The collation of the type's columns, where they have one and nothing else was said.
    pub(super) fn collation(&self, ty: Oid) -> Option<Oid> {
        self.all.get(&ty).and_then(|ty| ty.collation)
    }

    /// The letter of the storage of the type's columns.
    pub(super) fn storage(&self, ty: Oid) -> Option<char> {
        self.all.get(&ty).map(|ty| ty.storage)
    }

    /// The type that `text` names as `format_type` prints it.
    fn written(&mut self, text: &str) -> TypeName {
        if let Some(known) = self.written.get(text) {
            return known.clone();
        }
        let ty = match parse_type(text) {
            Ok(WrittenType::Type(ty) | WrittenType::Serial(ty)) => ty,
            // A name is all that is left of what cannot be read; it equals nothing but itself.
            Err(_) => TypeName { schema: None, name: Ident::new(text), modifiers: Vec::new(), array: false },
        };
        self.written.insert(text.into(), ty.clone());
        ty
    }
}

impl Draft {
    /// A type by its number, or, where it has modifiers, as the server prints it.
    pub(super) fn type_name(&mut self, ty: Oid, written: Option<&str>) -> TypeName {
        if let Some(text) = written {
            return self.types.written(text);
        }
        if let Some(known) = self.types.named.get(&ty) {
            return known.clone();
        }
        let name = self.name_type(ty);
        self.types.named.insert(ty, name.clone());
        name
    }

    fn name_type(&mut self, ty: Oid) -> TypeName {
        if let Some(element) = self.types.all.get(&ty).and_then(|ty| ty.element).filter(|element| *element != ty) {
            return TypeName { array: true, ..self.type_name(element, None) };
        }
        let Some(found) = self.types.all.get(&ty) else { return TypeName::builtin(&ty.to_string()) };
        match self.schemas.get(&found.schema).filter(|schema| schema.name.as_str() != "pg_catalog") {
            Some(schema) => {
                let (schema, name) = (Some(schema.name.clone()), Ident::new(&found.name));
                TypeName { schema, name, modifiers: Vec::new(), array: false }
            }
            None => {
                let name = found.name.clone();
                self.types.written(&name)
            }
        }
    }
}

/// Keeps one type, puts an enum into the contract, and names what is not modelled.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, name, schema): (Oid, &str, Oid) = (fields.value()?, fields.text()?, fields.value()?);
    let kind = fields.letter()?;
    let (element, collation, storage) = (fields.object()?, fields.object()?, fields.letter()?);
    let ty = Type {
        name: name.into(),
        schema,
        // Only an array is stored out of line: `point` has elements and is none. Nor is a domain over an array.
        element: element.filter(|_| kind == 'b' && storage != 'p'),
        collation,
        storage,
    };
    let has_usual_privileges = fields.optional()? != Some("f");
    let is_others = fields.flag()?;
    let place = draft.schemas.get(&schema).filter(|schema| schema.counts && !is_others);
    if let Some(place) = place {
        let qname = QName::new(place.name.clone(), name);
        let unsupported = match kind {
            _ if kind == 'b' && element.is_some() => None,
            'd' => Some("domain"),
            'r' => Some("range type"),
            'b' | 'p' => Some("base type"),
            _ => None,
        };
        if let Some(kind) = unsupported {
            draft.unsupported(kind, qname.to_string());
        }
        if !has_usual_privileges {
            draft.unsupported("privilege", format!("type {qname}"));
        }
        if kind == 'e' {
            let comment = draft.comment(On::Type, oid);
            draft
                .enums
                .insert(oid, (qname, Enum { values: Vec::new(), control: Control::Managed, comment }, Vec::new()));
        }
    }
    draft.types.all.insert(oid, ty);
    Ok(())
}
