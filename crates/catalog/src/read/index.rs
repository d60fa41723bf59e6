//! Indexes, those of constraints included.

use novate_contract::{
    ConstraintKind, Ident, Index, IndexElement, IndexKey, NullsOrder, OperatorClass, PrimaryKey, ReplicaIdentity,
    SortOrder, Unique,
};
use novate_sql::NameRef;
use novate_sql::ast::Statement;

use super::comment::On;
use super::constraint::{Waiting, WaitingKind};
use super::draft::{Draft, Relation};
use super::exclusion;
use super::expression::Use;
use super::fields::{Fields, Oid};
use super::operator_class::OperatorClasses;
use super::query::ServerVersion;
use super::text::{outside_catalog, outside_default_path, storage};
use crate::CatalogError;

/// One expression is printed as what it is; several at once would come as a list.
///
/// What the collation of an expression would be by itself cannot be asked for, so the whole definition comes along
/// wherever it could be another than `default`: where the key's is, or where the expression's nodes name one.
pub(super) fn query(version: ServerVersion) -> String {
    let nulls_not_distinct = version.since(15, "i.indnullsnotdistinct", "false");
    format!(
        "\
SELECT i.indexrelid AS novate_index, i.indrelid, c.relname, c.relam, i.indisunique, i.indisvalid, i.indisreplident,
  {nulls_not_distinct}, c.reloptions, i.indnkeyatts, i.indkey, i.indoption, i.indclass,
  CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END,
  CASE WHEN i.indexprs IS NOT NULL AND cardinality(array_positions(i.indkey::int2[], 0::int2)) = 1
    THEN pg_get_expr(i.indexprs, i.indrelid) END,
  CASE WHEN i.indexprs IS NOT NULL AND cardinality(array_positions(i.indkey::int2[], 0::int2)) > 1
    THEN ARRAY(SELECT pg_get_indexdef(i.indexrelid, k + 1, false) FROM generate_series(0, i.indnkeyatts - 1) k
      WHERE i.indkey[k] = 0 ORDER BY k) END,
  CASE WHEN i.indexprs IS NOT NULL AND (NOT i.indcollation::oid[] <@ '{{0,100}}'
      OR strpos(i.indexprs::text, 'collOid ') > 0
      OR strpos(replace(replace(i.indexprs::text, 'collid 0 ', ''), 'collid 100 ', ''), 'collid ') > 0)
    THEN pg_get_indexdef(i.indexrelid) END
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relkind IN ('i', 'I') AND i.indexrelid >= 16384 AND i.indislive"
    )
}

/// Puts one index into its table, or the constraint that it enforces.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let (oid, relation): (Oid, Oid) = (fields.value()?, fields.value()?);
    let waiting = draft.waiting.remove(&oid);
    let comment = draft.comment(On::Relation, oid);
    let Draft { relations, methods, classes, collations, attributes, expressions, .. } = draft;
    let Some(of) = relations.get_mut(&relation).filter(|of| of.counts && of.is_table) else { return Ok(()) };
    let name = Ident::new(fields.text()?);
    let method: Oid = fields.value()?;
    let (unique, valid) = (fields.flag()?, fields.flag()?);
    if fields.flag()? {
        of.table.replica_identity = ReplicaIdentity::Index(name.clone());
    }
    let nulls_not_distinct = fields.flag()?;
    let storage = storage(&fields.texts()?, "");
    let keys: usize = fields.value()?;
    let (columns, options, opclasses): (Vec<i16>, Vec<u8>, Vec<Oid>) =
        (fields.numbers()?, fields.numbers()?, fields.numbers()?);
    let predicate = fields.optional()?.and_then(|text| expressions.get(text, Use::Condition, &of.table));
    let mut printed: Vec<String> = fields.optional()?.map(str::to_owned).into_iter().collect();
    printed.extend(fields.texts()?);
    let written = fields.optional()?.map(written_collations).unwrap_or_default();
    let mut printed = printed.iter();
    let mut elements = Vec::with_capacity(keys);
    for (at, number) in columns.iter().take(keys).enumerate() {
        let position = i16::try_from(at + 1).unwrap_or_default();
        let attribute = attributes.get(&(oid, position));
        let (key, collation, ty) = match of.column(*number).filter(|_| *number != 0) {
            Some(column) => {
                let own = attribute.and_then(|it| it.collation);
                let usual = attributes.get(&(relation, *number)).and_then(|it| it.collation);
                (IndexKey::Column(column.clone()), collations.unusual(own, usual), of.column_type(*number))
            }
            None => {
                let text = printed.next().map(String::as_str).unwrap_or_default();
                let Some(expr) = expressions.get(text, Use::Condition, &of.table) else { continue };
                (IndexKey::Expression(expr), written.get(at).cloned().flatten(), None)
            }
        };
        let parameters = attribute.map(|it| it.options.as_slice()).unwrap_or_default();
        let bits = options.get(at).copied().unwrap_or_default();
        elements.push(IndexElement {
            key,
            collation,
            opclass: opclasses.get(at).and_then(|class| opclass(classes, *class, ty, parameters)),
            order: if bits & 1 == 0 { SortOrder::Asc } else { SortOrder::Desc },
            nulls: if bits & 2 == 0 { NullsOrder::Last } else { NullsOrder::First },
        });
    }
    let index = Index {
        unique,
        nulls_not_distinct,
        method: methods.get(&method).cloned().unwrap_or_else(|| Ident::new("")),
        elements,
        include: of.columns(columns.get(keys..).unwrap_or_default()),
        predicate,
        storage,
        valid,
        comment,
    };
    match waiting {
        Some(waiting) => enforce(of, waiting, index),
        None => {
            of.table.indexes.insert(name, index);
        }
    }
    Ok(())
}

/// Puts the constraint into its table that an index enforces.
fn enforce(of: &mut Relation, waiting: Waiting, index: Index) {
    let Waiting { name, kind, columns, common } = waiting;
    let columns = of.columns(&columns);
    let kind = match kind {
        WaitingKind::PrimaryKey => {
            ConstraintKind::PrimaryKey(PrimaryKey { columns, include: index.include, storage: index.storage })
        }
        WaitingKind::Unique => ConstraintKind::Unique(Unique {
            columns,
            nulls_not_distinct: index.nulls_not_distinct,
            include: index.include,
            storage: index.storage,
        }),
        WaitingKind::Exclusion(operators) => ConstraintKind::Exclusion(exclusion::exclusion(index, operators)),
        WaitingKind::Temporal => return,
    };
    of.table.constraints.insert(name, common.with(kind));
}

/// The operator class, where it is not the default or has parameters. The parameters are the key's, so the class has
/// to be named where it is the default and they are given.
fn opclass(classes: &OperatorClasses, class: Oid, ty: Option<Oid>, parameters: &[String]) -> Option<OperatorClass> {
    if parameters.is_empty() && classes.is_default(class, ty) {
        return None;
    }
    let found = classes.get(class)?;
    let name = outside_default_path(found.schema.clone(), found.name.clone());
    Some(OperatorClass { name, parameters: storage(parameters, "") })
}

/// The collation of each key as the definition names it: it does so only where the key would have another by itself.
fn written_collations(definition: &str) -> Vec<Option<NameRef>> {
    let script = novate_sql::parse(definition);
    match script.statements.first().map(|statement| &statement.value) {
        Some(Statement::CreateIndex(create)) => create
            .elements
            .iter()
            .map(|element| {
                element.collation.clone().map(|name| match name.schema {
                    Some(schema) => outside_catalog(schema, name.name),
                    None => name,
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}
