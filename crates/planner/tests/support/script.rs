//! Migrations whose two ends are told by statements.

use novate_contract::Contract;
use novate_contract::interpret::{Environment, Interpreter};
use novate_planner::{Compiled, compile};

use super::support::empty;

/// The contract that a script describes, on top of another.
pub(crate) fn contract(base: &Contract, sql: &str) -> Contract {
    let script = novate_sql::parse(sql);
    assert!(script.errors.is_empty(), "{sql}: {:?}", script.errors);
    let mut interpreter = Interpreter::new(base.clone(), Environment::default());
    for statement in &script.statements {
        interpreter.apply(&statement.value).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let mut contract = interpreter.into_contract();
    contract.unsupported.clear();
    contract
}

/// A migration on a schema, with its end derived from its own statements.
pub(crate) fn compiled(setup: &str, migration: &str) -> Compiled {
    let from = contract(&empty(), setup);
    let to = contract(&from, migration);
    compile(migration, &from, &to).unwrap_or_else(|errors| panic!("{migration}\n{errors:#?}"))
}
