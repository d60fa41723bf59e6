//! What constraints of every kind have in common.

use std::collections::HashMap;

use novate_contract::{Check, Constraint, ConstraintKind, Deferral, Ident, PrimaryKey, Table, Unique};
use serde::Deserialize;

use super::assemble::Numbers;
use super::comment::On;
use super::query::ServerVersion;
use super::text::{Scope, expression, storage};
use super::{exclusion, foreign_key, index};

/// The fields of [`Row`], in order. Constraint triggers are triggers, and NOT NULL is the column's. A foreign key to a
/// partitioned table has parts for each of its partitions, which are no constraints of their own.
pub(super) fn query(version: ServerVersion) -> String {
    let delete_columns = version.since(15, "c.confdelsetcols", "NULL::int2[]");
    let enforced = version.since(18, "c.conenforced", "true");
    let period = version.since(18, "c.conperiod", "false");
    format!(
        "\
SELECT 'constraint', json_build_array(c.oid::int8, c.conrelid::int8, c.conname, c.contype, c.conkey, c.condeferrable,
  c.condeferred, c.convalidated, c.connoinherit, {enforced}, {period},
  CASE c.contype WHEN 'c' THEN pg_get_expr(c.conbin, c.conrelid) END,
  CASE WHEN c.contype IN ('p', 'u', 'x') THEN c.conindid::int8 END,
  CASE c.contype WHEN 'f' THEN json_build_array(c.confrelid::int8, c.confkey, c.confmatchtype, c.confupdtype,
    c.confdeltype, {delete_columns}) END,
  CASE c.contype WHEN 'x' THEN (SELECT json_agg(json_build_array(n.nspname, o.oprname) ORDER BY k.i)
    FROM unnest(c.conexclop) WITH ORDINALITY k(op, i) JOIN pg_operator o ON o.oid = k.op
    JOIN pg_namespace n ON n.oid = o.oprnamespace) END)::text
FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
LEFT JOIN pg_constraint p ON p.oid = c.conparentid
WHERE r.relkind IN ('r', 'p') AND c.contype IN ('p', 'u', 'f', 'c', 'x') AND p.conrelid IS DISTINCT FROM c.conrelid"
    )
}

/// One constraint.
// As many flags as the catalog has.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) table: i64,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) columns: Option<Vec<i16>>,
    pub(crate) deferrable: bool,
    pub(crate) deferred: bool,
    pub(crate) validated: bool,
    pub(crate) no_inherit: bool,
    pub(crate) enforced: bool,
    /// `WITHOUT OVERLAPS` or `PERIOD`.
    pub(crate) temporal: bool,
    pub(crate) expr: Option<String>,
    pub(crate) index: Option<i64>,
    pub(crate) foreign_key: Option<foreign_key::Row>,
    /// Schema and name of each element's operator.
    pub(crate) operators: Option<Vec<(String, String)>>,
}

/// Puts constraints into their tables.
pub(super) fn place(rows: &[Row], indexes: &[index::Row], numbers: &Numbers, tables: &mut HashMap<i64, Table>) {
    let indexes: HashMap<i64, &index::Row> = indexes.iter().map(|row| (row.oid, row)).collect();
    for row in rows {
        let Some(table) = tables.get_mut(&row.table) else { continue };
        // WITHOUT OVERLAPS and PERIOD are not modelled; the statement names them among what is not.
        if row.temporal {
            continue;
        }
        let index = row.index.and_then(|oid| indexes.get(&oid).copied());
        let Some(kind) = kind(row, index, table, numbers) else { continue };
        let constraint = Constraint {
            kind,
            deferral: match (row.deferrable, row.deferred) {
                (false, _) => Deferral::NotDeferrable,
                (true, false) => Deferral::InitiallyImmediate,
                (true, true) => Deferral::InitiallyDeferred,
            },
            validated: row.validated,
            no_inherit: row.no_inherit && row.kind == "c",
            enforced: row.enforced,
            comment: numbers.comment(On::Constraint, row.oid),
        };
        table.constraints.insert(Ident::new(&row.name), constraint);
    }
}

fn kind(row: &Row, index: Option<&index::Row>, table: &Table, numbers: &Numbers) -> Option<ConstraintKind> {
    let columns = || numbers.columns(row.table, row.columns.as_deref().unwrap_or_default());
    Some(match row.kind.as_str() {
        "p" => {
            let index = index?;
            let storage = storage(index.storage.as_ref(), "");
            ConstraintKind::PrimaryKey(PrimaryKey { columns: columns(), include: index.included(numbers), storage })
        }
        "u" => {
            let index = index?;
            ConstraintKind::Unique(Unique {
                columns: columns(),
                nulls_not_distinct: index.nulls_not_distinct,
                include: index.included(numbers),
                storage: storage(index.storage.as_ref(), ""),
            })
        }
        "f" => ConstraintKind::ForeignKey(foreign_key::foreign_key(
            columns(),
            row.table,
            row.foreign_key.as_ref()?,
            numbers,
        )),
        "c" => ConstraintKind::Check(Check { expr: expression(row.expr.as_deref()?, None, &Scope::of(table)) }),
        "x" => ConstraintKind::Exclusion(exclusion::exclusion(row, index?, table, numbers)),
        _ => return None,
    })
}
