//! Columns.

use novate_contract::{Ident, ObjectId, QName};
use novate_sql::ast::{AlterColumn, ColumnConstraint, ColumnDef, GeneratedKind, WrittenType};
use novate_sql::expr::Expr;

use super::super::plain::Change;
use super::super::proof::{check_refuses_null, is_cast_of};
use super::conversion::{Cost, cost};
use super::{Effect, in_use};
use crate::conversion::{Conversion, conversion};
use crate::operation::{HazardCode, OperationClass};

/// `ADD COLUMN`: an instant, unless every row needs a value of its own or has to be looked at.
pub(super) fn add(effect: &mut Effect, change: &Change<'_>, table: &QName, definition: &ColumnDef) {
    effect.is(OperationClass::Additive);
    let name = &definition.name.value;
    let id = ObjectId::Column(table.clone(), name.clone());
    if !in_use(change, table) || !change.touched.created.contains(&id) {
        return;
    }
    let said = |wanted: fn(&ColumnConstraint) -> bool| definition.constraints.iter().any(|c| wanted(&c.constraint));
    let default = definition.constraints.iter().find_map(|c| match &c.constraint {
        ColumnConstraint::Default(value) => Some(&value.expr),
        _ => None,
    });
    let serial = matches!(definition.ty, Some(WrittenType::Serial(_)));
    let identity = said(|c| matches!(c, ColumnConstraint::Identity(_)));
    let generated = said(|c| matches!(c, ColumnConstraint::Generated { .. }));
    let stored = said(|c| matches!(c, ColumnConstraint::Generated { kind: GeneratedKind::Stored, .. }));
    if serial || identity || stored || default.is_some_and(is_volatile) {
        effect.rewrites(table);
    }
    let not_null = said(|c| matches!(c, ColumnConstraint::NotNull | ColumnConstraint::PrimaryKey(_)));
    if not_null && default.is_none() && !serial && !identity && !generated {
        effect.is(OperationClass::Data);
        effect.may_fail(&id, format!("It fails where {table} has rows: they would have no value for {name}."));
    }
    for constraint in &definition.constraints {
        match &constraint.constraint {
            ColumnConstraint::Check(_) if !constraint.not_enforced => {
                effect.scans(table);
                effect.blocks_all(table, "its rows are checked");
            }
            ColumnConstraint::PrimaryKey(_) | ColumnConstraint::Unique { .. } => {
                effect.hazard(HazardCode::IndexBuild, table, format!("All of {table} is read and sorted."));
                effect.blocks_all(table, "the index is built");
                if default.is_some() || stored {
                    effect.may_fail(&id, format!("It fails where rows of {table} are alike."));
                }
            }
            ColumnConstraint::References(_) if default.is_some() => {
                effect.scans(table);
                effect.blocks_writes(table, "its rows are checked");
                effect.may_fail(&id, format!("It fails where a row of {table} refers to nothing."));
            }
            _ => {}
        }
    }
}

/// `ALTER COLUMN`.
pub(super) fn alter(effect: &mut Effect, change: &Change<'_>, table: &QName, name: &Ident, action: &AlterColumn) {
    let id = ObjectId::Column(table.clone(), name.clone());
    if !in_use(change, table) {
        effect.is(OperationClass::Additive);
        return;
    }
    let old = change.before.column(table, name);
    match action {
        AlterColumn::Type { using, .. } => {
            retype(effect, change, table, name, using.as_ref().map(|using| &using.expr));
        }
        AlterColumn::SetDefault(_) => {
            let had = old.is_some_and(|column| column.default.is_some());
            effect.is(if had { OperationClass::Widening } else { OperationClass::Additive });
        }
        AlterColumn::DropDefault | AlterColumn::DropIdentity { .. } => {
            effect.is(OperationClass::Widening);
            if change.after.column(table, name).is_some_and(|column| column.not_null) {
                effect.breaks(&id, format!("Programs that insert into {table} without {name} break."));
            }
        }
        AlterColumn::SetNotNull => {
            effect.is(OperationClass::Data);
            set_not_null(effect, change, table, name);
        }
        AlterColumn::SetExpression(_) => {
            effect.is(OperationClass::Data);
            let stored = old.and_then(|column| column.generated.as_ref()).map(|generated| generated.kind);
            if stored == Some(GeneratedKind::Stored) {
                effect.rewrites(table);
            }
        }
        AlterColumn::DropExpression => {
            effect.is(OperationClass::Widening);
            effect.breaks(&id, format!("{name} is no longer computed; programs have to fill it."));
            effect.hazard(HazardCode::Irreversible, &id, "PostgreSQL cannot make it a generated column again.");
        }
        AlterColumn::DropNotNull
        | AlterColumn::AddIdentity(_)
        | AlterColumn::SetIdentity { .. }
        | AlterColumn::SetStatistics(_)
        | AlterColumn::SetOptions(_)
        | AlterColumn::ResetOptions(_)
        | AlterColumn::SetStorage(_)
        | AlterColumn::SetCompression(_) => effect.is(OperationClass::Widening),
    }
}

/// `SET NOT NULL` reads the table under its exclusive lock, unless a check has proven it.
pub(super) fn set_not_null(effect: &mut Effect, change: &Change<'_>, table: &QName, name: &Ident) {
    if proven_not_null(change, table, name) {
        return;
    }
    effect.scans(table);
    effect.blocks_all(table, "its rows are checked");
    let id = ObjectId::Column(table.clone(), name.clone());
    effect.may_fail(id, format!("It fails where {name} is NULL in a row of {table}."));
}

/// Whether no row can hold NULL, as PostgreSQL can tell without looking: by the column itself, or by a valid check.
pub(super) fn proven_not_null(change: &Change<'_>, table: &QName, name: &Ident) -> bool {
    change.before.tables.get(table).is_some_and(|payload| {
        payload.columns.get(name).is_some_and(|column| column.not_null) || check_refuses_null(payload, name)
    })
}

fn retype(effect: &mut Effect, change: &Change<'_>, table: &QName, name: &Ident, using: Option<&Expr>) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let (Some(old), Some(new)) = (change.before.column(table, name), change.after.column(table, name)) else { return };
    let plain = using.is_none_or(|expr| is_cast_of(expr, name));
    let how = if plain { conversion(&old.ty, &new.ty) } else { Conversion::Unknown };
    let widens = how == Conversion::Widening;
    effect.is(if widens { OperationClass::Widening } else { OperationClass::Data });
    match if plain { cost(&old.ty, &new.ty) } else { Cost::Rewrite } {
        Cost::Rewrite => effect.rewrites(table),
        Cost::None => {}
    }
    if old.ty == new.ty {
        return;
    }
    let to_text = new.ty.is_builtin()
        && !new.ty.array
        && matches!(new.ty.name.as_str(), "text" | "character varying")
        && new.ty.modifiers.is_empty();
    let fits = widens || plain && to_text;
    if !fits {
        let message = format!("It fails where a value of {name} has no place in {}, or shortens it.", new.ty);
        effect.may_fail(&id, message);
        if loses(&old.ty, &new.ty) || crate::conversion::is_rounded(&old.ty, &new.ty) {
            effect.is(OperationClass::Destructive);
            effect.hazard(HazardCode::DataLoss, &id, format!("Parts of a value that {} cannot hold are lost.", new.ty));
            effect.hazard(HazardCode::Irreversible, &id, "What is lost cannot be had back.");
        }
    }
    if !(widens && crate::conversion::same_base(&old.ty, &new.ty)) {
        effect.breaks(&id, format!("Programs that expect {name} to be {} may break.", old.ty));
    }
}

/// Conversions that succeed and leave something behind: fractions, times, zones.
fn loses(old: &novate_contract::TypeName, new: &novate_contract::TypeName) -> bool {
    if old.array || new.array || !old.is_builtin() || !new.is_builtin() {
        return false;
    }
    let fraction = |name: &str| matches!(name, "numeric" | "real" | "double precision" | "money");
    let integer = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    match (old.name.as_str(), new.name.as_str()) {
        (from, to) if fraction(from) && (integer(to) || from != to && matches!(to, "real" | "money")) => true,
        ("numeric", "double precision") => true,
        ("numeric", "numeric") => scale(new) < scale(old),
        ("timestamp with time zone" | "timestamp without time zone", "date") => true,
        ("timestamp with time zone" | "timestamp without time zone", to) if to.starts_with("time ") => true,
        _ => false,
    }
}

/// Digits after the point; without a modifier there is no limit.
fn scale(ty: &novate_contract::TypeName) -> i64 {
    match ty.modifiers.as_slice() {
        [] => i64::MAX,
        [_] => 0,
        [_, scale, ..] => scale.parse().unwrap_or(0),
    }
}

/// Whether a default may have another value for every row. A function that is not PostgreSQL's own may, unless somebody
/// has said otherwise, and nothing here knows what they said.
fn is_volatile(default: &Expr) -> bool {
    const VOLATILE: &[&str] = &[
        "clock_timestamp",
        "currval",
        "gen_random_bytes",
        "gen_random_uuid",
        "lastval",
        "nextval",
        "pg_advisory_lock",
        "pg_sleep",
        "random",
        "random_normal",
        "setseed",
        "setval",
        "timeofday",
        "txid_current",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuidv4",
        "uuidv7",
    ];
    let references = default.references();
    references.incomplete
        || references.functions.iter().any(|function| {
            let foreign = function.schema.as_ref().is_some_and(|schema| schema.as_str() != "pg_catalog");
            foreign || VOLATILE.contains(&function.name.as_str())
        })
}
