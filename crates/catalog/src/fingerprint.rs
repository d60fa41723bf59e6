//! Digests of what a database looked like, to tell later what has changed.

use std::collections::{BTreeMap, BTreeSet};

use novate_contract::{ConstraintTag, Ident, ObjectId, QName};
use sha2::{Digest, Sha256};

use crate::Snapshot;

/// The digest of every object's definition in the server's words.
///
/// Its JSON form maps object ids (see [`Fingerprint::to_json`]) to 16 hexadecimal digits each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint(BTreeMap<ObjectId, String>);

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Objects that are defined in another way.
    pub changed: BTreeSet<ObjectId>,
    /// Objects that are not there any more.
    pub gone: BTreeSet<ObjectId>,
    /// Objects that were not there before.
    pub new: BTreeSet<ObjectId>,
}

impl Fingerprint {
    /// The fingerprint of a live database.
    pub fn of(live: &Snapshot) -> Self {
        Self(live.printed().into_iter().map(|(id, text)| (id, digest(&text))).collect())
    }

    /// As one JSON object, keys in order: `{"column \"public\".\"users\".\"email\"": "1f..."}`.
    pub fn to_json(&self) -> String {
        let map: BTreeMap<String, &String> = self.0.iter().map(|(id, digest)| (key(id), digest)).collect();
        serde_json::to_string(&map).unwrap_or_default()
    }

    /// Reads what [`Fingerprint::to_json`] wrote; `None` for anything else. Objects of kinds that this version does
    /// not know are left out.
    pub fn from_json(text: &str) -> Option<Self> {
        let map: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        Some(Self(map.into_iter().filter_map(|(key, digest)| Some((id(&key)?, digest))).collect()))
    }

    /// What is not as it was when the fingerprint was taken.
    pub fn changes(&self, live: &Snapshot) -> Changes {
        let now = Self::of(live);
        let changed = |(id, digest): &(&ObjectId, &String)| now.0.get(*id).is_some_and(|other| other != *digest);
        Changes {
            changed: self.0.iter().filter(changed).map(|(id, _)| id.clone()).collect(),
            gone: self.0.keys().filter(|id| !now.0.contains_key(*id)).cloned().collect(),
            new: now.0.into_keys().filter(|id| !self.0.contains_key(id)).collect(),
        }
    }

    /// Every object that is not as it was, gone and new ones included.
    pub fn changed_since(&self, live: &Snapshot) -> BTreeSet<ObjectId> {
        let Changes { changed, gone, new } = self.changes(live);
        changed.into_iter().chain(gone).chain(new).collect()
    }
}

/// A quarter of a SHA-256: enough where nobody forges, and those of ten thousand tables stay small.
fn digest(text: &str) -> String {
    let mut digest = hex::encode(Sha256::digest(text.as_bytes()));
    digest.truncate(16);
    digest
}

/// The kind and the names of an object, every name in quotes.
fn key(id: &ObjectId) -> String {
    let names: Vec<&Ident> = match id {
        ObjectId::Comment(on) => return format!("{COMMENT}{}", key(on)),
        ObjectId::Schema(name) | ObjectId::Extension(name) => vec![name],
        ObjectId::Enum(name) | ObjectId::Sequence(name) | ObjectId::Table(name) => vec![&name.schema, &name.name],
        ObjectId::Column(table, name) | ObjectId::Constraint(_, table, name) | ObjectId::Index(table, name) => {
            vec![&table.schema, &table.name, name]
        }
    };
    let names: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.as_str().replace('"', "\"\""))).collect();
    format!("{} {}", id.kind(), names.join("."))
}

const COMMENT: &str = "comment on ";

/// The names in `"a"."b"`.
fn names(text: &str) -> Option<Vec<Ident>> {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let inner = rest.strip_prefix('"')?;
        let mut end = inner.find('"')?;
        while inner.get(end + 1..)?.starts_with('"') {
            end += 2 + inner.get(end + 2..)?.find('"')?;
        }
        names.push(Ident::new(inner.get(..end)?.replace("\"\"", "\"")));
        rest = inner.get(end + 1..)?;
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix('.')?;
    }
}

fn id(key: &str) -> Option<ObjectId> {
    if let Some(on) = key.strip_prefix(COMMENT) {
        return Some(ObjectId::Comment(Box::new(id(on)?)));
    }
    let (kind, rest) = key.split_at(key.find('"')?);
    let names = names(rest)?;
    let of_table = |make: fn(QName, Ident) -> ObjectId| match names.as_slice() {
        [schema, table, name] => Some(make(QName::new(schema.clone(), table.clone()), name.clone())),
        _ => None,
    };
    let in_schema = |make: fn(QName) -> ObjectId| match names.as_slice() {
        [schema, name] => Some(make(QName::new(schema.clone(), name.clone()))),
        _ => None,
    };
    let alone = |make: fn(Ident) -> ObjectId| match names.as_slice() {
        [name] => Some(make(name.clone())),
        _ => None,
    };
    match kind.trim_end() {
        "schema" => alone(ObjectId::Schema),
        "extension" => alone(ObjectId::Extension),
        "enum" => in_schema(ObjectId::Enum),
        "sequence" => in_schema(ObjectId::Sequence),
        "table" => in_schema(ObjectId::Table),
        "column" => of_table(ObjectId::Column),
        "index" => of_table(ObjectId::Index),
        "primary key" => of_table(|table, name| ObjectId::Constraint(ConstraintTag::PrimaryKey, table, name)),
        "unique" => of_table(|table, name| ObjectId::Constraint(ConstraintTag::Unique, table, name)),
        "check" => of_table(|table, name| ObjectId::Constraint(ConstraintTag::Check, table, name)),
        "exclusion" => of_table(|table, name| ObjectId::Constraint(ConstraintTag::Exclusion, table, name)),
        "foreign key" => of_table(|table, name| ObjectId::Constraint(ConstraintTag::ForeignKey, table, name)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_keys() {
        let table = QName::new("odd.schema", "\"odd\"\" table\"");
        let all = [
            ObjectId::Schema(Ident::new("a")),
            ObjectId::Extension(Ident::new("uuid-ossp")),
            ObjectId::Enum(table.clone()),
            ObjectId::Sequence(table.clone()),
            ObjectId::Table(table.clone()),
            ObjectId::Column(table.clone(), Ident::new("c")),
            ObjectId::Constraint(ConstraintTag::ForeignKey, table.clone(), Ident::new("f")),
            ObjectId::Constraint(ConstraintTag::PrimaryKey, table.clone(), Ident::new("p")),
            ObjectId::Constraint(ConstraintTag::Unique, table.clone(), Ident::new("u")),
            ObjectId::Constraint(ConstraintTag::Check, table.clone(), Ident::new("c")),
            ObjectId::Constraint(ConstraintTag::Exclusion, table.clone(), Ident::new("x")),
            ObjectId::Index(table.clone(), Ident::new("i")),
            ObjectId::Comment(Box::new(ObjectId::Column(table, Ident::new("c")))),
        ];
        for one in all {
            assert_eq!(id(&key(&one)), Some(one));
        }
    }

    #[test]
    fn what_is_not_a_fingerprint_is_none() {
        assert_eq!(Fingerprint::from_json("[]"), None);
        let unknown = Fingerprint::from_json(r#"{"rune \"public\".\"x\"": "00"}"#).unwrap();
        assert_eq!(unknown, Fingerprint::default());
    }
}
