//! Seeds: files of transforms, each run again and again and doing something only while there is work.

use novate_contract::Contract;
use novate_sql::Span;

use super::error::CompileError;
use super::query::{text, words};
use super::segment::{Dialect, Item};
use super::{segment, transform, vocabulary};
use crate::operation::{Operation, TransactionMode};

/// Compiles the text of a seed for a contract. `name` is what a block is called that has no `-- @transform` line.
/// Where anything is wrong, all that can be found in one reading is returned, in the order of the text.
pub fn compile_seed(source: &str, name: &str, contract: &Contract) -> Result<Vec<Operation>, Vec<CompileError>> {
    let mut errors = Vec::new();
    let segments = segment::segment(source, Dialect::Seed(name), &mut errors);
    let mut operations: Vec<Operation> = Vec::new();
    for found in &segments.items {
        match &found.item {
            Item::Transform(block) => {
                transform::errors(block, TransactionMode::Package, &mut errors);
                let mut operation = transform::operation(block, source);
                let same = operations.iter().filter(|other| other.label == operation.label).count();
                if same > 0 {
                    operation.id = format!("{}.{}", operation.id, same + 1);
                }
                operations.push(operation);
            }
            Item::Statement(statement) => {
                let (what, span) = (words(statement), found.span);
                errors.push(CompileError::SeedOutsideBlock { what, span });
            }
            Item::Raw(block) => {
                let (what, span) = (text(source, block.head), found.span);
                errors.push(CompileError::SeedOutsideBlock { what, span });
            }
        }
    }
    if operations.is_empty() && errors.is_empty() {
        let (name, span) = (name.to_owned(), Span::new(0, 0));
        errors.push(CompileError::TransformIncomplete { name, missing: "-- @check", span });
    }
    if let Some(words) = vocabulary::of(&segments.items, contract, contract) {
        let mut unknown = Vec::new();
        words.check(&segments.items, &mut unknown);
        errors.extend(unknown.into_iter().map(of_the_contract));
    }
    if errors.is_empty() {
        return Ok(operations);
    }
    errors.sort_by_key(CompileError::span);
    Err(errors)
}

/// A migration has two contracts, a seed one.
fn of_the_contract(error: CompileError) -> CompileError {
    match error {
        CompileError::TransformUnknownName { what, nearest, span } => {
            CompileError::SeedUnknownName { what, nearest, span }
        }
        other => other,
    }
}
