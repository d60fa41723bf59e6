//! What a contract takes over from other spaces.

use novate_contract::{Contract, Control, Ident, ObjectId, QName, Space, json};

use crate::{ControlRule, SourceFile, SourceOptions, read};

fn space(name: &str, sql: &str) -> Contract {
    let options = SourceOptions { space: Space::new(name).unwrap(), ..SourceOptions::default() };
    match read(&[SourceFile::new("other.sql", sql)], &options) {
        Ok(read) => read.contract,
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn beside(others: &[Contract], sql: &str) -> Contract {
    let options = SourceOptions { others: others.to_vec(), ..SourceOptions::default() };
    match read(&[SourceFile::new("app.sql", sql)], &options) {
        Ok(read) => {
            assert_eq!(novate_contract::validate(&read.contract), [], "{sql}");
            read.contract
        }
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn hash(contract: &Contract) -> String {
    json::storage_hash(contract).to_string()
}

/// The objects that are somebody else's, in order.
fn external(contract: &Contract) -> String {
    let theirs = contract.objects().into_keys().filter(|id| contract.control(id) == Control::External);
    theirs.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

const AUTH: &str = "CREATE SCHEMA auth; CREATE TYPE auth.kind AS ENUM ('person', 'robot');
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email text UNIQUE, kind auth.kind, n int DEFAULT 1, CHECK (n > 0));
    CREATE INDEX ON auth.users (n);";

#[test]
fn as_much_as_a_foreign_key_needs() {
    let auth = space("auth", AUTH);
    let app = beside(std::slice::from_ref(&auth), "CREATE TABLE t (u uuid REFERENCES auth.users);");
    assert_eq!(
        external(&app),
        "schema auth, table auth.users, column auth.users.id, primary key auth.users.users_pkey"
    );
    let key = beside(std::slice::from_ref(&auth), "CREATE TABLE t (e text REFERENCES auth.users (email));");
    assert_eq!(
        external(&key),
        "schema auth, table auth.users, column auth.users.email, unique auth.users.users_email_key"
    );
    // Nothing is taken over that nothing refers to.
    assert_eq!(external(&beside(&[auth], "CREATE TABLE t (id int);")), "");
}

#[test]
fn the_hash_changes_with_what_is_referred_to() {
    let sql = "CREATE TABLE t (u uuid REFERENCES auth.users);";
    let before = hash(&beside(&[space("auth", AUTH)], sql));
    let more = AUTH.replace("n int DEFAULT 1", "n bigint DEFAULT 2, phone text");
    assert_eq!(hash(&beside(&[space("auth", &more)], sql)), before);
    let other = AUTH.replace("id uuid PRIMARY KEY", "id uuid, CONSTRAINT pk PRIMARY KEY (id)");
    assert_ne!(hash(&beside(&[space("auth", &other)], sql)), before);
}

#[test]
fn types_and_sequences() {
    let auth = space("auth", &format!("{AUTH} CREATE SEQUENCE auth.numbers;"));
    let sql = "CREATE TABLE t (kind auth.kind DEFAULT 'robot', n bigint DEFAULT nextval('auth.numbers'));";
    let app = beside(&[auth], sql);
    assert_eq!(app.enums[&QName::new("auth", "kind")].control, Control::External);
    assert!(external(&app).contains("enum auth.kind"), "{}", external(&app));
}

#[test]
fn extensions_where_they_are_needed() {
    let others = [space("text", "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION pg_trgm;")];
    let app = beside(&others, "CREATE TABLE t (name citext);");
    assert_eq!(external(&app), "schema ext, extension citext");
    let column = app.tables[&QName::new("public", "t")].columns[&Ident::new("name")].ty.to_string();
    assert_eq!(column, "ext.citext");
    let by_class = beside(&others, "CREATE TABLE t (name text); CREATE INDEX ON t USING gin (name gin_trgm_ops);");
    assert_eq!(external(&by_class), "extension pg_trgm");
    let by_function = beside(&others, "CREATE TABLE t (name text, CHECK (similarity(name, 'x') < 1));");
    assert_eq!(external(&by_function), "extension pg_trgm");
    let by_name = beside(&others, "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE TABLE t (id int);");
    assert_eq!(external(&by_name), "extension pg_trgm");
    // A claim is a claim, and for whoever compares the two contracts.
    let claimed = beside(&others, "CREATE EXTENSION pg_trgm;");
    assert_eq!(claimed.claimed_twice(&others[0]), [ObjectId::Extension(Ident::new("pg_trgm"))]);
}

#[test]
fn a_declaration_of_ones_own_is_taken_as_it_is() {
    let sql = "-- @control external\nCREATE SCHEMA auth;\n-- @control external\nCREATE TABLE auth.users (id uuid PRIMARY \
               KEY, email text);\nCREATE TABLE t (u uuid REFERENCES auth.users);";
    let app = beside(&[space("auth", AUTH)], sql);
    assert!(external(&app).contains("column auth.users.email"), "{}", external(&app));
    assert_eq!(app.claimed_twice(&space("auth", AUTH)), []);
}

#[test]
fn patterns_of_ones_own_do_not_reach_what_is_borrowed() {
    let options = SourceOptions {
        others: vec![space("auth", AUTH)],
        controls: vec![ControlRule::new("auth.*", Control::Managed), ControlRule::new("*", Control::Tolerated)],
        ..SourceOptions::default()
    };
    let sql = "CREATE TABLE t (u uuid REFERENCES auth.users);";
    let read = read(&[SourceFile::new("app.sql", sql)], &options).unwrap();
    assert!(external(&read.contract).contains("table auth.users"), "{}", external(&read.contract));
}

#[test]
fn what_nobody_has_is_missing_as_before() {
    let options = SourceOptions { others: vec![space("auth", AUTH)], ..SourceOptions::default() };
    let sql = "CREATE TABLE t (u uuid REFERENCES auth.people);";
    let errors = read(&[SourceFile::new("app.sql", sql)], &options).unwrap_err();
    assert_eq!(errors[0].code(), "CONTRACT.UNRESOLVED_REFERENCE");
}
