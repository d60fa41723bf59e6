//! Statements that say by themselves what they do.

use novate_contract::interpret::{InterpretError, Touched};
use novate_contract::{Contract, Control, ObjectId};
use novate_sql::Span;
use novate_sql::ast::{AlterTableAction, Statement};

use super::error::CompileError;
use super::query::{needs_own_transaction, text, words};
use super::replay::{Fresh, World};
use super::{checks, effects, label, reindex, subject};
use crate::operation::{Operation, Statement as Sql, Target, TransactionMode};

/// A statement, and the schema on both sides of it.
pub(super) struct Change<'a> {
    pub(super) statement: &'a Statement,
    pub(super) before: &'a Contract,
    pub(super) after: &'a Contract,
    pub(super) touched: &'a Touched,
    pub(super) fresh: &'a Fresh,
    /// Whether it is a `REINDEX` that lets others go on.
    pub(super) concurrently: bool,
}

/// The operation that a statement is.
pub(super) fn operation(
    world: &mut World,
    statement: &Statement,
    span: Span,
    source: &str,
    to: &Contract,
    mode: TransactionMode,
) -> Result<Operation, CompileError> {
    let sql = text(source, span);
    let reindex = reindex::read(statement, &sql);
    if reindex.is_none() {
        recognise(statement, span)?;
    }
    if let (TransactionMode::Package, Some(what)) = (mode, needs_own_transaction(statement, &sql)) {
        return Err(CompileError::NeedsStatementMode { what, span });
    }
    if world.is_lost() {
        return Ok(unknown(&sql));
    }
    if let Statement::AlterTable(alter) = statement {
        let object = ObjectId::Table(subject::resolve(&alter.name.value));
        let control = world.before().control(&object).max(to.control(&object));
        if control >= Control::Observed {
            return Err(CompileError::NotOurs { object, control, span });
        }
    }
    let cascades = cascades(statement);
    let touched = match &reindex {
        Some(reindex) => world.reindex(&reindex.index).ok_or(CompileError::NoEffect { span })?,
        None => world.apply(statement).map_err(|error| refused(error, cascades, span))?,
    };
    let change = Change {
        statement,
        before: world.before(),
        after: world.after(),
        touched: &touched,
        fresh: world.fresh(),
        concurrently: reindex.is_some_and(|reindex| reindex.concurrently),
    };
    if cascades {
        return Err(CompileError::Cascade { goes: subject::dropped_along(&change), span });
    }
    if let Some(object) = touched.unsupported.first() {
        let what = format!("{} {}", object.kind, object.name);
        return Err(CompileError::Unrecognised { what, span });
    }
    ours(&change, to, span)?;
    let Some(subject) = subject::of(&change) else { return Err(CompileError::NoEffect { span }) };
    let label = label::of(&change, &subject);
    let effect = effects::of(&change, &subject);
    Ok(Operation {
        id: subject::id(&subject),
        class: effect.class(),
        target: Target::of(&subject),
        precheck: checks::before(&change),
        execute: vec![Sql { description: label.clone(), sql }],
        postcheck: checks::after(&change),
        invariant: None,
        hazards: effect.into_hazards(),
        batch: None,
        label,
    })
}

/// Refuses what has no place among the statements of a migration.
fn recognise(statement: &Statement, span: Span) -> Result<(), CompileError> {
    let what = || words(statement);
    match statement {
        Statement::Set { .. } | Statement::Transaction(_) => Err(CompileError::SessionStatement { what: what(), span }),
        Statement::Dml(_) | Statement::SetVal => Err(CompileError::DmlOutsideTransform { what: what(), span }),
        Statement::Query(_) | Statement::Procedural(_) | Statement::Unmodelled(_) | Statement::Owner => {
            Err(CompileError::Unrecognised { what: what(), span })
        }
        _ => Ok(()),
    }
}

fn cascades(statement: &Statement) -> bool {
    match statement {
        Statement::Drop { cascade, .. } => *cascade,
        Statement::AlterTable(alter) => alter.actions.iter().any(|action| {
            matches!(
                action.value,
                AlterTableAction::DropColumn { cascade: true, .. }
                    | AlterTableAction::DropConstraint { cascade: true, .. }
            )
        }),
        _ => false,
    }
}

fn refused(error: InterpretError, cascades: bool, span: Span) -> CompileError {
    if cascades {
        return CompileError::Cascade { goes: Vec::new(), span };
    }
    CompileError::Impossible { error, span }
}

/// Refuses a change to what the contract leaves to others, at either end of the migration.
fn ours(change: &Change<'_>, to: &Contract, span: Span) -> Result<(), CompileError> {
    let Change { before, touched, .. } = change;
    let refuse = |id: &ObjectId, control, least| match control {
        control if control >= least => Err(CompileError::NotOurs { object: id.clone(), control, span }),
        _ => Ok(()),
    };
    let old = touched.altered.iter().chain(&touched.dropped).chain(touched.renamed.iter().map(|(from, _)| from));
    for id in old.filter(|id| !change.fresh.has(id)) {
        refuse(id, before.control(id).max(to.control(id)), Control::Tolerated)?;
    }
    touched.created.iter().try_for_each(|id| {
        // A new part of a table that is there changes the table.
        let part = id.table().is_some_and(|table| before.tables.contains_key(table) && !change.fresh.has_table(table));
        let least = if part { Control::Tolerated } else { Control::Observed };
        refuse(id, before.control(id).max(to.control(id)), least)
    })
}

/// Stands in for an operation once an earlier error has made it unknown; it is never returned to anybody.
fn unknown(sql: &str) -> Operation {
    let target = Target { schema: String::new(), object_type: String::new(), name: String::new(), table: None };
    Operation {
        id: "unknown".to_owned(),
        label: sql.to_owned(),
        class: crate::operation::OperationClass::Additive,
        target,
        precheck: Vec::new(),
        execute: Vec::new(),
        postcheck: Vec::new(),
        invariant: None,
        hazards: Vec::new(),
        batch: None,
    }
}
