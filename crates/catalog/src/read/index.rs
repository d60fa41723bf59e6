//! Indexes, those of constraints included.

use std::collections::{HashMap, HashSet};

use novate_contract::{
    Ident, Index, IndexElement, IndexKey, NullsOrder, OperatorClass, ReplicaIdentity, SortOrder, Table,
};
use novate_sql::ast::Statement;
use serde::Deserialize;

use super::assemble::Numbers;
use super::comment::On;
use super::constraint;
use super::query::ServerVersion;
use super::text::{Scope, expression, outside_catalog, outside_default_path, storage};

/// The fields of [`Row`], in order.
///
/// An element is described only where something about it is not the default. What the collation of an expression
/// would be by itself cannot be asked for, so the whole definition comes along wherever it could be another.
/// `varchar` has no operator class of its own; PostgreSQL takes that of `text`.
pub(super) fn query(version: ServerVersion) -> String {
    let nulls_not_distinct = version.since(15, "i.indnullsnotdistinct", "false");
    format!(
        "\
SELECT 'index', json_build_array(i.indexrelid::int8, i.indrelid::int8, c.relname, m.amname, i.indisunique,
  i.indisvalid, i.indisreplident, {nulls_not_distinct}, c.reloptions, i.indnkeyatts, i.indkey, i.indoption,
  pg_get_expr(i.indpred, i.indrelid),
  CASE WHEN i.indexprs IS NOT NULL THEN
    ARRAY(SELECT CASE WHEN i.indkey[k] = 0 THEN pg_get_indexdef(i.indexrelid, k + 1, false) END
      FROM generate_series(0, i.indnkeyatts - 1) k ORDER BY k) END,
  CASE WHEN i.indexprs IS NOT NULL AND (EXISTS (SELECT FROM unnest(i.indcollation::oid[]) l WHERE l NOT IN (0, 100))
      OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attcollation NOT IN (0, 100)))
    THEN pg_get_indexdef(i.indexrelid) END, e.elements)::text
FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
LEFT JOIN (
  SELECT x.indexrelid, json_agg(json_build_array(p.attnum,
    CASE WHEN NOT o.opcdefault OR q.oid <> o.oid OR p.attoptions IS NOT NULL
      THEN json_build_array(os.nspname, o.opcname) END, p.attoptions,
    CASE WHEN p.attcollation <> a.attcollation THEN json_build_array(ls.nspname, l.collname) END)) AS elements
  FROM relation t JOIN pg_index x ON x.indrelid = t.oid
  JOIN pg_attribute p ON p.attrelid = x.indexrelid AND p.attnum <= x.indnkeyatts
  JOIN pg_opclass o ON o.oid = x.indclass[p.attnum - 1] JOIN pg_namespace os ON os.oid = o.opcnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[p.attnum - 1] AND a.attnum > 0
  LEFT JOIN pg_opclass q ON q.opcmethod = o.opcmethod AND q.opcdefault
    AND q.opcintype = CASE a.atttypid WHEN 'varchar'::regtype THEN 'text'::regtype ELSE a.atttypid END
  LEFT JOIN pg_collation l ON l.oid = p.attcollation LEFT JOIN pg_namespace ls ON ls.oid = l.collnamespace
  WHERE t.relkind IN ('r', 'p')
    AND (NOT o.opcdefault OR q.oid <> o.oid OR p.attoptions IS NOT NULL OR p.attcollation <> a.attcollation)
  GROUP BY x.indexrelid
) e ON e.indexrelid = i.indexrelid
WHERE r.relkind IN ('r', 'p') AND i.indislive"
    )
}

/// One index.
// As many flags as the catalog has.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) oid: i64,
    pub(crate) table: i64,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) unique: bool,
    pub(crate) valid: bool,
    pub(crate) replica_identity: bool,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) storage: Option<Vec<String>>,
    /// How many of `columns` are keys; the rest are included.
    pub(crate) keys: usize,
    /// Column numbers; 0 for an expression.
    pub(crate) columns: Vec<i16>,
    /// Bit 0 descending, bit 1 nulls first, by key.
    pub(crate) options: Vec<u8>,
    pub(crate) predicate: Option<String>,
    /// By key, for those that are expressions.
    pub(crate) expressions: Option<Vec<Option<String>>>,
    /// The whole definition, where collations of expressions must be looked for in it.
    pub(crate) definition: Option<String>,
    pub(crate) elements: Option<Vec<ElementRow>>,
}

/// What is not the default about a key.
#[derive(Debug, Deserialize)]
pub(crate) struct ElementRow {
    /// From 1.
    pub(crate) position: usize,
    /// Schema and name.
    pub(crate) opclass: Option<(String, String)>,
    pub(crate) parameters: Option<Vec<String>>,
    /// Schema and name, where it is not the column's own.
    pub(crate) collation: Option<(String, String)>,
}

/// Puts the indexes that are no constraint's into their tables.
pub(super) fn place(
    rows: &[Row],
    constraints: &[constraint::Row],
    numbers: &Numbers,
    tables: &mut HashMap<i64, Table>,
) {
    let keys: HashSet<i64> = constraints.iter().filter_map(|row| row.index).collect();
    for row in rows {
        let Some(table) = tables.get_mut(&row.table) else { continue };
        let name = Ident::new(&row.name);
        if row.replica_identity {
            table.replica_identity = ReplicaIdentity::Index(name.clone());
        }
        if !keys.contains(&row.oid) {
            let index = index(row, table, numbers);
            table.indexes.insert(name, index);
        }
    }
}

fn index(row: &Row, table: &Table, numbers: &Numbers) -> Index {
    Index {
        unique: row.unique,
        nulls_not_distinct: row.nulls_not_distinct,
        method: Ident::new(&row.method),
        elements: elements(row, table, numbers),
        include: row.included(numbers),
        predicate: row.predicate.as_deref().map(|text| expression(text, None, &Scope::of(table))),
        storage: storage(row.storage.as_ref(), ""),
        valid: row.valid,
        comment: numbers.comment(On::Relation, row.oid),
    }
}

impl Row {
    /// The columns that are only stored along.
    pub(super) fn included(&self, numbers: &Numbers) -> Vec<Ident> {
        numbers.columns(self.table, self.columns.get(self.keys..).unwrap_or_default())
    }
}

/// The keys, of an index or of the exclusion constraint that it enforces.
pub(super) fn elements(row: &Row, table: &Table, numbers: &Numbers) -> Vec<IndexElement> {
    let collations = row.definition.as_deref().map(written_collations).unwrap_or_default();
    let keys = row.columns.iter().take(row.keys).enumerate();
    keys.map(|(at, number)| {
        let column = numbers.column(row.table, *number).filter(|_| *number != 0);
        let special = row.elements.iter().flatten().find(|element| element.position == at + 1);
        let collation = match &column {
            Some(_) => special.and_then(|element| element.collation.as_ref()).map(outside_catalog),
            None => collations.get(at).cloned().flatten(),
        };
        let text = || row.expressions.iter().flatten().nth(at).and_then(|text| text.as_deref()).unwrap_or_default();
        let bits = row.options.get(at).copied().unwrap_or_default();
        IndexElement {
            key: match column {
                Some(name) => IndexKey::Column(name),
                None => IndexKey::Expression(expression(text(), None, &Scope::of(table))),
            },
            collation,
            opclass: special.and_then(opclass),
            order: if bits & 1 == 0 { SortOrder::Asc } else { SortOrder::Desc },
            nulls: if bits & 2 == 0 { NullsOrder::Last } else { NullsOrder::First },
        }
    })
    .collect()
}

/// The operator class, where it is not the default or has parameters. The parameters are the key's, so the class has
/// to be named where it is the default and they are given.
fn opclass(element: &ElementRow) -> Option<OperatorClass> {
    let name = element.opclass.as_ref()?;
    let parameters = storage(element.parameters.as_ref(), "");
    Some(OperatorClass { name: outside_default_path(name), parameters })
}

/// The collation of each key as the definition names it: it does so only where the key would have another by itself.
fn written_collations(definition: &str) -> Vec<Option<novate_sql::NameRef>> {
    let script = novate_sql::parse(definition);
    match script.statements.first().map(|statement| &statement.value) {
        Some(Statement::CreateIndex(create)) => create
            .elements
            .iter()
            .map(|element| {
                let name = element.collation.as_ref()?;
                let schema = name.schema.as_ref().filter(|schema| schema.as_str() != "pg_catalog").cloned();
                Some(novate_sql::NameRef { schema, name: name.name.clone() })
            })
            .collect(),
        _ => Vec::new(),
    }
}
