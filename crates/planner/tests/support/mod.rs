//! What the tests against a real server share.

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, Space};
use novate_planner::{Compiled, compile};
use novate_scratch::Database;

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

pub(crate) fn empty() -> Contract {
    Contract::empty(Space::app())
}

/// A migration on a schema, with its end derived from its own statements.
pub(crate) fn compiled(setup: &str, migration: &str) -> Compiled {
    let from = contract(&empty(), setup);
    let to = contract(&from, migration);
    compile(migration, &from, &to).unwrap_or_else(|errors| panic!("{migration}\n{errors:#?}"))
}

/// The answer to a question, or what the server says of it.
pub(crate) fn ask(database: &Database, sql: &str) -> Result<Option<bool>, String> {
    let rows = database.execute(sql).map_err(|error| error.to_string())?;
    match rows.as_slice() {
        [row] => match row.as_slice() {
            [value] => Ok(value.as_deref().map(|value| value == "t")),
            other => Err(format!("{other:?}")),
        },
        other => Err(format!("{other:?}")),
    }
}
