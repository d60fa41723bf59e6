//! What is wrong with a contract as a whole: names that lead nowhere, names used twice, definitions that PostgreSQL
//! would refuse.
//!
//! Only what is certain is reported. A name that an extension, or an object that is not modelled, could stand for is
//! left to the server.

mod column;
mod constraint;
mod enumeration;
mod expression;
mod foreign_key;
mod index;
mod namespace;
mod problem;
mod schema;
mod sequence;
mod table;
mod types;

pub use problem::{Problem, ProblemKind};

use crate::{Column, Contract, Ident, ObjectId, QName, Table};

/// Everything that is wrong with a contract, in an order that depends on the contract alone; empty for a good one.
pub fn validate(contract: &Contract) -> Vec<Problem> {
    let mut check = Checker { contract, problems: Vec::new() };
    check.schemas();
    for (name, payload) in &contract.enums {
        check.enumeration(name, payload);
    }
    for (name, sequence) in &contract.sequences {
        check.sequence(name, sequence);
    }
    for (name, table) in &contract.tables {
        check.table(name, table);
    }
    check.namespaces();
    check.problems
}

/// What the rules share.
struct Checker<'a> {
    contract: &'a Contract,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, object: &ObjectId, kind: ProblemKind) {
        self.problems.push(Problem { object: object.clone(), kind });
    }

    /// A table's column, its own or one that it takes from its parents.
    fn find_column(&self, name: &QName, table: &'a Table, column: &Ident) -> Option<&'a Column> {
        self.find_inherited(name, table, column, self.contract.tables.len())
    }

    /// `depth` bounds the way up, in case somebody is their own ancestor.
    fn find_inherited(&self, name: &QName, table: &'a Table, column: &Ident, depth: usize) -> Option<&'a Column> {
        let own = table.columns.get(column);
        if own.is_some() || depth == 0 {
            return own;
        }
        let parents = table.inherits.iter().chain(table.partition_of.as_ref().map(|partition| &partition.parent));
        parents
            .filter(|parent| *parent != name)
            .find_map(|parent| self.find_inherited(parent, self.contract.tables.get(parent)?, column, depth - 1))
    }

    /// Whether the contract has something under a name that is not modelled.
    fn is_unmodelled(&self, name: &str) -> bool {
        self.contract.unsupported.iter().any(|object| object.name == name)
    }
}

#[cfg(test)]
mod tests;
