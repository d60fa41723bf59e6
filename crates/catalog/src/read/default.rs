//! Defaults, and what columns are generated from.

use novate_contract::{Generated, GeneratedKind};

use super::draft::Draft;
use super::expression::Use;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// A default uses no columns. Printing it without its table saves looking the table up, which takes longer than the
/// rest; an expression that does use some has a `VAR` among its nodes.
pub(super) const QUERY: &str = "\
SELECT d.adrelid AS novate_default, d.adnum,
  pg_get_expr(d.adbin, CASE WHEN d.adbin::text LIKE '%{VAR %' THEN d.adrelid ELSE 0 END)
FROM pg_attrdef d
WHERE d.adrelid >= 16384";

/// Gives one column its default.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (relation, number): (Oid, usize) = (fields.value()?, fields.value()?);
    // A table that is dropped meanwhile has no words any more.
    let Some(text) = fields.optional()? else { return Ok(()) };
    let Some(of) = draft.relations.get_mut(&relation) else { return Ok(()) };
    let Some(place) = of.places.get(number).and_then(Option::as_ref) else { return Ok(()) };
    let (at, generated) = (place.at, place.generated);
    let Some(ty) = of.table.columns.get_index(at).map(|(_, column)| column.ty.clone()) else { return Ok(()) };
    let purpose = if generated == ' ' { Use::Default(&ty) } else { Use::Assigned(&ty) };
    let value = draft.expressions.get(text, purpose, &of.table);
    let Some((_, column)) = of.table.columns.get_index_mut(at) else { return Ok(()) };
    match generated {
        ' ' => column.default = value,
        'v' => column.generated = value.map(|expr| Generated { kind: GeneratedKind::Virtual, expr }),
        _ => column.generated = value.map(|expr| Generated { kind: GeneratedKind::Stored, expr }),
    }
    Ok(())
}
