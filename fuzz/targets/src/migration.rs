//! `migration.sql`.
//!
//! An input of one part is compiled between two contracts of ours, and as a seed. With more parts, the first two are the contracts, and
//! the third is compiled between them; without a third, what is planned is.

use std::sync::OnceLock;

use novate_contract::{Contract, Space, validate};
use novate_history::format::ops_json;
use novate_planner::{Header, Operation, OperationClass, PlanOptions, compile, compile_seed, plan, render};
use novate_source::{Drops, SourceFile, SourceOptions};

use crate::contract::{read, shown};
use crate::ops;
use crate::text::{ensure, parts, within};

pub(crate) fn run(input: &str) -> Result<(), String> {
    let parts = parts(input);
    match parts.as_slice() {
        [text] => {
            let (from, to) = ours();
            seed(text, from)?;
            compiled(text, from, to)
        }
        [from, to, rest @ ..] => {
            let Some((from, to)) = valid(from)?.zip(valid(to)?) else { return Ok(()) };
            match rest.first() {
                Some(text) => compiled(text, &from, &to),
                None => planned(&from, &to),
            }
        }
        [] => Ok(()),
    }
}

fn valid(text: &str) -> Result<Option<Contract>, String> {
    Ok(read(text, Drops::Refuse)?.filter(|contract| validate(contract).is_empty()))
}

/// Whatever compiles is written and read as it is.
fn compiled(text: &str, from: &Contract, to: &Contract) -> Result<(), String> {
    match compile(text, from, to) {
        Ok(compiled) => {
            for allow in &compiled.allowed {
                within(text, allow.span.start, allow.span.end, allow)?;
            }
            let ops = ops_json(&compiled.operations);
            let again = ops::operations(&ops)?.map_err(|error| format!("{error}\n{ops}"))?;
            ensure(again == compiled.operations, || format!("ops.json holds other operations\n{ops}"))?;
            ensure(compile(text, from, to).as_ref() == Ok(&compiled), || {
                "compiling again gives another result".to_owned()
            })
        }
        Err(errors) => {
            for error in &errors {
                within(text, error.span().start, error.span().end, error)?;
                shown(&[Some(error.to_string()), error.why(), error.fix()]);
            }
            ensure(!errors.is_empty(), || "a text was refused without a reason".to_owned())
        }
    }
}

/// The same text as a seed: what it does are transforms alone, and what is wrong has its place.
fn seed(text: &str, contract: &Contract) -> Result<(), String> {
    match compile_seed(text, "seed", contract) {
        Ok(operations) => {
            let is_transform = |operation: &Operation| {
                operation.class == OperationClass::Data && operation.precheck.len() == 1 && operation.batch.is_none()
            };
            ensure(!operations.is_empty() && operations.iter().all(is_transform), || {
                format!("a seed is something else\n{operations:#?}")
            })
        }
        Err(errors) => {
            for error in &errors {
                within(text, error.span().start, error.span().end, error)?;
                shown(&[Some(error.to_string()), error.why(), error.fix()]);
            }
            ensure(!errors.is_empty(), || "a seed was refused without a reason".to_owned())
        }
    }
}

/// Whatever is planned compiles.
fn planned(from: &Contract, to: &Contract) -> Result<(), String> {
    let header = Header { name: "fuzz".to_owned(), from: None, to: "0".to_owned() };
    for online in [false, true] {
        let plan = match plan(from, to, &PlanOptions { online, ..PlanOptions::default() }) {
            Ok(plan) => plan,
            Err(error) => {
                shown(&[Some(error.to_string()), error.why(), error.fix()]);
                return Ok(());
            }
        };
        let text = render(&plan, &header).map_err(|error| error.to_string())?;
        let compiled =
            compile(&text, from, to).map_err(|errors| format!("a plan does not compile\n{errors:#?}\n{text}"))?;
        ensure(compiled.placeholders.len() == plan.placeholders().len(), || format!("placeholders are lost\n{text}"))?;
        ensure(from != to || compiled.operations.is_empty(), || format!("a contract to itself is something\n{text}"))?;
    }
    Ok(())
}

/// The contracts that an input of one part lies between.
fn ours() -> (&'static Contract, &'static Contract) {
    static OURS: OnceLock<(Contract, Contract)> = OnceLock::new();
    let read = |text: &str| {
        let files = [SourceFile::new("contract.sql", text)];
        let empty = || Contract::empty(Space::app());
        novate_source::read(&files, &SourceOptions::default()).map_or_else(|_| empty(), |read| read.contract)
    };
    let (from, to) =
        OURS.get_or_init(|| (read(include_str!("migration/from.sql")), read(include_str!("migration/to.sql"))));
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn our_contracts_are_read() {
        let (from, to) = ours();
        assert_eq!((from.tables.len(), to.tables.len()), (2, 2));
    }
}
