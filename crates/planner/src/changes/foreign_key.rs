//! Foreign keys: in which order they and what they connect can go.

use std::collections::BTreeSet;

use novate_contract::{Constraint, ConstraintKind, ForeignKey, ObjectId, QName};

use super::Work;
use crate::step::Node;
use crate::uses;

/// Whether a foreign key has to be dropped before its table or column can be: because tables that go point at each other
/// in a circle, or because only its column goes while what it points at goes too.
pub(super) fn must_go_first(work: &Work<'_>, table: &QName, key: &ForeignKey) -> bool {
    if work.table_is_lost(table) {
        return *table != key.references
            && work.table_is_lost(&key.references)
            && points_at(work, &key.references, table);
    }
    let lost = |column| work.diff.is_lost(&ObjectId::Column(key.references.clone(), column));
    work.table_is_lost(&key.references) || key.referenced.iter().cloned().any(lost)
}

/// The keys that go, but that a new foreign key would come to rest on if they were still there.
pub(super) fn rivals(work: &Work<'_>, constraint: &Constraint) -> Vec<Node> {
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return Vec::new() };
    let keys = uses::referenced_keys(work.diff.from, key).into_iter();
    keys.filter(|id| work.diff.is_lost(id)).map(Node::Object).collect()
}

/// Whether one lost table points at another, by whatever way through lost tables.
fn points_at(work: &Work<'_>, from: &QName, to: &QName) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if !work.table_is_lost(name) || !seen.insert(name) {
            continue;
        }
        for constraint in work.old_table(name).into_iter().flat_map(|table| table.constraints.values()) {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind {
                open.push(&key.references);
            }
        }
    }
    false
}
