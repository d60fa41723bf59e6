//! The contract: every object of one space.

use std::collections::BTreeMap;
use std::fmt;

use super::{Enum, Extension, Ident, QName, Schema, Sequence, Tables};

/// The name of a space: lower-case letters, digits, `-` and `_`; the application's own is `app`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Space(String);

impl Space {
    /// The application's own space.
    pub fn app() -> Self {
        Self("app".to_owned())
    }

    /// A space by its name, where the name is one.
    pub fn new(name: &str) -> Option<Self> {
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        (!name.is_empty() && name.len() <= 63 && name.chars().all(ok)).then(|| Self(name.to_owned()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What novate may do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Control {
    /// Created, changed, dropped, verified.
    #[default]
    Managed,
    /// Created if absent and verified, never altered or dropped.
    Tolerated,
    /// Reported on, nothing more.
    Observed,
    /// Somebody else's: never created, changed or dropped; verify checks that what was declared is there.
    External,
}

/// The desired state of one space.
///
/// Equality compares what is stored: `unsupported` is left out, and so is the order of a table's columns.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The space it describes.
    pub space: Space,
    /// Schemas. `public` is always among them unless the contract is empty of it on purpose.
    pub schemas: BTreeMap<Ident, Schema>,
    /// Extensions.
    pub extensions: BTreeMap<Ident, Extension>,
    /// Tables with their columns, constraints and indexes.
    pub tables: Tables,
    /// Enum types.
    pub enums: BTreeMap<QName, Enum>,
    /// Sequences, except those of identity columns.
    pub sequences: BTreeMap<QName, Sequence>,
    /// Objects that were met and are not modelled. They are named to people and are no part of what is hashed.
    pub unsupported: Vec<UnsupportedObject>,
}

impl Contract {
    /// A contract of nothing at all: what a new database holds, the schema `public` included.
    pub fn empty(space: Space) -> Self {
        Self {
            space,
            schemas: BTreeMap::from([(Ident::new("public"), Schema::default())]),
            extensions: BTreeMap::new(),
            tables: Tables::default(),
            enums: BTreeMap::new(),
            sequences: BTreeMap::new(),
            unsupported: Vec::new(),
        }
    }

    /// Becomes a copy of `other`, of which most is here already.
    pub fn share(&mut self, other: &Self) {
        let Self { space, schemas, extensions, tables, enums, sequences, unsupported } = other;
        self.space.clone_from(space);
        self.schemas.clone_from(schemas);
        self.extensions.clone_from(extensions);
        self.tables.share(tables);
        copy_changed(&mut self.enums, enums);
        copy_changed(&mut self.sequences, sequences);
        self.unsupported.clone_from(unsupported);
    }
}

/// Makes one map the other, copying only what is not the same.
fn copy_changed<V: Clone + PartialEq>(into: &mut BTreeMap<QName, V>, from: &BTreeMap<QName, V>) {
    into.retain(|name, _| from.contains_key(name));
    for (name, value) in from {
        match into.get_mut(name) {
            Some(own) if own == value => {}
            Some(own) => own.clone_from(value),
            None => drop(into.insert(name.clone(), value.clone())),
        }
    }
}

impl PartialEq for Contract {
    fn eq(&self, other: &Self) -> bool {
        self.space == other.space
            && self.schemas == other.schemas
            && self.extensions == other.extensions
            && self.tables == other.tables
            && self.enums == other.enums
            && self.sequences == other.sequences
    }
}

impl Eq for Contract {}

/// An object of a kind that is not modelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnsupportedObject {
    /// Its kind in lower case: `view`, `function`, ...
    pub kind: String,
    /// Its name as people would write it.
    pub name: String,
    /// Where it was met: `contracts/app.sql:12`, or empty for a live database.
    pub place: String,
}

impl UnsupportedObject {
    /// Whether columns can be of this type.
    pub fn is_type(&self) -> bool {
        Self::is_type_kind(&self.kind)
    }

    /// Its full name, without arguments; `None` for what lives in no schema.
    pub fn full_name(&self) -> Option<QName> {
        Self::full_name_in(&self.name)
    }

    pub(crate) fn is_type_kind(kind: &str) -> bool {
        matches!(kind, "type" | "domain" | "composite type" | "range type" | "range" | "composite" | "base type")
    }

    /// The full name in `schema.name(arguments)`; `None` where there is no schema.
    pub(crate) fn full_name_in(written: &str) -> Option<QName> {
        let mut parts: Vec<Ident> = Vec::new();
        let mut rest = written;
        loop {
            let (part, after) = if rest.starts_with('"') {
                let mut end = 1;
                let bytes = rest.as_bytes();
                loop {
                    match bytes.get(end)? {
                        b'"' if bytes.get(end + 1) == Some(&b'"') => end += 2,
                        b'"' => break,
                        _ => end += 1,
                    }
                }
                rest.split_at(end + 1)
            } else {
                rest.split_at(rest.find(['.', '(', ' ']).unwrap_or(rest.len()))
            };
            parts.push(Ident::from_sql(part));
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let name = parts.pop()?;
        Some(QName { schema: parts.pop()?, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_unmodelled_objects() {
        let name = |written: &str| UnsupportedObject::full_name_in(written).map(|name| name.to_string());
        assert_eq!(name("public.f(integer, a.b)").as_deref(), Some("public.f"));
        assert_eq!(name("\"A.b\".\"x\"\"y\"").as_deref(), Some("\"A.b\".\"x\"\"y\""));
        assert_eq!(name("f(integer)"), None);
        assert_eq!(name("\"open"), None);
    }
}
