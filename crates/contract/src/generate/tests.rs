//! What must hold for any contract.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use novate_scratch::{Database, Server};
use proptest::prelude::*;

use super::contract;
use crate::json::{from_json, to_json};
use crate::{Contract, Control, Object, ObjectId, ddl, storage_hash, validate};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_contracts_are_valid(contract in contract()) {
        prop_assert_eq!(validate(&contract), vec![]);
    }

    #[test]
    fn files_come_back(contract in contract(), control in 0_usize..4) {
        let contract = with_control(contract, control);
        let text = to_json(&contract);
        let back = from_json(&text).unwrap();
        prop_assert_eq!(&back, &contract);
        prop_assert_eq!(to_json(&back), text);
        prop_assert_eq!(storage_hash(&back), storage_hash(&contract));
        for (name, table) in &contract.tables {
            prop_assert!(table.columns.keys().eq(back.tables[name].columns.keys()), "order of {}", name);
        }
    }

    #[test]
    fn the_order_of_columns_is_no_part_of_the_hash(contract in contract()) {
        let mut other = contract.clone();
        other.tables.change_where(|_, _| true, |_, table| table.columns.reverse());
        prop_assert_eq!(storage_hash(&other), storage_hash(&contract));
        prop_assert_eq!(other, contract);
    }

    #[test]
    fn different_contracts_have_different_hashes(one in contract(), other in contract()) {
        prop_assert_eq!(storage_hash(&one) == storage_hash(&other), one == other);
    }

    #[test]
    fn objects_are_found_by_their_ids(one in contract(), other in contract()) {
        for (id, object) in one.objects() {
            prop_assert!(one.object(&id).is_some_and(|found| found.same(&object)), "{}", id);
        }
        let same = |(id, object): (ObjectId, Object<'_>)| other.object(&id).is_some_and(|it| it.same(&object));
        if one.objects().len() == other.objects().len() && one.objects().into_iter().all(same) {
            prop_assert_eq!(one, other);
        }
    }
}

fn with_control(mut contract: Contract, control: usize) -> Contract {
    let control = [Control::Managed, Control::Tolerated, Control::Observed, Control::External][control];
    contract.tables.change_where(|_, _| true, |_, table| table.control = control);
    contract.schemas.values_mut().for_each(|schema| schema.control = control);
    contract
}

/// Runs statements and takes them back; the first that fails is the error.
fn try_out(database: &Database, statements: &[String]) -> Result<(), String> {
    let all = statements.join(";\n");
    let outcome = database.execute(&format!("BEGIN;\n{all};\nROLLBACK")).map_err(|error| format!("{error}\n{all}"));
    if outcome.is_err() {
        // The failed transaction may still be open.
        let _ = database.execute("ROLLBACK");
    }
    outcome.map(drop)
}

#[test]
fn postgresql_takes_every_statement_of_a_script() {
    let database = Server::shared().unwrap().database("contract").unwrap();
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = proptest::test_runner::TestRunner::new(config)
        .run(&contract(), |contract| try_out(&database, &ddl::script(&contract)).map_err(TestCaseError::fail));
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
