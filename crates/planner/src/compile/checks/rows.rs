//! Rows that a statement would stumble over.
//!
//! Only tables that were there before the migration are asked: what the migration has made has no rows but those that it
//! wrote itself.

use novate_contract::{
    Column, Constraint, ConstraintKind, ForeignKey, Ident, Index, IndexKey, MatchKind, Object, ObjectId, QName, Table,
    TypeName, names,
};
use novate_sql::Literal;
use novate_sql::ast::{AlterColumn, AlterTableAction, SequenceOption, Statement, TableConstraint};
use novate_sql::expr::Expr;

use super::super::plain::Change;
use super::super::proof::{check_refuses_null, is_cast_of};
use super::super::subject::resolve;
use super::sql::list;
use crate::conversion::{Conversion, conversion};
use crate::operation::Check;

/// The questions about rows that a statement needs answered.
pub(super) fn checks(change: &Change<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let own = match change.statement {
        Statement::AlterTable(alter) => Some(resolve(&alter.name.value)),
        Statement::CreateIndex(create) => Some(resolve(&create.table)),
        _ => None,
    };
    if let Statement::AlterSequence(alter) = change.statement {
        let altered = change.touched.altered.iter();
        checks.extend(altered.filter_map(|id| sequence_value(change, id, &alter.options)));
    }
    for id in change.touched.created.iter().chain(&change.touched.altered) {
        let Some(table) = id.table().filter(|table| asked(change, table)) else { continue };
        // A query on a table reaches its partitions and heirs too.
        if own.as_ref().is_some_and(|own| own != table) {
            continue;
        }
        let (old, new) = (change.before.object(id), change.after.object(id));
        match (id, old, new) {
            (ObjectId::Column(_, name), Some(Object::Column(old)), Some(Object::Column(new))) => {
                checks.extend(column(change, table, name, old, new));
            }
            (ObjectId::Column(_, name), None, Some(Object::Column(new))) => {
                checks.extend(new_column(table, name, new));
            }
            (ObjectId::Constraint(_, _, name), old, Some(Object::Constraint(new))) => {
                let held = matches!(old, Some(Object::Constraint(old)) if old.validated);
                if new.validated && new.enforced && !held {
                    checks.extend(constraint(change, table, name, new));
                }
            }
            (ObjectId::Index(..), None, Some(Object::Index(index))) if index.unique => {
                checks.extend(unique_index(change, table, index));
            }
            _ => {}
        }
    }
    checks
}

/// Whether rows may be there. Columns that the statement adds itself have no values that could be asked for.
fn asked(change: &Change<'_>, table: &QName) -> bool {
    change.before.tables.contains_key(table)
        && change.after.tables.contains_key(table)
        && !change.fresh.has_table(table)
}

fn there_before<'a>(change: &Change<'_>, table: &QName, mut columns: impl Iterator<Item = &'a Ident>) -> bool {
    columns.all(|column| change.before.column(table, column).is_some())
}

fn none(description: String, from: &str, condition: &str) -> Check {
    Check { description, sql: format!("SELECT NOT EXISTS (SELECT FROM {from} WHERE {condition})") }
}

fn new_column(table: &QName, name: &Ident, new: &Column) -> Option<Check> {
    let filled = new.default.is_some() || new.identity.is_some() || new.generated.is_some();
    (new.not_null && !filled).then(|| Check {
        description: format!("{table} has no rows, which would have no value for {name}"),
        sql: format!("SELECT NOT EXISTS (SELECT FROM {table})"),
    })
}

fn column(change: &Change<'_>, table: &QName, name: &Ident, old: &Column, new: &Column) -> Vec<Check> {
    let mut checks = Vec::new();
    // A key made in the same statement says so itself.
    if new.not_null && !old.not_null && !proven(change.before.tables.get(table), name) {
        checks.push(none(
            format!("no row of {table} has NULL in {name}"),
            &table.to_string(),
            &format!("{name} IS NULL"),
        ));
    }
    if old.ty != new.ty {
        let using = using(change, table, name);
        let plain = match &using {
            None => true,
            Some(expr) => is_cast_of(expr, name),
        };
        if plain {
            checks.extend(retype(table, name, old, new, using.is_some(), change));
        }
    }
    checks
}

/// Whether a check that was there says that a column is not NULL.
fn proven(table: Option<&Table>, name: &Ident) -> bool {
    table.is_some_and(|table| check_refuses_null(table, name))
}

/// The author's expression for a change of type.
fn using<'a>(change: &'a Change<'_>, table: &QName, name: &Ident) -> Option<&'a Expr> {
    let Statement::AlterTable(alter) = change.statement else { return None };
    if resolve(&alter.name.value) != *table {
        return None;
    }
    alter.actions.iter().find_map(|action| match &action.value {
        AlterTableAction::AlterColumn { name: own, action: AlterColumn::Type { using: Some(using), .. } } => {
            (own == name).then_some(&using.expr)
        }
        _ => None,
    })
}

/// That every value has a place in the new type, for the conversions of which that can be asked without an error.
fn retype(
    table: &QName,
    name: &Ident,
    old: &Column,
    new: &Column,
    explicit: bool,
    change: &Change<'_>,
) -> Option<Check> {
    if conversion(&old.ty, &new.ty) == Conversion::Widening || old.ty.array || new.ty.array {
        return None;
    }
    let bad = misfit(name, &old.ty, &new.ty, explicit, change)?;
    Some(none(format!("every value of {table}.{name} fits {}", new.ty), &table.to_string(), &bad))
}

/// The condition that a value does not fit.
fn misfit(name: &Ident, old: &TypeName, new: &TypeName, explicit: bool, change: &Change<'_>) -> Option<String> {
    let is_text = |ty: &TypeName| {
        ty.is_builtin() && matches!(ty.name.as_str(), "text" | "character varying" | "character" | "bpchar")
    };
    if let Some(values) = labels(new, change) {
        let known = list(&values.iter().map(|value| Literal(value)).collect::<Vec<_>>());
        return Some(format!("{name}::text NOT IN ({known})"));
    }
    if !new.is_builtin() {
        return None;
    }
    let matches = |pattern: &str| is_text(old).then(|| format!("{name}::text !~* {}", Literal(pattern)));
    let numeric =
        matches!(old.name.as_str(), "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision");
    match new.name.as_str() {
        // A cast that is written out cuts; the conversion that PostgreSQL makes by itself refuses.
        "character varying" | "character" if !explicit => {
            let [limit] = new.modifiers.as_slice() else { return None };
            Some(format!("pg_catalog.length(pg_catalog.rtrim({name}::text)) > {limit}"))
        }
        "smallint" | "integer" | "bigint" => {
            let (min, max) = novate_contract::SequenceOptions::bounds(new);
            let range = format!("NOT BETWEEN {min} AND {max}");
            if is_text(old) {
                let digits = r"^\s*[-+]?[0-9]+\s*$";
                let pattern = Literal(digits).to_string();
                return Some(format!(
                    "CASE WHEN {name}::text ~ {pattern} THEN {name}::text::numeric {range} ELSE {name} IS NOT NULL END"
                ));
            }
            numeric.then(|| format!("pg_catalog.round({name}::numeric) {range}"))
        }
        "numeric" => {
            let room = match new.modifiers.as_slice() {
                [precision] => Some((precision, "0")),
                [precision, scale] => Some((precision, scale.as_str())),
                _ => None,
            };
            let over = |value: &str| {
                let (precision, scale) = room?;
                let digits = precision.parse::<i64>().ok()? - scale.parse::<i64>().ok()?;
                Some(format!("pg_catalog.abs(pg_catalog.round({value}, {scale})) >= 1e{digits}"))
            };
            if is_text(old) {
                let pattern = Literal(r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?\s*$").to_string();
                let over = over(&format!("{name}::text::numeric")).unwrap_or_else(|| "false".to_owned());
                return Some(format!("CASE WHEN {name}::text ~* {pattern} THEN {over} ELSE {name} IS NOT NULL END"));
            }
            if numeric { over(&format!("{name}::numeric")) } else { None }
        }
        "uuid" => matches(r"^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$"),
        "boolean" => matches(r"^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|0|1)\s*$"),
        _ => None,
    }
}

/// The labels of an enum type.
fn labels<'a>(ty: &TypeName, change: &'a Change<'_>) -> Option<&'a [String]> {
    let name = QName::new(ty.schema.clone()?, ty.name.clone());
    change.after.enums.get(&name).map(|payload| payload.values.as_slice()).filter(|values| !values.is_empty())
}

fn constraint(change: &Change<'_>, table: &QName, name: &Ident, constraint: &Constraint) -> Vec<Check> {
    let mut checks = Vec::new();
    let one = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            let nullable = key.columns.iter().filter(|c| {
                let old = change.before.column(table, c);
                old.is_some_and(|old| !old.not_null) && !proven(change.before.tables.get(table), c)
            });
            let nulls: Vec<String> = nullable.map(|column| format!("{column} IS NULL")).collect();
            // PostgreSQL makes the columns NOT NULL, which the model says of each of them.
            let said = |c: &Ident| change.touched.altered.contains(&ObjectId::Column(table.clone(), c.clone()));
            if !nulls.is_empty() && !key.columns.iter().any(said) {
                let columns = list(&key.columns);
                checks.push(none(
                    format!("no row of {table} has NULL in {columns}"),
                    &table.to_string(),
                    &nulls.join(" OR "),
                ));
            }
            unique(change, table, &key.columns, true)
        }
        ConstraintKind::Unique(key) => unique(change, table, &key.columns, key.nulls_not_distinct),
        ConstraintKind::Check(check) => {
            let expr = &check.expr.canonical;
            let new = expr.references().columns.iter().filter_map(|parts| parts.last()).cloned().collect::<Vec<_>>();
            let known = there_before(change, table, new.iter()) && !matches!(expr, Expr::Opaque(_));
            known.then(|| {
                none(
                    format!("every row of {table} satisfies {name}: {expr}"),
                    &table.to_string(),
                    &format!("NOT ({expr})"),
                )
            })
        }
        ConstraintKind::ForeignKey(key) => foreign_key(change, table, name, key),
        ConstraintKind::Exclusion(_) => None,
    };
    checks.extend(one);
    checks
}

/// That no two rows are alike, unless an index that is there proves it.
fn unique(change: &Change<'_>, table: &QName, columns: &[Ident], nulls_alike: bool) -> Option<Check> {
    let from_index = match change.statement {
        Statement::AlterTable(alter) => alter.actions.iter().any(|action| {
            matches!(&action.value, AlterTableAction::AddConstraint(definition)
                if matches!(definition.constraint, TableConstraint::UsingIndex { .. }))
        }),
        _ => false,
    };
    if from_index || !there_before(change, table, columns.iter()) {
        return None;
    }
    let keys: Vec<String> = columns.iter().map(ToString::to_string).collect();
    Some(alike(change, table, &keys, nulls_alike, None))
}

fn unique_index(change: &Change<'_>, table: &QName, index: &Index) -> Option<Check> {
    let mut keys = Vec::new();
    for element in &index.elements {
        keys.push(match &element.key {
            IndexKey::Column(name) => name.to_string(),
            IndexKey::Expression(expr) if matches!(expr.canonical, Expr::Opaque(_)) => return None,
            IndexKey::Expression(expr) => format!("({})", expr.canonical),
        });
    }
    let predicate = index.predicate.as_ref().map(|predicate| predicate.canonical.to_string());
    Some(alike(change, table, &keys, index.nulls_not_distinct, predicate.as_deref()))
}

fn alike(change: &Change<'_>, table: &QName, keys: &[String], nulls_alike: bool, predicate: Option<&str>) -> Check {
    let mut conditions: Vec<String> = predicate.iter().map(|predicate| format!("({predicate})")).collect();
    if !nulls_alike {
        conditions.extend(keys.iter().map(|key| format!("{key} IS NOT NULL")));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let keys = keys.join(", ");
    Check {
        description: format!("no two rows of {table} are alike in {keys}"),
        sql: format!(
            "SELECT NOT EXISTS (SELECT FROM {}{filter} GROUP BY {keys} HAVING pg_catalog.count(*) > 1)",
            only(change, table)
        ),
    }
}

/// Keys do not reach what inherits from a table, though queries do.
fn only(change: &Change<'_>, table: &QName) -> String {
    let inherited = change.before.tables.values().any(|other| other.inherits.contains(table));
    if inherited { format!("ONLY {table}") } else { table.to_string() }
}

fn foreign_key(change: &Change<'_>, table: &QName, name: &Ident, key: &ForeignKey) -> Option<Check> {
    if !there_before(change, table, key.columns.iter()) {
        return None;
    }
    let not_null: Vec<String> = key.columns.iter().map(|column| format!("c.{column} IS NOT NULL")).collect();
    let refers = match key.match_kind {
        MatchKind::Simple => not_null.join(" AND "),
        MatchKind::Full => format!("({})", not_null.join(" OR ")),
    };
    let same: Vec<String> =
        key.columns.iter().zip(&key.referenced).map(|(own, other)| format!("p.{other} = c.{own}")).collect();
    let references = &key.references;
    let condition =
        format!("{refers} AND NOT EXISTS (SELECT FROM {} p WHERE {})", only(change, references), same.join(" AND "));
    let description = format!("every row of {table} that {name} is about refers to a row of {references}");
    Some(none(description, &format!("{} c", only(change, table)), &condition))
}

/// That a sequence stands within its new bounds, where the statement leaves it where it stands.
fn sequence_value(change: &Change<'_>, id: &ObjectId, said: &[SequenceOption]) -> Option<Check> {
    let options = |object: Option<Object<'_>>| match (id, object?) {
        (ObjectId::Sequence(name), Object::Sequence(sequence)) => Some((name.clone(), sequence.options.clone())),
        (ObjectId::Column(table, name), Object::Column(column)) => {
            let identity = column.identity.as_ref()?;
            let own = || names::sequence(&table.name, name, &|_| false);
            let sequence = identity.sequence.clone().unwrap_or_else(own);
            Some((QName::new(table.schema.clone(), sequence), (*identity.options).clone()))
        }
        _ => None,
    };
    let (name, old) = options(change.before.object(id))?;
    let (_, new) = options(change.after.object(id))?;
    let restarts = said.iter().any(|option| matches!(option, SequenceOption::Restart(_)));
    if restarts || change.fresh.has(id) || (old.min >= new.min && old.max <= new.max) {
        return None;
    }
    let (min, max) = (new.min, new.max);
    Some(Check {
        description: format!("the value of {name} is between {min} and {max}"),
        sql: format!("SELECT last_value BETWEEN {min} AND {max} FROM {name}"),
    })
}
