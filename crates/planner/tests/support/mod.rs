//! What the tests against a real server share.

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, Space};
use novate_planner::{Check, Compiled, Operation, compile};
use novate_scratch::{Database, Server};

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

/// What is wrong with migrations, gathered so that one run shows all of it.
pub(crate) struct Suite {
    server: &'static Server,
    setup: String,
    problems: Vec<String>,
}

impl Suite {
    pub(crate) fn new(setup: &str) -> Self {
        Self { server: Server::shared().unwrap(), setup: setup.to_owned(), problems: Vec::new() }
    }

    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// That every question has the answer `true`.
    fn expect(&mut self, database: &Database, checks: &[Check], when: &str) {
        for check in checks {
            let answer = ask(database, &check.sql);
            if answer != Ok(Some(true)) {
                self.problem(format!("{when}: {} is {answer:?}\n{}", check.description, check.sql));
            }
        }
    }

    fn holds(&mut self, database: &Database, operation: &Operation) -> bool {
        let mut all = !operation.postcheck.is_empty();
        for check in &operation.postcheck {
            match ask(database, &check.sql) {
                Ok(answer) => all &= answer == Some(true),
                Err(error) => self.problem(format!("{error}\n{}", check.sql)),
            }
        }
        all
    }

    /// Runs a migration as the runner does, with every question asked; then changes the result in each of the given
    /// ways, every one of which the postcheck of the last operation must see.
    pub(crate) fn check(&mut self, migration: &str, drifts: &[&str]) {
        let compiled = compiled(&self.setup, migration);
        let database = self.server.database("compile").unwrap();
        database.execute(&self.setup).unwrap_or_else(|error| panic!("{}\n{error}", self.setup));
        for operation in &compiled.operations {
            if self.holds(&database, operation) {
                self.problem(format!("done before it ran: {operation:#?}"));
            }
            self.expect(&database, &operation.precheck, "before");
            for statement in &operation.execute {
                if let Err(error) = database.execute(&statement.sql) {
                    return self.problem(format!("{}\n{error}", statement.sql));
                }
            }
            self.expect(&database, &operation.postcheck, "after");
        }
        let last = compiled.operations.last().unwrap();
        if last.postcheck.is_empty() {
            self.problem(format!("nothing tells that it is done: {last:#?}"));
        }
        for drift in drifts {
            let copy = self.server.database_from("drift", &database).unwrap();
            if let Err(error) = copy.execute(drift) {
                self.problem(format!("{drift}\n{error}"));
            } else if self.holds(&copy, last) {
                self.problem(format!("{drift} goes unseen by {:#?}", last.postcheck));
            }
        }
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.problems.is_empty(), "{}", self.problems.join("\n\n"));
        }
    }
}
