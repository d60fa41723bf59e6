//! Columns without their defaults.

use novate_contract::{Column, Ident, Identity, IdentityKind, SequenceOptions};

use super::attribute::{Attribute, FIELDS, IS_SPECIAL};
use super::comment::On;
use super::draft::{Draft, Place};
use super::fields::{Fields, Oid};
use super::query::ServerVersion;
use crate::CatalogError;

/// Only a type with modifiers needs the server's words. Other relations than tables are asked for what is special about
/// their columns, in the same pass over the largest of all catalogs.
pub(super) fn query(version: ServerVersion) -> String {
    let compression = version.since(14, "nullif(a.attcompression, '')", "NULL");
    format!(
        "\
SELECT a.attrelid AS novate_column, a.attnum, a.attname, {FIELDS}, a.atttypid,
  CASE WHEN a.atttypmod >= 0 THEN format_type(a.atttypid, a.atttypmod) END, a.attnotnull,
  nullif(a.attidentity, ''), nullif(a.attgenerated, ''), a.attstorage, {compression}, nullif(a.attstattarget, -1)
FROM pg_attribute a
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND (a.attrelid IN (SELECT r.oid FROM pg_class r
      WHERE r.relkind IN ('r', 'p') AND r.relpersistence <> 't' AND r.oid >= 16384)
    OR a.attrelid >= 16384 AND ({IS_SPECIAL}))"
    )
}

/// Puts one column into its table.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (relation, number): (Oid, i16) = (fields.value()?, fields.value()?);
    let name = Ident::new(fields.text()?);
    let special = Attribute::read(fields)?;
    let is_partition = match draft.relations.get(&relation).filter(|of| of.is_table) {
        Some(of) => of.table.partition_of.is_some(),
        None => {
            special.keep(draft, relation, number, &name);
            return Ok(());
        }
    };
    let ty: Oid = fields.value()?;
    let written = fields.optional()?;
    let mut column = Column::new(draft.type_name(ty, written));
    column.not_null = fields.flag()?;
    // From 17 on a partition's column says that it is an identity where it is that of the partitioned table, which has
    // the sequence.
    column.identity = match fields.letter()? {
        kind @ ('a' | 'd') if !is_partition => Some(Identity {
            kind: if kind == 'a' { IdentityKind::Always } else { IdentityKind::ByDefault },
            sequence: None,
            options: Box::new(SequenceOptions::defaults(column.ty.clone(), 1)),
        }),
        _ => None,
    };
    let generated = fields.letter()?;
    let storage = fields.letter()?;
    column.storage = Some(storage).filter(|storage| draft.types.storage(ty) != Some(*storage)).map(|letter| {
        let word = match letter {
            'p' => "PLAIN",
            'e' => "EXTERNAL",
            'm' => "MAIN",
            _ => "EXTENDED",
        };
        word.to_owned()
    });
    column.compression = fields.optional()?.map(|letter| if letter == "l" { "lz4" } else { "pglz" }.to_owned());
    column.statistics = fields.optional_value()?;
    column.collation = match draft.types.collation(ty) {
        Some(usual) => draft.collations.unusual(special.collation, Some(usual)),
        None => None,
    };
    column.comment = draft.column_comment(On::Relation, relation, number);
    special.keep(draft, relation, number, &name);
    if let (Some(of), Ok(number)) = (draft.relations.get_mut(&relation), usize::try_from(number)) {
        of.is_disordered |= number < of.places.len();
        if of.places.len() <= number {
            of.places.resize_with(number + 1, || None);
        }
        let (at, _) = of.table.columns.insert_full(name, column);
        if let Some(place) = of.places.get_mut(number) {
            *place = Some(Place { at, ty, generated });
        }
    }
    Ok(())
}

/// Brings the columns into order where they did not come in theirs.
pub(super) fn place(draft: &mut Draft) {
    for relation in draft.relations.values_mut().filter(|relation| relation.is_disordered) {
        let columns = std::mem::take(&mut relation.table.columns);
        let mut columns: Vec<Option<(Ident, Column)>> = columns.into_iter().map(Some).collect();
        for place in relation.places.iter_mut().flatten() {
            if let Some((name, column)) = columns.get_mut(place.at).and_then(Option::take) {
                (place.at, _) = relation.table.columns.insert_full(name, column);
            }
        }
    }
}
