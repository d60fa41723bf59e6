//! DDL statements onto the model: what each one would do to a database that holds the contract.
//!
//! [`Interpreter`] executes statements one after the other as PostgreSQL would, default names, implied objects
//! (sequences of `serial`, indexes of partitions) and cascades included. It serves the reading of contract files, where
//! the statements describe, and of migrations, where they change. It must never guess: what a statement needs and the
//! contract does not have is an [`InterpretError`] that names it.

mod alter_column;
mod alter_table;
mod borrow;
mod bound;
mod check;
mod column;
mod comment;
mod constraint;
mod defaults;
mod directory;
mod drop;
mod drop_member;
mod enumeration;
mod environment;
mod error;
mod exclusion;
mod expression;
mod extension;
mod foreign_key;
mod index;
mod inherit;
mod key;
mod known;
mod like;
mod members;
mod partition;
mod partition_key;
mod rename;
mod resolve;
mod rewrite;
mod schema;
mod sequence;
mod set_schema;
mod storage;
mod store;
mod table;
mod touched;
mod unmodelled;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;

pub use column::column_default;
pub use environment::Environment;
pub use error::{InterpretError, Missing};
pub use partition_key::partition_key;
pub use touched::Touched;

use std::cell::RefCell;
use std::collections::BTreeSet;

use novate_sql::ast::Statement;

use crate::{Contract, Ident};
use alter_table::Reach;
use borrow::Borrowed;
use directory::{Directory, Relation};

type Outcome<T = ()> = Result<T, InterpretError>;

/// A contract that statements are applied to, with what is needed to do so quickly.
#[derive(Debug, Clone)]
pub struct Interpreter {
    contract: Contract,
    environment: Environment,
    directory: Directory,
    touched: Touched,
    reach: Reach,
    borrowed: Borrowed,
    /// The extensions that something was found in.
    leaned_on: RefCell<BTreeSet<Ident>>,
}

impl Interpreter {
    /// Starts from `contract`.
    pub fn new(contract: Contract, environment: Environment) -> Self {
        let directory = Directory::of(&contract);
        Self {
            contract,
            environment,
            directory,
            touched: Touched::default(),
            reach: Reach::All,
            borrowed: Borrowed::default(),
            leaned_on: RefCell::default(),
        }
    }

    /// The contract as the statements so far have made it.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The contract, at the end.
    pub fn into_contract(self) -> Contract {
        self.contract
    }

    /// How names without a schema are resolved from here on.
    pub fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// How names without a schema are resolved at this point.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Executes one statement. `SET search_path` changes the environment; other settings, queries, data and
    /// transactions leave everything as it is.
    ///
    /// A `CREATE` that fails leaves the contract as it was, and so does an `ALTER` of one action; an `ALTER TABLE` of
    /// several actions may have executed those before the one that failed.
    pub fn apply(&mut self, statement: &Statement) -> Result<Touched, InterpretError> {
        self.touched = Touched::default();
        self.reach = Reach::All;
        let outcome = self.execute(statement);
        let touched = std::mem::take(&mut self.touched);
        match outcome {
            Ok(()) => Ok(touched.tidy()),
            Err(error) => {
                if matches!(statement, Statement::CreateTable(_) | Statement::CreateIndex(_)) {
                    self.undo_created(&touched);
                }
                Err(error)
            }
        }
    }

    fn execute(&mut self, statement: &Statement) -> Outcome {
        match statement {
            Statement::CreateSchema { name, if_not_exists } => self.create_schema(name, *if_not_exists),
            Statement::CreateExtension { name, if_not_exists, schema, version, .. } => {
                self.create_extension(name, *if_not_exists, schema.as_ref(), version.as_deref())
            }
            Statement::AlterExtensionUpdate { name, version } => self.update_extension(name, version.as_deref()),
            Statement::CreateTable(create) => self.create_table(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::CreateEnum { name, values } => self.create_enum(name, values),
            Statement::AddEnumValue { name, value, if_not_exists, position } => {
                self.add_enum_value(name, value, *if_not_exists, position)
            }
            Statement::RenameEnumValue { name, from, to } => self.rename_enum_value(name, from, to),
            Statement::CreateSequence(create) => self.create_sequence(create),
            Statement::AlterSequence(alter) => self.alter_sequence(alter),
            Statement::Comment(comment) => self.comment(comment),
            Statement::Drop { kind, if_exists, names, cascade, .. } => self.drop(*kind, *if_exists, names, *cascade),
            Statement::Rename { kind, name, to } => self.rename(*kind, name, to),
            Statement::SetSchema { kind, name, to } => self.set_schema(*kind, name, to),
            Statement::Set { .. } => {
                self.environment.follow(statement);
                Ok(())
            }
            Statement::Unmodelled(unmodelled) => {
                self.unmodelled(unmodelled);
                Ok(())
            }
            Statement::Owner
            | Statement::SetVal
            | Statement::Query(_)
            | Statement::Dml(_)
            | Statement::Procedural(_)
            | Statement::Transaction(_) => Ok(()),
        }
    }
}

/// Executes one statement on `contract` (see [`Interpreter::apply`]); where there are many, an [`Interpreter`] that
/// lives through all of them is quicker.
pub fn apply(
    contract: &mut Contract,
    statement: &Statement,
    environment: &Environment,
) -> Result<Touched, InterpretError> {
    let taken = std::mem::replace(contract, Contract::empty(contract.space.clone()));
    let mut interpreter = Interpreter::new(taken, environment.clone());
    let outcome = interpreter.apply(statement);
    *contract = interpreter.into_contract();
    outcome
}
