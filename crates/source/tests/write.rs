//! What is written reads back as the same contract, whatever the layout.

#![allow(clippy::unwrap_used)]

use novate_contract::Contract;
use novate_source::{Layout, SourceFile, SourceOptions, read, write};
use proptest::prelude::*;

fn again(contract: &Contract, layout: Layout) -> Contract {
    let files = write(contract, layout);
    match read(&files, &SourceOptions::default()) {
        Ok(read) => read.contract,
        Err(errors) => {
            let text: String = files.iter().map(|file| file.text.as_str()).collect();
            panic!("{errors:#?}\n{text}")
        }
    }
}

fn text(sql: &str) -> String {
    let contract = read(&[SourceFile::new("c.sql", sql)], &SourceOptions::default()).unwrap().contract;
    all(&contract)
}

fn all(contract: &Contract) -> String {
    write(contract, Layout::One).into_iter().map(|file| file.text).collect()
}

/// The objects that only one side has, or that differ.
fn differing(a: &Contract, b: &Contract) -> Vec<String> {
    let (a, b) = (a.objects(), b.objects());
    let ids = a.keys().chain(b.keys().filter(|id| !a.contains_key(id)));
    let differs = |id: &&novate_contract::ObjectId| match (a.get(id), b.get(id)) {
        (Some(a), Some(b)) => !a.same(b) || !a.same_policy(b),
        _ => true,
    };
    ids.filter(differs).map(ToString::to_string).collect()
}

#[test]
fn reads_as_a_person_would_write_it() {
    let sql = "CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL UNIQUE, boss int REFERENCES people,
            mood mood DEFAULT 'ok', age int CHECK (age > 0));
        CREATE INDEX ON people (boss, age DESC);
        COMMENT ON TABLE people IS 'who is here';";
    insta::assert_snapshot!(text(sql), @"
    CREATE TYPE public.mood AS ENUM ('sad', 'ok');

    CREATE TABLE public.people (
        id serial PRIMARY KEY,
        email text NOT NULL UNIQUE,
        boss integer REFERENCES public.people (id),
        mood public.mood DEFAULT 'ok',
        age integer CHECK (age > 0)
    );

    CREATE INDEX people_boss_age_idx ON public.people (boss, age DESC);
    COMMENT ON TABLE public.people IS 'who is here';
    ");
}

#[test]
fn what_is_somebody_elses_says_so() {
    insta::assert_snapshot!(text("-- @control external\nCREATE TABLE t (id int);"), @"
    -- @control external
    CREATE TABLE public.t (
        id integer
    );
    ");
}

/// How many cases of each property: few by default, thousands where `NOVATE_PROPERTY_CASES` says so.
fn cases(few: u32) -> u32 {
    std::env::var("NOVATE_PROPERTY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(64), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn written_contracts_read_back(contract in novate_contract::generate::contract()) {
        for layout in [Layout::One, Layout::PerSchema, Layout::PerTable] {
            let read = again(&contract, layout);
            prop_assert!(read == contract, "{:?} differ\n{}", differing(&read, &contract), all(&contract));
        }
    }
}

#[test]
fn types_that_are_not_modelled_are_declared_for_their_columns() {
    let sql = "CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN \"Odd one\" AS text;
        CREATE VIEW v AS SELECT 1 AS one;
        CREATE TABLE t (id int PRIMARY KEY, p pair[], o \"Odd one\");";
    insta::assert_snapshot!(text(sql), @r#"
    -- Left out, because novate does not model objects of these kinds yet:
    --   view public.v

    -- Declared for the columns of these types; what the types are is not modelled yet:
    CREATE TYPE public.pair;
    CREATE TYPE public."Odd one";

    CREATE TABLE public.t (
        id integer PRIMARY KEY,
        p public.pair[],
        o public."Odd one"
    );
    "#);
    let contract = read(&[SourceFile::new("c.sql", sql)], &SourceOptions::default()).unwrap().contract;
    for layout in [Layout::One, Layout::PerSchema, Layout::PerTable] {
        assert_eq!(differing(&contract, &again(&contract, layout)), Vec::<String>::new());
    }
}
