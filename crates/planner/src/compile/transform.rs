//! Changes to rows.

use novate_sql::ast::Statement as Sql;

use super::error::CompileError;
use super::query::{text, words};
use super::segment::TransformBlock;
use crate::operation::{Batch, Check, Operation, OperationClass, Statement, Target, TransactionMode};

/// What is wrong with a transform, as far as its own text tells.
pub(super) fn errors(block: &TransformBlock, mode: TransactionMode, errors: &mut Vec<CompileError>) {
    let incomplete =
        |missing| CompileError::TransformIncomplete { name: block.name.clone(), missing, span: block.head };
    match block.check.as_deref() {
        None | Some([]) if !block.pending || block.check.is_none() => errors.push(incomplete("-- @check")),
        None | Some([]) => {}
        Some([only]) => match &only.value {
            Sql::Query(query) if query.always_one_row => {
                errors.push(CompileError::TransformCheckNotRowset { span: only.span });
            }
            Sql::Query(_) => {}
            _ => errors.push(CompileError::TransformCheckNotQuery { span: only.span }),
        },
        Some([_, more, ..]) => errors.push(CompileError::TransformCheckNotQuery { span: more.span }),
    }
    match block.run.as_deref() {
        None => errors.push(incomplete("-- @run")),
        Some([]) if !block.pending => errors.push(incomplete("-- @run")),
        Some(run) => {
            for statement in run.iter().filter(|statement| !matches!(statement.value, Sql::Dml(_))) {
                let (what, span) = (words(&statement.value), statement.span);
                errors.push(CompileError::TransformRunNotDml { what, span });
            }
        }
    }
    if let Some(batch) = block.batch.as_ref().filter(|_| mode == TransactionMode::Package) {
        errors.push(CompileError::NeedsStatementMode { what: "-- @batch", span: batch.span });
    }
}

/// The operation: there is work while the check returns rows.
pub(super) fn operation(block: &TransformBlock, source: &str) -> Operation {
    let check = block.check.iter().flatten().next().map(|check| text(source, check.span));
    let ask = |description: String, sql: String| Check { description, sql };
    let name = &block.name;
    let run = block.run.iter().flatten();
    Operation {
        id: format!("transform.{}", slug(name)),
        label: name.clone(),
        class: OperationClass::Data,
        target: Target { schema: String::new(), object_type: "transform".to_owned(), name: name.clone(), table: None },
        precheck: check
            .iter()
            .map(|check| ask(format!("there is work for {name}"), format!("SELECT EXISTS ({check})")))
            .collect(),
        execute: run
            .map(|statement| Statement { description: words(&statement.value), sql: text(source, statement.span) })
            .collect(),
        postcheck: check
            .iter()
            .map(|check| ask(format!("no work is left for {name}"), format!("SELECT NOT EXISTS ({check})")))
            .collect(),
        invariant: block.invariant.as_ref().map(|invariant| invariant.value.clone()),
        hazards: Vec::new(),
        batch: block.batch.as_ref().map(|batch| Batch { size: batch.value }),
    }
}

/// Letters, digits, `_` and `.`, everything else as one `-`.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() || c == '_' || c == '.' {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches(['-', '.']);
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}
