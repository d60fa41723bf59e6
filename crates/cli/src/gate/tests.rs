//! One gate in every format.
#![allow(clippy::unwrap_used)]

mod schema;

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use novate_contract::{Contract, json};
use novate_history::PackageName;
use novate_sql::Span;

use super::*;
use crate::problem::Place;
use crate::project::denied;

const SOURCE: &str = "-- migration: clean_up\n\n-- @allow scan: the table is small | *really*\nALTER TABLE public.users ADD \
                      CONSTRAINT c CHECK (age > 0);\n\nALTER TABLE public.users DROP COLUMN old;\n";

fn contract(sql: &str) -> Contract {
    let file = novate_source::SourceFile::new("app.sql", sql);
    novate_source::read(&[file], &novate_source::SourceOptions::default()).unwrap().contract
}

/// A package with an exception, what a policy says of it, a warning elsewhere, and a summary that tries everything.
fn gate() -> Gate {
    let from = contract("CREATE TABLE users (id int PRIMARY KEY, age int, old text);");
    let to = contract("CREATE TABLE users (id int PRIMARY KEY, age int, CONSTRAINT c CHECK (age > 0));");
    let compiled = novate_planner::compile(SOURCE, &from, &to).unwrap();
    let path = Utf8PathBuf::from("/repo/db/migrations/app/20260515T1200_clean_up/migration.sql");
    let at = SOURCE.find("ALTER TABLE public.users DROP").unwrap();
    let package = Reviewed {
        name: PackageName::parse("20260515T1200_clean_up").unwrap(),
        path: path.clone(),
        source: SOURCE.to_owned(),
        from: Some(json::storage_hash(&from)),
        to: Some(json::storage_hash(&to)),
        mode: compiled.transaction,
        operations: compiled.operations,
        places: compiled.places,
        allowed: compiled.allowed,
    };
    let drop = denied("POLICY.DENIED", "destructive is denied: Drop column old of public.users")
        .why("[env.production] names destructive\n100% of it: a, b")
        .fix("plan it otherwise")
        .meta(serde_json::json!({ "operation": "column.public.users.old" }))
        .at(Place::span(path, SOURCE, Span::new(at, at)));
    let hostile = Problem::input("REF.DANGLING", "the ref <b>x</b>|`y`\r\n::error::@all points nowhere")
        .at(Place::file("/repo/db/migrations/app/refs/a,b:c d.json"));
    let warning = Problem::input("CONTRACT.NAME_CUT", "the name is too long").warning();
    Gate {
        problems: vec![drop.clone(), drop, hostile, warning],
        pending: vec![package],
        base: Some("origin/main".to_owned()),
        packages: 3,
        snapshots: 4,
        ..Gate::default()
    }
}

fn written(format: Format) -> String {
    gate().write(format, Utf8Path::new("/repo/db"), Utf8Path::new("/repo"))
}

#[test]
fn github() {
    assert_snapshot!(written(Format::Github), @"");
}

#[test]
fn markdown() {
    assert_snapshot!(written(Format::Markdown), @"");
}

#[test]
fn sarif() {
    let mut log: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    assert_eq!(schema::faults(&log), Vec::<String>::new());
    // The pages and the version are long or change.
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert!(rule["help"]["text"].as_str().unwrap().contains("What to do: "));
        rule.as_object_mut().unwrap().remove("help");
    }
    log["runs"][0]["tool"]["driver"]["semanticVersion"] = "VERSION".into();
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @"");
}

#[test]
fn a_sarif_log_of_nothing_is_one_too() {
    let log = sarif::value(&Gate::default());
    assert_eq!(schema::faults(&log), Vec::<String>::new());
}

#[test]
fn a_fingerprint_outlives_lines_that_come_and_go() {
    let prints = |gate: &Gate| -> Vec<String> {
        let log = sarif::value(gate);
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|result| result["partialFingerprints"]["novate/v1"].as_str().unwrap().to_owned()).collect()
    };
    let before = prints(&gate());
    let mut moved = gate();
    for place in moved.problems.iter_mut().filter_map(|problem| problem.place.as_mut()) {
        place.at = place.at.map(|at| novate_sql::LineColumn { line: at.line + 7, ..at });
    }
    assert_eq!(before, prints(&moved));
    let distinct: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(distinct.len(), before.len(), "two of one operation have two");
}

#[test]
fn json() {
    let value: Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!((&value["ok"], &value["code"]), (&false.into(), &"POLICY.DENIED".into()));
    assert_eq!(value["also"].as_array().unwrap().len(), 2);
    assert_eq!(value["warnings"][0]["severity"], "warning");
    assert_eq!(value["pending"][0]["allowed"][0]["hazard"], "scan");
    assert_eq!(value["verdict"], "3 problems, 1 warning");
}

#[test]
fn warnings_do_not_fail() {
    let mut gate = gate();
    gate.problems.retain(|problem| problem.severity == Severity::Warning);
    assert_eq!(
        (gate.exit(), gate.verdict().as_str()),
        (Exit::Done, "3 packages and 4 snapshots are in order, 1 warning")
    );
}
