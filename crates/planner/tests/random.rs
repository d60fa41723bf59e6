//! Plans between random contracts, run on a real server with every question asked.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use novate_contract::{Contract, generate};
use novate_planner::{Header, Operation, PlanOptions, compile, plan, render};
use novate_scratch::{Database, Server};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use support::{ask, empty};

fn operations(from: &Contract, to: &Contract, online: bool) -> Vec<Operation> {
    let plan = plan(from, to, &PlanOptions { online, ..PlanOptions::default() }).unwrap();
    let header = Header { name: "any".to_owned(), from: None, to: String::new() };
    let text = render(&plan, &header).unwrap();
    compile(&text, from, to).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}")).operations
}

/// Runs operations as the runner does. What only an author can fill in is filled in with NULL: the tables are empty. What
/// a sequence's value forbids ends the run.
fn run(database: &Database, operations: &[Operation]) -> Result<(), String> {
    for operation in operations {
        let is_transform = operation.target.object_type == "transform";
        let all = |checks: &[novate_planner::Check]| -> Result<bool, String> {
            for check in checks {
                if ask(database, &check.sql).map_err(|error| format!("{error}\n{}", check.sql))? != Some(true) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if !operation.postcheck.is_empty() && all(&operation.postcheck)? {
            if is_transform {
                continue;
            }
            return Err(format!("done before it ran: {operation:#?}"));
        }
        let counts = operation.execute.iter().any(|statement| statement.sql.starts_with("ALTER SEQUENCE"));
        if counts && !all(&operation.precheck)? {
            return Ok(());
        }
        if !all(&operation.precheck)? {
            return Err(format!("cannot run: {operation:#?}"));
        }
        for statement in &operation.execute {
            let sql = statement.sql.replace("USING (\n--", "USING (NULL\n--");
            database.execute(&sql).map_err(|error| format!("{sql}\n{error}"))?;
        }
        if !all(&operation.postcheck)? {
            return Err(format!("not done after it ran: {operation:#?}"));
        }
    }
    Ok(())
}

fn needs_15(operation: &Operation) -> bool {
    let words = ["NULLS NOT DISTINCT", "UNLOGGED SEQUENCE", "SET NULL (", "SET DEFAULT ("];
    operation.execute.iter().any(|statement| words.iter().any(|word| statement.sql.contains(word)))
}

#[test]
fn random_plans() {
    let cases = std::env::var("NOVATE_RANDOM_PLANS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6);
    let server = Server::shared().unwrap();
    let mut runner = TestRunner::deterministic();
    let mut problems = Vec::new();
    for case in 0..cases {
        let mut any = || generate::contract().new_tree(&mut runner).unwrap().current();
        let (from, to) = (any(), any());
        let (first, second) = (operations(&empty(), &from, false), operations(&from, &to, case % 2 == 1));
        if server.version().major.0 < 15 && first.iter().chain(&second).any(needs_15) {
            continue;
        }
        let database = server.database("random").unwrap();
        let outcome = run(&database, &first).and_then(|()| run(&database, &second));
        problems.extend(outcome.err());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
