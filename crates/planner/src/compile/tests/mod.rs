#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod hazards;
mod operations;
mod seeds;

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, Space};

use super::{CompileError, Compiled, compile};
use crate::operation::Operation;

/// The contract that a script describes, on top of another.
fn contract(base: &Contract, sql: &str) -> Contract {
    let script = novate_sql::parse(sql);
    assert!(script.errors.is_empty(), "{sql}: {:?}", script.errors);
    let mut interpreter = Interpreter::new(base.clone(), Environment::default());
    for statement in &script.statements {
        interpreter.apply(&statement.value).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    interpreter.into_contract()
}

fn empty() -> Contract {
    Contract::empty(Space::app())
}

/// A schema to begin with.
const SETUP: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE users (id bigint PRIMARY KEY, name text, email varchar(50) NOT NULL, age integer DEFAULT 1, m mood);
    CREATE TABLE posts (id bigint PRIMARY KEY, author bigint, title text NOT NULL);
    CREATE INDEX users_name_idx ON users (name);
    CREATE VIEW names AS SELECT name FROM users;";

/// A migration of [`SETUP`], its end derived from its own statements.
fn compiled(migration: &str) -> Compiled {
    let from = contract(&empty(), SETUP);
    let mut to = from.clone();
    let mut interpreter = Interpreter::new(from.clone(), Environment::default());
    for statement in &novate_sql::parse(migration).statements {
        if interpreter.apply(&statement.value).is_ok() {
            to = interpreter.contract().clone();
        }
    }
    compile(migration, &from, &to).unwrap_or_else(|errors| panic!("{migration}\n{errors:#?}"))
}

/// What is wrong with a migration of [`SETUP`] that should change nothing: code, the text that it points at, message.
fn errors(migration: &str) -> String {
    let from = contract(&empty(), SETUP);
    match compile(migration, &from, &from) {
        Ok(compiled) => panic!("{:#?}", compiled.operations),
        Err(errors) => errors.iter().map(|error| error_text(migration, error)).collect::<Vec<_>>().join("\n"),
    }
}

fn error_text(source: &str, error: &CompileError) -> String {
    let place = error.span().locate(source);
    let text = &source[error.span().range()];
    assert!(error.fix().is_some_and(|fix| !fix.is_empty()), "{error:?} has no fix");
    format!("{} {}:{} `{text}`: {error}", error.code(), place.line, place.column)
}

/// An operation for people who read snapshots.
fn brief(operation: &Operation) -> String {
    let mut lines = vec![format!("{} [{}] {}", operation.id, operation.class, operation.label)];
    lines.extend(operation.hazards.iter().map(|hazard| format!("  ! {} {}", hazard.code.as_str(), hazard.object)));
    lines.extend(operation.precheck.iter().map(|check| format!("  < {}", check.description)));
    lines.extend(operation.execute.iter().map(|statement| format!("  = {}", statement.sql)));
    lines.extend(operation.postcheck.iter().map(|check| format!("  > {}", check.description)));
    lines.join("\n")
}

fn briefs(migration: &str) -> String {
    compiled(migration).operations.iter().map(brief).collect::<Vec<_>>().join("\n")
}
