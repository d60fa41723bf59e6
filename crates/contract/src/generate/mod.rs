//! Contracts for property tests: random, small, valid, and such that PostgreSQL 15 makes them as they stand.
//!
//! A strategy draws a plan of plain numbers, which shrinks well, and the plan is then built into a contract,
//! numbers picking from pools of names, types and expressions. The pools are small, so that two contracts drawn
//! independently share many names: their difference is like that of two versions of one schema.

mod build;
mod columns;
mod expressions;
mod keys;
mod plan;
mod pool;

use proptest::strategy::Strategy;

use crate::Contract;

/// Any contract of the pools. All its objects are managed, expressions are canonical, `validate` finds nothing.
pub fn contract() -> impl Strategy<Value = Contract> {
    plan::contract().prop_map(|plan| build::contract(&plan))
}

#[cfg(test)]
mod tests;
