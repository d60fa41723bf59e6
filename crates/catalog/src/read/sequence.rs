//! Sequences, those of identity columns included.

use novate_contract::{Control, Ident, QName, Sequence, SequenceOptions, SequenceOwner, names};

use super::comment::On;
use super::draft::Draft;
use super::fields::{Fields, Oid};
use super::query::is_member;
use crate::CatalogError;

/// The column that a sequence belongs to is looked up by itself: there is one row for it among very many.
pub(super) fn query() -> String {
    let member = is_member("pg_class", "r.oid");
    format!(
        "\
SELECT r.oid AS novate_sequence, r.relnamespace, r.relname, r.relpersistence = 'u', s.seqtypid, s.seqstart,
  s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.refobjid, d.refobjsubid, d.deptype,
  CASE WHEN r.relacl IS NOT NULL THEN
    r.relacl @> acldefault('s', r.relowner) AND r.relacl <@ acldefault('s', r.relowner) END
FROM pg_sequence s JOIN pg_class r ON r.oid = s.seqrelid
LEFT JOIN LATERAL (SELECT d.refobjid, d.refobjsubid, d.deptype FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1) d ON true
WHERE r.relkind = 'S' AND r.relpersistence <> 't' AND r.oid >= 16384 AND NOT ({member})"
    )
}

/// Puts one sequence into the contract, that of an identity into its column.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, schema): (Oid, Oid) = (fields.value()?, fields.value()?);
    let Some(place) = draft.schemas.get(&schema).filter(|schema| schema.counts) else { return Ok(()) };
    let name = QName::new(place.name.clone(), fields.text()?);
    let unlogged = fields.flag()?;
    let ty: Oid = fields.value()?;
    let options = SequenceOptions {
        ty: draft.type_name(ty, None),
        start: fields.value()?,
        increment: fields.value()?,
        min: fields.value()?,
        max: fields.value()?,
        cache: fields.value()?,
        cycle: fields.flag()?,
    };
    let owner_table = fields.object()?;
    let owner_column: Option<i16> = fields.optional_value()?;
    let is_identity = fields.letter()? == 'i';
    if fields.optional()? == Some("f") {
        draft.unsupported("privilege", format!("sequence {name}"));
    }
    let comment = draft.comment(On::Relation, oid);
    let mut table = owner_table.and_then(|oid| draft.relations.get_mut(&oid));
    let owner = table.as_ref().zip(owner_column).and_then(|(table, column)| {
        Some(SequenceOwner { table: table.name.clone(), column: table.column(column)?.clone() })
    });
    if !is_identity {
        // Before 15 there are no unlogged sequences; that of an unlogged table is what it would be later.
        let is_of_unlogged = table.is_some_and(|table| table.table.unlogged);
        let unlogged = unlogged || (draft.version.major() < 15 && is_of_unlogged);
        let sequence = Sequence { options, unlogged, owner, control: Control::Managed, comment };
        draft.contract.sequences.insert(name, sequence);
        return Ok(());
    }
    let Some(owner) = owner else { return Ok(()) };
    let column = table.as_mut().and_then(|table| table.table.columns.get_mut(&owner.column));
    if let Some(identity) = column.and_then(|column| column.identity.as_mut()) {
        let usual = names::sequence(&owner.table.name, &owner.column, &|_| false);
        identity.sequence = (usual != name.name).then(|| Ident::new(name.name.as_str()));
        *identity.options = options;
    }
    Ok(())
}
