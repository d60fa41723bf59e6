//! `novate check --prove-replay`: what a history does, not what it says.

use crate::support::Project;

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";
const TWO: &str = "CREATE TABLE t (id int PRIMARY KEY, b int);\n";

/// A project whose second package, to `TWO`, does what this block does.
fn with_raw(execute: &str) -> Project {
    let project = Project::with_contract(ONE);
    project.novate("plan --name first").ok();
    project.contract(TWO);
    project.novate("plan --name second").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let text = project.read(&source);
    let statement = text.lines().find(|line| line.starts_with("ALTER TABLE")).unwrap();
    let block = format!("-- @raw additive add b\nDO $$ BEGIN {execute} END $$;\n-- @postcheck\nSELECT false;\n-- @end");
    project.edit(&source, statement, &block);
    project.novate("migration emit").ok();
    project
}

#[test]
fn a_block_that_lies() {
    // It says that it adds a column, and adds another.
    let project = with_raw("EXECUTE 'ALTER TABLE t ADD COLUMN c int';");
    project.edit(&format!("{}/migration.sql", project.newest_package()), "SELECT false", "SELECT true");
    project.novate("migration emit").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY, b int, d int);\n");
    project.novate("plan --name third").ok();
    project.novate("check").ok();
    let ran = project.novate("check --prove-replay").fails(4, "REPLAY.FAILED").says("_second does not replay");
    let ran = ran.says("column public.t.b").says("1 package behind it could not be replayed").says("_third");
    let _ = ran.says("migration.sql").does_not_say("_third does not replay");
    let sarif = project.novate("check --prove-replay --format sarif");
    assert_eq!(sarif.json()["runs"][0]["results"][0]["ruleId"], "REPLAY.FAILED", "{}", sarif.out);
}

#[test]
fn what_is_left_beside_the_contract() {
    let project = with_raw("EXECUTE 'ALTER TABLE t ADD COLUMN b int'; EXECUTE 'CREATE TABLE left_behind (x int)';");
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, "SELECT false", "SELECT count(*) = 1 FROM pg_class WHERE relname = 'left_behind'");
    project.novate("migration emit").ok();
    // A run has no opinion on what the contract does not know; a replay has.
    project.novate("migrate").ok();
    project.novate("check --prove-replay").fails(4, "REPLAY.FAILED").says("left_behind");
}

#[test]
fn a_history_that_holds() {
    let project = Project::with_contract(ONE);
    project.novate("plan --name first").ok();
    project.contract(TWO);
    project.novate("plan --name second").ok();
    // Back, and on to somewhere else from there: a branch and a cycle.
    project.contract(ONE);
    project.novate("plan --name back").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY, other text);\nCREATE INDEX i ON t (other);\n");
    project.novate("plan --name on --online").ok();
    // One that stays where it is and provides nothing is on no route.
    project.novate("migration new touch").ok();
    project.novate("migration emit").ok();
    project.novate("check --prove-replay").ok().says("5 packages and 3 snapshots are in order, 4 packages replayed");
    assert_eq!(project.novate("check --prove-replay --json").ok().json()["replayed"], 4);
}

#[test]
fn what_belongs_to_others_is_put_there_first() {
    let project = Project::with_contract(
        "CREATE SCHEMA auth;\nCREATE TABLE auth.users (id uuid PRIMARY KEY);\n\
         CREATE TABLE t (id int PRIMARY KEY, owner uuid REFERENCES auth.users (id));\n",
    );
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n[control]\n\"auth.*\" = \"external\"\n");
    project.novate("plan --name first").ok();
    project.novate("check --prove-replay").ok().says("1 package replayed");
    project.write(
        "novate.toml",
        "[database]\nurl = \"env:DATABASE_URL\"\n[control]\nauth = \"external\"\n\"auth.*\" = \"external\"\n",
    );
    project.novate("check --prove-replay").fails(4, "CONTRACT.STALE").does_not_say("REPLAY.FAILED");
}
