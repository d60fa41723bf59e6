//! `migration.sql` to what runs.
//!
//! The text is cut into items; each plain statement is executed on a model of the schema, and what it did there, with
//! the states before and after, gives the operation's name, class, hazards and checks. Nothing is looked up in a
//! database.

mod checks;
mod directive;
mod effects;
mod error;
mod label;
mod plain;
mod proof;
mod query;
mod raw;
mod reindex;
mod replay;
mod result;
mod seed;
mod segment;
mod subject;
mod theirs;
mod transform;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use novate_contract::Contract;
use novate_sql::Span;

pub use checks::{Stated, stated};
pub use error::{CompileError, Difference, DifferenceKind};
pub use seed::compile_seed;

use crate::operation::{HazardCode, Operation, TransactionMode};
use replay::World;
use segment::{AllowLine, Dialect, Item, Segment};

/// What a `migration.sql` compiles to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// What runs, in order.
    pub operations: Vec<Operation>,
    /// How it is applied.
    pub transaction: TransactionMode,
    /// The invariants that it provides, in order.
    pub invariants: Vec<String>,
    /// What the author still has to fill in.
    pub placeholders: Vec<PlaceholderLine>,
    /// The reviewed exceptions.
    pub allowed: Vec<Allow>,
    /// The contract that it leads to, as far as `opaque` leaves that certain.
    pub reached: Contract,
    /// The ids of raw operations that may have changed the schema in ways that cannot be known; where there are any,
    /// `reached` was not compared with the contract to reach.
    pub opaque: Vec<String>,
}

/// A line that the author must replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceholderLine {
    /// What it asks: `public.users.name: what should existing rows get?`.
    pub question: String,
    /// Its line, from 1.
    pub line: usize,
}

/// A reviewed exception: `-- @allow drop-column: nobody reads it`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The operation that it is about.
    pub operation: String,
    /// The hazard that is accepted.
    pub hazard: HazardCode,
    /// Why.
    pub reason: String,
    /// The directive.
    pub span: Span,
}

/// Compiles the text of a `migration.sql` that leads from one contract to another. Where anything is wrong, all that
/// can be found in one reading is returned, in the order of the text.
pub fn compile(source: &str, from: &Contract, to: &Contract) -> Result<Compiled, Vec<CompileError>> {
    let mut errors = Vec::new();
    let segments = segment::segment(source, Dialect::Migration, &mut errors);
    let mut compiler = Compiler {
        source,
        to,
        world: World::new(theirs::beside(from, to), vocabulary::of(&segments.items, from, to)),
        ids: BTreeSet::new(),
        errors,
        out: Compiled {
            operations: Vec::new(),
            transaction: segments.transaction,
            invariants: Vec::new(),
            placeholders: segments.placeholders,
            allowed: Vec::new(),
            reached: Contract::empty(to.space.clone()),
            opaque: Vec::new(),
        },
    };
    compiler.items(&segments.items);
    compiler.finish()
}

struct Compiler<'a> {
    source: &'a str,
    to: &'a Contract,
    world: World,
    ids: BTreeSet<String>,
    errors: Vec<CompileError>,
    out: Compiled,
}

impl Compiler<'_> {
    fn items(&mut self, items: &[Segment]) {
        for Segment { item, allows, span } in items {
            let operation = match item {
                Item::Statement(statement) => {
                    let mode = self.out.transaction;
                    match plain::operation(&mut self.world, statement, *span, self.source, self.to, mode) {
                        Ok(operation) => operation,
                        Err(error) => {
                            self.errors.push(error);
                            // What follows would fail for no reason of its own.
                            self.world.lost();
                            continue;
                        }
                    }
                }
                Item::Transform(block) => {
                    transform::errors(block, self.out.transaction, &mut self.errors);
                    self.invariant(block);
                    transform::operation(block, self.source)
                }
                Item::Raw(block) => {
                    raw::errors(block, self.source, self.out.transaction, &mut self.errors);
                    let operation = raw::operation(block, self.source);
                    if !raw::replay(block, &mut self.world) {
                        self.out.opaque.push(operation.id.clone());
                    }
                    operation
                }
            };
            self.push(operation, allows);
        }
        let certain = self.out.opaque.is_empty() && !self.world.is_lost();
        if let Some(words) = self.world.vocabulary().filter(|_| certain) {
            words.check(items, &mut self.errors);
        }
    }

    fn push(&mut self, mut operation: Operation, allows: &[AllowLine]) {
        let mut id = operation.id.clone();
        let mut number = 1_u32;
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("{}.{number}", operation.id);
        }
        if let Some(last) = self.out.opaque.last_mut().filter(|last| **last == operation.id) {
            last.clone_from(&id);
        }
        operation.id = id;
        self.out.allowed.extend(allows.iter().map(|allow| Allow {
            operation: operation.id.clone(),
            hazard: allow.hazard,
            reason: allow.reason.clone(),
            span: allow.span,
        }));
        self.out.operations.push(operation);
    }

    fn invariant(&mut self, block: &segment::TransformBlock) {
        let Some(invariant) = &block.invariant else { return };
        if self.out.invariants.contains(&invariant.value) {
            let (name, span) = (invariant.value.clone(), invariant.span);
            self.errors.push(CompileError::InvariantTwice { name, span });
        } else {
            self.out.invariants.push(invariant.value.clone());
        }
    }

    fn finish(mut self) -> Result<Compiled, Vec<CompileError>> {
        if self.errors.is_empty() && self.out.opaque.is_empty() {
            let differences = result::differences(self.world.after(), self.to);
            if !differences.is_empty() {
                let end = self.source.trim_end().len();
                let span = Span::new(end, end);
                self.errors.push(CompileError::WrongTarget { differences, span });
            }
        }
        if self.errors.is_empty() {
            self.out.reached = self.world.into_contract();
            return Ok(self.out);
        }
        self.errors.sort_by_key(CompileError::span);
        Err(self.errors)
    }
}
