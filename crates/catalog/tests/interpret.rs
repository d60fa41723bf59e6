//! What statements make of a contract is what the server makes of its catalog.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use novate_source::{Drops, SourceFile, SourceOptions, read};
use support::{Session, render};

/// Executes a script on a server and on the model, and compares strictly.
fn agree(script: &str) {
    let options = SourceOptions { drops: Drops::Execute, ..SourceOptions::default() };
    let expected = read(&[SourceFile::new("script.sql", script)], &options).unwrap().contract;
    let found = render(&Session::with(script).verify(&expected, true));
    assert!(found.is_empty(), "{found}");
}

#[test]
fn tables() {
    agree(include_str!("scripts/tables.sql"));
}

#[test]
fn partitions() {
    agree(include_str!("scripts/partitions.sql"));
}

#[test]
fn inheritance() {
    agree(include_str!("scripts/inheritance.sql"));
}

#[test]
fn renames() {
    agree(include_str!("scripts/renames.sql"));
}

#[test]
fn drops() {
    agree(include_str!("scripts/drops.sql"));
}
