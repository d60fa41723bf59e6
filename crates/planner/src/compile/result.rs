//! Whether a migration leads where it should.

use std::collections::BTreeSet;

use novate_contract::{Contract, Control, ObjectId};

use super::error::{Difference, DifferenceKind};

/// The objects that differ, as a database would hold them. What either side leaves to others does not count.
pub(super) fn differences(reached: &Contract, to: &Contract) -> Vec<Difference> {
    let (is, should) = (reached.objects_unlike(to), to.objects_unlike(reached));
    let ids: BTreeSet<&ObjectId> = is.keys().chain(should.keys()).collect();
    let mut found = Vec::new();
    for id in ids {
        let ours = |contract: &Contract| contract.control(id) == Control::Managed;
        if !ours(reached) || !ours(to) {
            continue;
        }
        let kind = match (is.get(id), should.get(id)) {
            (None, Some(_)) => DifferenceKind::Missing,
            (Some(_), None) => DifferenceKind::Extra,
            (Some(a), Some(b)) if !a.same(b) => DifferenceKind::Other,
            _ => continue,
        };
        // What a missing or superfluous object is made of, and what is said of it, goes without saying.
        let within = |on: &Difference| on.kind == kind && kind != DifferenceKind::Other && contains(&on.object, id);
        if !found.iter().any(within) {
            found.push(Difference { object: id.clone(), kind });
        }
    }
    found
}

fn contains(whole: &ObjectId, part: &ObjectId) -> bool {
    match (whole, part) {
        (whole, ObjectId::Comment(on)) => whole == &**on || contains(whole, on),
        (ObjectId::Table(table), part) => part.table() == Some(table) && part != whole,
        _ => false,
    }
}
