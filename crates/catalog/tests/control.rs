//! What is somebody else's is only asked for what was declared.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::{Session, contract, render};

const DECLARED: &str = "
CREATE SCHEMA auth;
-- @control external
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text NOT NULL, role text DEFAULT 'user');
-- @control observed
CREATE TABLE watched (a integer);
CREATE TABLE ours (id integer PRIMARY KEY, owner uuid REFERENCES auth.users);
";

const LIVE: &str = "
CREATE SCHEMA auth;
CREATE TABLE auth.users (
    id uuid DEFAULT gen_random_uuid() CONSTRAINT people_key PRIMARY KEY, email text NOT NULL UNIQUE,
    role text NOT NULL DEFAULT 'user', internal jsonb);
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE auth.users IS 'theirs';
CREATE INDEX users_email_idx ON auth.users (lower(email));
CREATE TABLE watched (a integer);
CREATE TABLE ours (id integer PRIMARY KEY, owner uuid REFERENCES auth.users);
";

#[test]
fn what_was_not_declared_of_an_external_table_is_not_our_business() {
    assert_eq!(render(&Session::with(LIVE).verify(&contract(DECLARED), true)), "");
}

#[test]
fn what_was_declared_of_an_external_table_must_be_there() {
    let session = Session::with(LIVE);
    session.execute(
        "ALTER TABLE auth.users ALTER email TYPE varchar(50), ALTER email DROP NOT NULL, ALTER role SET DEFAULT 'admin'",
    );
    insta::assert_snapshot!(render(&session.verify(&contract(DECLARED), false)));
}

#[test]
fn what_is_observed_is_only_noted() {
    let session = Session::with(LIVE);
    session.execute("ALTER TABLE watched ALTER a TYPE bigint, ADD b integer");
    let findings = session.verify(&contract(DECLARED), true);
    assert!(!findings.iter().any(novate_catalog::Finding::is_error));
    insta::assert_snapshot!(render(&findings));
}
