//! Seeds: what compiles, and what is refused with its place.

use novate_contract::Contract;

use super::{contract, empty};
use crate::compile::compile_seed;

const SCHEMA: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, admin boolean NOT NULL);";

fn schema() -> Contract {
    contract(&empty(), SCHEMA)
}

fn refused(source: &str) -> Vec<(&'static str, &str)> {
    let errors = compile_seed(source, "first", &schema()).unwrap_err();
    errors.iter().map(|error| (error.code(), source.get(error.span().range()).unwrap())).collect()
}

#[test]
fn a_check_begins_a_block_of_the_files_name() {
    let source = "-- The first one.\n-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT FROM users WHERE admin);\n-- @run\n\
                  INSERT INTO users VALUES (1, 'a@b', true);\nUPDATE users SET admin = true;\n-- @end\n";
    let operations = compile_seed(source, "first", &schema()).unwrap();
    let [only] = operations.as_slice() else { panic!("{operations:?}") };
    assert_eq!((only.label.as_str(), only.execute.len()), ("first", 2));
    assert_eq!(only.postcheck[0].sql, "SELECT NOT EXISTS (SELECT 1 WHERE NOT EXISTS (SELECT FROM users WHERE admin))");
}

#[test]
fn several_blocks_have_ids_of_their_own() {
    let block =
        "-- @check\nSELECT 1 FROM users WHERE email = '';\n-- @run\nDELETE FROM users WHERE email = '';\n-- @end\n";
    let source = format!("-- @transform tidy\n{block}{block}{block}");
    let operations = compile_seed(&source, "first", &schema()).unwrap();
    let ids: Vec<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["transform.tidy", "transform.first", "transform.first.2"]);
}

#[test]
fn what_is_no_seed_is_refused_at_its_place() {
    assert_eq!(refused("-- nothing\n"), [("MIGRATION.TRANSFORM_INCOMPLETE", "")]);
    let insert = "INSERT INTO users VALUES (1, 'a', true)";
    assert_eq!(refused(&format!("{insert};")), [("SEED.OUTSIDE_BLOCK", insert)]);
    assert_eq!(refused("CREATE TABLE t (id int);"), [("SEED.OUTSIDE_BLOCK", "CREATE TABLE t (id int)")]);
    let run = "-- @run\nDELETE FROM users;\n-- @end\n";
    assert_eq!(
        refused(&format!("-- @check\nSELECT count(*) FROM users;\n{run}")),
        [("MIGRATION.TRANSFORM_CHECK_NOT_ROWSET", "SELECT count(*) FROM users")]
    );
    assert_eq!(
        refused(&format!("-- @check\nSELECT 1 FROM user WHERE mail = '';\n{run}")),
        [("SEED.UNKNOWN_NAME", "user")]
    );
    assert_eq!(
        refused("-- @check\nSELECT 1 FROM users WHERE mail = '';\n-- @run\nUPDATE users SET adm = true;\n-- @end\n"),
        [("SEED.UNKNOWN_NAME", "mail"), ("SEED.UNKNOWN_NAME", "adm")]
    );
    assert_eq!(
        refused("-- @check\nSELECT 1 FROM users;\n-- @run\nDROP TABLE users;\n"),
        [("MIGRATION.BLOCK_UNCLOSED", "-- @check"), ("MIGRATION.TRANSFORM_RUN_NOT_DML", "DROP TABLE users")]
    );
    for line in ["-- @transaction statement", "-- @batch 5", "-- @invariant x", "-- @placeholder what?"] {
        let source = format!("-- @check\nSELECT 1 FROM users;\n{line}\n{run}");
        assert_eq!(refused(&source), [("MIGRATION.DIRECTIVE_MISPLACED", line)]);
    }
}
