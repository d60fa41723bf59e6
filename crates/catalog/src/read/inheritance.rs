//! Which tables come from which.

use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::numbers::Numbered;
use crate::CatalogError;

/// Partitions of indexes are among them too, and are passed over.
pub(super) const QUERY: &str = "SELECT i.inhrelid AS novate_inheritance, i.inhparent, i.inhseqno FROM pg_inherits i";

/// Keeps one parent of a table.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (child, parent): (Oid, Oid) = (fields.value()?, fields.value()?);
    let place: i32 = fields.value()?;
    draft.parents.entry(child).or_default().push((place, parent));
    Ok(())
}

/// Tells the tables their parents.
pub(super) fn place(draft: &mut Draft) {
    let all: Numbered<Oid, Vec<(i32, Oid)>> = std::mem::take(&mut draft.parents);
    for (child, parents) in all {
        let named =
            parents.iter().filter_map(|(at, parent)| Some((*at, draft.relations.get(parent)?.name.clone()))).collect();
        if let Some(child) = draft.relations.get_mut(&child) {
            child.descend(named);
        }
    }
}
