//! From a flat list to a tree: what is part of a table stands under it, a comment under what it is on.

use std::collections::BTreeMap;

use novate_contract::ObjectId;

use super::{Finding, FindingKind, Severity, Subject};

/// The findings grouped by table, in the order of their objects; what is not modelled comes last.
pub(super) fn by_table(findings: Vec<Finding>) -> Vec<Finding> {
    let mut roots: BTreeMap<Subject, Finding> = BTreeMap::new();
    let mut parts = Vec::new();
    for finding in findings {
        match parent(&finding.object) {
            Some(parent) => parts.push((parent, finding)),
            None => {
                roots.insert(finding.object.clone(), finding);
            }
        }
    }
    parts.sort_by(|(_, a), (_, b)| a.object.cmp(&b.object));
    for (parent, finding) in parts {
        let key = Subject::Object(parent);
        roots
            .entry(key.clone())
            .or_insert_with(|| Finding::new(key, FindingKind::Different, Severity::Note))
            .children
            .push(finding);
    }
    roots.into_values().collect()
}

fn parent(object: &Subject) -> Option<ObjectId> {
    let id = object.id()?;
    match id {
        ObjectId::Table(_) => None,
        ObjectId::Comment(on) => {
            Some(on.table().map_or_else(|| (**on).clone(), |table| ObjectId::Table(table.clone())))
        }
        other => other.table().map(|table| ObjectId::Table(table.clone())),
    }
}
