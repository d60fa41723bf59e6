//! Operations whose class and checks are the author's.

use novate_sql::Spanned;
use novate_sql::ast::Statement as Sql;

use super::error::CompileError;
use super::query::{needs_own_transaction, text, words};
use super::replay::World;
use super::segment::RawBlock;
use super::transform::slug;
use crate::operation::{Check, Operation, Statement, Target, TransactionMode};

/// What is wrong with a raw operation, as far as its own text tells.
pub(super) fn errors(block: &RawBlock, source: &str, mode: TransactionMode, errors: &mut Vec<CompileError>) {
    let label = || block.label.clone();
    if block.statements.is_empty() {
        errors.push(CompileError::RawEmpty { label: label(), span: block.head });
    }
    // Setting a sequence again does no harm, and whether it was set is nothing that a query could tell.
    let only_setval = block.statements.iter().all(|statement| matches!(statement.value, Sql::SetVal));
    if block.postchecks.is_empty() && !only_setval {
        errors.push(CompileError::RawWithoutPostcheck { label: label(), span: block.head });
    }
    for check in block.prechecks.iter().chain(&block.postchecks) {
        if !matches!(check.value, Sql::Query(_)) {
            errors.push(CompileError::CheckNotQuery { span: check.span });
        }
    }
    for statement in &block.statements {
        match &statement.value {
            Sql::Transaction(_) => {
                let what = words(&statement.value);
                errors.push(CompileError::SessionStatement { what, span: statement.span });
            }
            other => {
                let sql = text(source, statement.span);
                if let (TransactionMode::Package, Some(what)) = (mode, needs_own_transaction(other, &sql)) {
                    errors.push(CompileError::NeedsStatementMode { what, span: statement.span });
                }
            }
        }
    }
}

/// The operation.
pub(super) fn operation(block: &RawBlock, source: &str) -> Operation {
    let checks = |checks: &[Spanned<Sql>], which: &str| {
        let check = |check: &Spanned<Sql>| Check {
            description: format!("the {which} of \"{}\" holds", block.label),
            sql: text(source, check.span),
        };
        checks.iter().map(check).collect::<Vec<_>>()
    };
    Operation {
        id: format!("raw.{}", slug(&block.label)),
        label: block.label.clone(),
        class: block.class,
        target: Target { schema: String::new(), object_type: "raw".to_owned(), name: block.label.clone(), table: None },
        precheck: checks(&block.prechecks, "precheck"),
        execute: block
            .statements
            .iter()
            .map(|statement| Statement { description: words(&statement.value), sql: text(source, statement.span) })
            .collect(),
        postcheck: checks(&block.postchecks, "postcheck"),
        invariant: None,
        hazards: Vec::new(),
        batch: None,
    }
}

/// Executes on the model what it understands. False where the schema may have become something else.
pub(super) fn replay(block: &RawBlock, world: &mut World) -> bool {
    let mut certain = true;
    for statement in &block.statements {
        certain &= match &statement.value {
            Sql::Procedural(keyword) => !matches!(keyword.as_str(), "DO" | "CALL" | "EXECUTE"),
            // A function may do anything.
            Sql::Query(_) | Sql::Dml(_) | Sql::SetVal | Sql::Owner | Sql::Set { .. } | Sql::Transaction(_) => true,
            other => world.is_lost() || world.apply(other).is_ok(),
        };
    }
    certain
}
