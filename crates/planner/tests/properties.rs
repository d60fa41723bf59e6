//! What holds of every plan, over random contracts.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use novate_contract::interpret::{Environment, Interpreter};
use novate_contract::{Contract, generate};
use novate_planner::{Header, Plan, PlanOptions, compile, plan, render, script};
use proptest::prelude::*;

fn planned(from: &Contract, to: &Contract, options: &PlanOptions) -> Plan {
    plan(from, to, options).unwrap_or_else(|error| panic!("{error}"))
}

/// What a contract is after the statements of a script.
fn replayed(from: &Contract, sql: &str) -> Contract {
    let parsed = novate_sql::parse(sql);
    assert!(parsed.errors.is_empty(), "{:?}\n{sql}", parsed.errors);
    let mut interpreter = Interpreter::new(from.clone(), Environment::default());
    for statement in &parsed.statements {
        interpreter.apply(&statement.value).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
    interpreter.into_contract()
}

fn as_script() -> PlanOptions {
    PlanOptions { script: true, ..PlanOptions::default() }
}

fn differences(have: &Contract, want: &Contract) -> Vec<String> {
    let (have, want) = (have.objects(), want.objects());
    let gone = want.keys().filter(|id| !have.contains_key(id)).map(|id| format!("missing {id}"));
    let extra = have.keys().filter(|id| !want.contains_key(id)).map(|id| format!("extra {id}"));
    let other = want.iter().filter_map(|(id, object)| {
        let there = have.get(id)?;
        (!there.same(object)).then(|| format!("{id}: {there:?}, not {object:?}"))
    });
    gone.chain(extra).chain(other).collect()
}

/// A random contract, shown by what makes it.
#[derive(Clone)]
struct Shown(Contract);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let empty = Contract::empty(self.0.space.clone());
        f.write_str(&script(&planned(&empty, &self.0, &as_script())))
    }
}

fn contract() -> impl Strategy<Value = Shown> {
    generate::contract().prop_map(Shown)
}

/// How many cases of each property: few by default, thousands where `NOVATE_PROPERTY_CASES` says so.
fn cases(few: u32) -> u32 {
    std::env::var("NOVATE_PROPERTY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_contract_to_itself_is_nothing(Shown(contract) in contract()) {
        for options in [PlanOptions::default(), as_script(), PlanOptions { online: true, ..PlanOptions::default() }] {
            let plan = planned(&contract, &contract, &options);
            prop_assert_eq!(script(&plan), "");
            prop_assert_eq!(plan.findings, vec![]);
        }
    }

    #[test]
    fn the_statements_lead_there(Shown(from) in contract(), Shown(to) in contract()) {
        for online in [false, true] {
            for script_only in [true, false] {
                let options = PlanOptions { script: script_only, online, ..PlanOptions::default() };
                let sql = script(&planned(&from, &to, &options)).replace("USING (\n--", "USING (NULL\n--");
                let reached = replayed(&from, &sql);
                prop_assert_eq!(differences(&reached, &to), Vec::<String>::new(), "{}", sql);
                let again = planned(&reached, &to, &options);
                prop_assert_eq!(script(&again), "");
            }
        }
    }

    #[test]
    fn planning_twice_gives_the_same_bytes(Shown(from) in contract(), Shown(to) in contract()) {
        let header = Header { name: "change".to_owned(), from: None, to: "0".to_owned() };
        let text = || render(&planned(&from, &to, &PlanOptions::default()), &header).unwrap();
        prop_assert_eq!(text(), text());
    }

    #[test]
    fn what_is_rendered_compiles(Shown(from) in contract(), Shown(to) in contract()) {
        let header = Header { name: "change".to_owned(), from: None, to: "0".to_owned() };
        for online in [false, true] {
            let options = PlanOptions { online, ..PlanOptions::default() };
            let plan = planned(&from, &to, &options);
            let text = render(&plan, &header).unwrap();
            let compiled = compile(&text, &from, &to).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
            prop_assert_eq!(compiled.placeholders.len(), plan.placeholders().len(), "{}", &text);
            prop_assert_eq!(compiled.transaction, plan.transaction);
        }
    }
}
