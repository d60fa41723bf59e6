//! Digests of what a database looked like, to tell later what has changed.

mod key;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use novate_contract::{Contract, Object, ObjectId, ObjectKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::describe::{Listener, describe};
use crate::{Finding, Snapshot};

/// The digest of every object's definition in the server's words.
///
/// Its JSON form (see [`Fingerprint::to_json`]) maps tables to the objects in them, and those to 16 hexadecimal digits
/// each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// What these digests are of; those of another version say nothing to this one.
    version: u32,
    /// The major version of the server whose words they are of.
    server: u32,
    /// By table, what is in none by the empty name; then by kind and name within the table.
    objects: BTreeMap<String, BTreeMap<String, Digest>>,
}

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Objects that are defined in other words, which may mean the same.
    pub changed: BTreeSet<ObjectId>,
    /// Objects that are not there any more.
    pub gone: BTreeSet<ObjectId>,
    /// Objects that were not there before.
    pub new: BTreeSet<ObjectId>,
}

impl Fingerprint {
    const VERSION: u32 = 2;

    /// The fingerprint of a live database.
    pub fn of(live: &Snapshot) -> Self {
        let mut objects = BTreeMap::new();
        let mut words = Words::default();
        objects.insert(String::new(), outside_tables(&live.contract, &mut words));
        for (name, table) in &live.contract.tables {
            let mut parts = Parts { words: &mut words, all: BTreeMap::new() };
            parts.add(ObjectKind::Table, "", Object::Table(table));
            for (name, column) in &table.columns {
                parts.add(ObjectKind::Column, name, Object::Column(column));
            }
            for (name, constraint) in &table.constraints {
                parts.add(constraint.kind.tag().kind(), name, Object::Constraint(constraint));
            }
            for (name, index) in &table.indexes {
                parts.add(ObjectKind::Index, name, Object::Index(index));
            }
            objects.insert(name.to_string(), parts.all);
        }
        Self { version: Self::VERSION, server: live.server_version.major(), objects }
    }

    /// As JSON: `{"version":2,"server":15,"objects":{"public.users":{"column email":"1f..."}}}`, keys in order.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Fingerprint::to_json`] wrote; `None` for anything else, that of another version included.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|fingerprint: &Self| fingerprint.version == Self::VERSION)
    }

    /// Every object that is another than when the fingerprint was taken, gone and new ones included.
    ///
    /// `signed` is the contract that the database satisfied then, and `findings` is what tells it from that contract
    /// now. Words alone do not make a change: a dump that is restored, or another major version of the server, may print
    /// in other words what means the same. So an object of the contract has changed only if there is a finding of it;
    /// of other objects the words decide, if they are those of the same major version.
    pub fn changed_since(&self, live: &Snapshot, signed: &Contract, findings: &[Finding]) -> BTreeSet<ObjectId> {
        let Changes { changed, gone, new } = self.changes(live);
        let mut differing = BTreeSet::new();
        collect_differing(findings, &mut differing);
        let same_server = self.server == live.server_version.major();
        let is_changed = |id: &ObjectId| match signed.object(id) {
            Some(_) => differing.contains(id),
            None => same_server,
        };
        changed.into_iter().filter(is_changed).chain(gone).chain(new).collect()
    }

    /// What is not in the words in which it was when the fingerprint was taken. Objects of kinds that this version does
    /// not know are passed over.
    pub fn changes(&self, live: &Snapshot) -> Changes {
        let now = Self::of(live);
        let mut changes = Changes::default();
        let none = BTreeMap::new();
        let tables: BTreeSet<&String> = self.objects.keys().chain(now.objects.keys()).collect();
        for table in tables {
            let before = self.objects.get(table).unwrap_or(&none);
            let after = now.objects.get(table).unwrap_or(&none);
            for (key, digest) in before {
                let into = match after.get(key) {
                    Some(other) if other == digest => continue,
                    Some(_) => &mut changes.changed,
                    None => &mut changes.gone,
                };
                into.extend(key::id(table, key));
            }
            let new = after.keys().filter(|key| !before.contains_key(*key));
            changes.new.extend(new.filter_map(|key| key::id(table, key)));
        }
        changes
    }
}

fn collect_differing<'a>(findings: &'a [Finding], into: &mut BTreeSet<&'a ObjectId>) {
    for finding in findings {
        into.extend(finding.object.id().filter(|_| !finding.differences.is_empty()));
        collect_differing(&finding.children, into);
    }
}

/// A quarter of a SHA-256: enough where nobody forges, and those of ten thousand tables stay small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digest(u64);

impl Digest {
    fn of(text: &str) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&Sha256::digest(text.as_bytes())[..8]);
        Self(u64::from_be_bytes(first))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What was said of an object; what PostgreSQL does by itself is left out, so that an aspect that a later version of
/// novate knows does not change the digests of those that have nothing to say of it.
#[derive(Default)]
struct Words(String);

impl Listener for Words {
    fn take(&mut self, name: &'static str, shown: &dyn Display, _: Option<&dyn Display>, said: bool) {
        if said {
            // A String takes everything; no text of PostgreSQL's holds the character that ends each.
            let _ = write!(self.0, "{name}\0{shown}\0");
        }
    }
}

/// The objects of one table, or those that are in none.
struct Parts<'a> {
    words: &'a mut Words,
    all: BTreeMap<String, Digest>,
}

impl Parts<'_> {
    fn add(&mut self, kind: ObjectKind, name: impl Display, object: Object<'_>) {
        let key = key::key(kind, &name);
        if let Some(comment) = object.comment() {
            self.all.insert(key::of_comment(&key), Digest::of(comment));
        }
        self.words.0.clear();
        describe(object, self.words);
        self.all.insert(key, Digest::of(&self.words.0));
    }
}

fn outside_tables(contract: &Contract, words: &mut Words) -> BTreeMap<String, Digest> {
    let mut parts = Parts { words, all: BTreeMap::new() };
    for (name, schema) in &contract.schemas {
        parts.add(ObjectKind::Schema, name, Object::Schema(schema));
    }
    for (name, extension) in &contract.extensions {
        parts.add(ObjectKind::Extension, name, Object::Extension(extension));
    }
    for (name, payload) in &contract.enums {
        parts.add(ObjectKind::Enum, name, Object::Enum(payload));
    }
    for (name, sequence) in &contract.sequences {
        parts.add(ObjectKind::Sequence, name, Object::Sequence(sequence));
    }
    parts.all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_fingerprint_is_none() {
        for text in ["[]", "{}", r#"{"table \"public\".\"t\"":"00"}"#, r#"{"version":1,"server":15,"objects":{}}"#] {
            assert_eq!(Fingerprint::from_json(text), None, "{text}");
        }
        let unknown = r#"{"version":2,"server":15,"objects":{"public.t":{"rune x":"00000000000000ff"}}}"#;
        assert_eq!(Fingerprint::from_json(unknown).unwrap().to_json(), unknown);
    }
}
