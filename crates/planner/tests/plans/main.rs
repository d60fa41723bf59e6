//! Plans, from two contracts as text: what people would see.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod enums;
mod online;
mod renames;
mod rows;
mod shape;

use novate_planner::{Header, PlanOptions, Rename, ValueRename, plan, render, script};
use novate_source::{Read, SourceFile, SourceOptions, read};

/// What of a plan a test is about.
enum Form {
    /// `migration.sql` below its header.
    Plan,
    /// The same, everything in lock-light form.
    Online,
    /// The bare script for tables that may be empty.
    Script,
    /// The script, and what people should know beside it.
    Findings,
}

fn contract(text: &str) -> Read {
    let files = [SourceFile::new("contract.sql", text)];
    read(&files, &SourceOptions::default()).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
}

fn planned(form: &Form, from: &str, to: &str) -> String {
    let (from, to) = (contract(from).contract, contract(to));
    let renames = to.hints.into_iter().map(|hint| Rename { from: hint.from, to: hint.to });
    let values = to.value_hints.into_iter().map(|hint| ValueRename { ty: hint.ty, from: hint.from, to: hint.to });
    let options = PlanOptions {
        renames: renames.collect(),
        value_renames: values.collect(),
        online: matches!(form, Form::Online),
        script: matches!(form, Form::Script | Form::Findings),
        ..PlanOptions::default()
    };
    let plan = plan(&from, &to.contract, &options).unwrap_or_else(|error| panic!("{error}"));
    let header = Header { name: "change".to_owned(), from: Some("a".to_owned()), to: "b".to_owned() };
    match form {
        Form::Plan | Form::Online => {
            let text = render(&plan, &header).unwrap();
            text.lines().skip(2).collect::<Vec<_>>().join("\n").trim().to_owned()
        }
        Form::Script => script(&plan).trim().to_owned(),
        Form::Findings => format!("{}{:#?}", script(&plan), plan.findings),
    }
}
