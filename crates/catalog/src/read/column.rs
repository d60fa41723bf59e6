//! Columns.

use std::collections::HashMap;

use novate_contract::{Column, Generated, GeneratedKind, Ident, Identity, IdentityKind, SequenceOptions, Table};
use serde::Deserialize;

use super::assemble::Numbers;
use super::comment::On;
use super::query::ServerVersion;
use super::text::{Defaults, Scope, Types, expression, outside_catalog};

/// The fields of [`Row`], in order. From 17 on a partition's column says that it is an identity where it is that of
/// the partitioned table, which has the sequence.
pub(super) fn query(version: ServerVersion) -> String {
    let compression = version.since(14, "nullif(a.attcompression, '')", "NULL::text");
    format!(
        "\
SELECT 'column', json_build_array(a.attrelid::int8, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
  a.attnotnull, pg_get_expr(d.adbin, d.adrelid), 
  CASE WHEN NOT r.relispartition THEN nullif(a.attidentity, '') END, nullif(a.attgenerated, ''),
  CASE WHEN a.attcollation <> t.typcollation THEN
    (SELECT json_build_array(n.nspname, c.collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
     WHERE c.oid = a.attcollation) END,
  CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, {compression}, a.attstattarget,
  a.attoptions)::text
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    )
}

/// One column.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) table: i64,
    pub(crate) number: i16,
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) not_null: bool,
    /// Default, or what it is generated from.
    pub(crate) default: Option<String>,
    pub(crate) identity: Option<String>,
    pub(crate) generated: Option<String>,
    /// Schema and name, where it is not the type's own.
    pub(crate) collation: Option<(String, String)>,
    pub(crate) storage: Option<String>,
    pub(crate) compression: Option<String>,
    pub(crate) statistics: Option<i32>,
    pub(crate) options: Option<Vec<String>>,
}

/// Puts columns into their tables, in order.
pub(super) fn place(rows: &[Row], numbers: &Numbers, types: &mut Types, tables: &mut HashMap<i64, Table>) {
    let mut ordered: Vec<&Row> = rows.iter().collect();
    ordered.sort_by_key(|row| (row.table, row.number));
    for row in &ordered {
        if let Some(table) = tables.get_mut(&row.table) {
            table.columns.insert(Ident::new(&row.name), column(row, numbers, types));
        }
    }
    // Expressions come last: they may use every column of the table.
    let mut defaults = Defaults::default();
    for row in ordered {
        let (Some(text), Some(table)) = (&row.default, tables.get_mut(&row.table)) else { continue };
        let Some(ty) = table.columns.get(row.name.as_str()).map(|column| column.ty.clone()) else { continue };
        let scope = Scope::of(table);
        let value = match row.generated {
            None => defaults.get(text, &ty, &scope),
            Some(_) => Some(expression(text, Some(&ty), &scope)),
        };
        let Some(column) = table.columns.get_mut(row.name.as_str()) else { continue };
        match row.generated.as_deref() {
            None => column.default = value,
            Some("v") => column.generated = value.map(|expr| Generated { kind: GeneratedKind::Virtual, expr }),
            Some(_) => column.generated = value.map(|expr| Generated { kind: GeneratedKind::Stored, expr }),
        }
    }
}

fn column(row: &Row, numbers: &Numbers, types: &mut Types) -> Column {
    let mut column = Column::new(types.get(&row.ty));
    column.not_null = row.not_null;
    column.collation = row.collation.as_ref().map(outside_catalog);
    column.storage = row.storage.as_deref().map(|letter| {
        let word = match letter {
            "p" => "PLAIN",
            "e" => "EXTERNAL",
            "m" => "MAIN",
            _ => "EXTENDED",
        };
        word.to_owned()
    });
    column.compression = row.compression.as_deref().map(|letter| if letter == "l" { "lz4" } else { "pglz" }.to_owned());
    // Before 17 it is -1 and not null where nothing was asked for.
    column.statistics = row.statistics.filter(|target| *target >= 0);
    column.identity = row.identity.as_deref().map(|letter| Identity {
        kind: if letter == "a" { IdentityKind::Always } else { IdentityKind::ByDefault },
        sequence: None,
        options: SequenceOptions::defaults(column.ty.clone(), 1),
    });
    column.comment = numbers.column_comment(On::Relation, row.table, row.number);
    column
}

/// Options of columns (`n_distinct`), which are not modelled.
pub(super) fn options<'a>(rows: &'a [Row], numbers: &'a Numbers) -> impl Iterator<Item = (String, String)> + 'a {
    rows.iter()
        .filter(|row| row.options.is_some())
        .map(|row| ("column option".to_owned(), format!("{}.{}", numbers.table(row.table), Ident::new(&row.name))))
}
