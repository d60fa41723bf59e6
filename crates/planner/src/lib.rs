//! From two contracts to ordered operations, and the migration text in between.
//!
//! [`plan()`] works out what leads from one contract to another; [`render`] writes that as `migration.sql` for people;
//! [`compile()`] reads such a text back, planned or written by hand, into the [`Operation`]s that run. One compiler
//! serves both, so that `compile(render(plan))` has the operations of the plan.
//!
//! This crate must never touch a file, a clock or a database: the same inputs give the same bytes.

mod changes;
mod compile;
mod conversion;
mod diff;
mod error;
mod heirs;
mod join;
mod lookalike;
mod mentions;
mod names;
mod operation;
mod order;
mod plan;
mod planning;
mod rename;
mod render;
mod step;
mod strategy;
mod uses;

pub use compile::{
    Allow, CompileError, Compiled, Difference, DifferenceKind, PlaceholderLine, Stated, compile, compile_seed, stated,
};
pub use error::PlanError;
pub use operation::{Batch, Check, Hazard, HazardCode, Operation, OperationClass, Statement, Target, TransactionMode};
pub use plan::{
    Finding, Item, Placeholder, Plan, PlanOptions, PlannedStatement, Raw, Rename, Run, Transform, ValueRename,
};
pub use planning::{lookalikes, plan};
pub use render::{Header, RenderError, render, script};
