//! The labels of enum types.

use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

pub(super) const QUERY: &str =
    "SELECT e.enumtypid AS novate_enum_label, e.enumsortorder, e.enumlabel FROM pg_enum e WHERE e.enumtypid >= 16384";

/// One label; its place is a number between those of its neighbours.
#[derive(Debug)]
pub(super) struct Label {
    place: f32,
    text: String,
}

/// Keeps one label for its type.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (ty, place): (Oid, f32) = (fields.value()?, fields.value()?);
    let text = fields.text()?.to_owned();
    if let Some((_, _, labels)) = draft.enums.get_mut(&ty) {
        labels.push(Label { place, text });
    }
    Ok(())
}

/// Puts the types with all of their labels into the contract.
pub(super) fn place(draft: &mut Draft) {
    for (name, mut entry, mut labels) in std::mem::take(&mut draft.enums).into_values() {
        labels.sort_by(|a, b| a.place.total_cmp(&b.place));
        entry.values = labels.into_iter().map(|label| label.text).collect();
        draft.contract.enums.insert(name, entry);
    }
}
