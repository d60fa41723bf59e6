//! Sequences, those of identity columns included.

use std::collections::HashMap;

use novate_contract::{Contract, Control, Ident, QName, Sequence, SequenceOptions, SequenceOwner, Table, names};
use serde::Deserialize;

use super::assemble::Numbers;
use super::comment::On;
use super::query::ServerVersion;
use super::text::Types;

/// The fields of [`Row`], in order.
pub(super) const QUERY: &str = "\
SELECT 'sequence', json_build_array(r.oid::int8, r.nspname, r.relname, format_type(s.seqtypid, NULL), s.seqstart,
  s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, r.relpersistence = 'u', d.refobjid::int8, d.refobjsubid,
  coalesce(d.deptype = 'i', false))::text
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.objsubid = 0
  AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')";

/// One sequence.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) start: i64,
    pub(crate) increment: i64,
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) cache: i64,
    pub(crate) cycle: bool,
    pub(crate) unlogged: bool,
    /// The table of the column that it belongs to, and that column's number.
    pub(crate) owner_table: Option<i64>,
    pub(crate) owner_column: Option<i16>,
    /// Whether that column is an identity with this as its inner part.
    pub(crate) identity: bool,
}

/// Puts sequences into the contract, those of identities into their columns.
pub(super) fn place(
    version: ServerVersion,
    rows: &[Row],
    numbers: &Numbers,
    types: &mut Types,
    tables: &mut HashMap<i64, Table>,
    contract: &mut Contract,
) {
    for row in rows {
        let owner = row.owner_table.zip(row.owner_column).and_then(|(table, column)| {
            Some(SequenceOwner { table: numbers.table(table), column: numbers.column(table, column)? })
        });
        let options = options(row, types);
        if !row.identity {
            // Before 15 there are no unlogged sequences; that of an unlogged table is what it would be later.
            let unlogged_table =
                || row.owner_table.and_then(|oid| tables.get(&oid)).is_some_and(|table| table.unlogged);
            let sequence = Sequence {
                options,
                unlogged: row.unlogged || (version.major() < 15 && unlogged_table()),
                owner,
                control: Control::Managed,
                comment: numbers.comment(On::Relation, row.oid),
            };
            contract.sequences.insert(QName::new(row.schema.as_str(), row.name.as_str()), sequence);
            continue;
        }
        let Some(owner) = owner else { continue };
        let column =
            row.owner_table.and_then(|oid| tables.get_mut(&oid)).and_then(|t| t.columns.get_mut(&owner.column));
        if let Some(identity) = column.and_then(|column| column.identity.as_mut()) {
            let usual = names::sequence(&owner.table.name, &owner.column, &|_| false);
            identity.sequence = (usual.as_str() != row.name).then(|| Ident::new(&row.name));
            identity.options = options;
        }
    }
}

fn options(row: &Row, types: &mut Types) -> SequenceOptions {
    SequenceOptions {
        ty: types.get(&row.ty),
        start: row.start,
        increment: row.increment,
        min: row.min,
        max: row.max,
        cache: row.cache,
        cycle: row.cycle,
    }
}
