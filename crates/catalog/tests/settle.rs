//! Asking the server: what differs in wording only is none, and nothing is left behind.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use novate_catalog::{CompareOptions, Transaction, compare};
use support::{Session, contract, render};

/// Texts whose canonical forms the offline rules tell apart, and that PostgreSQL stores alike.
const WRITTEN: &str = "
CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
CREATE TABLE t (
    a integer DEFAULT ('[1,2]'::jsonb -> 0)::int,
    b tstzrange DEFAULT '[2024-01-01 00:00+00,2024-02-01 00:00+00)',
    c integer GENERATED ALWAYS AS (twice(a)) STORED,
    d timestamptz DEFAULT '2024-01-01 01:00+01',
    e interval DEFAULT '90 minutes',
    CONSTRAINT t_check CHECK (twice(a) > 1 AND d > '2024-01-01 01:00+01'),
    CONSTRAINT t_excl EXCLUDE USING gist (b WITH &&) WHERE (d > '2024-01-01 01:00+01')
);
CREATE INDEX t_idx ON t ((e + '90 minutes'::interval)) WHERE d > '2024-01-01 01:00+01';
CREATE TABLE p (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01 01:00+01') TO ('2025-01-01 01:00+01');
";

#[test]
fn wording_is_no_difference() {
    let session = Session::with(WRITTEN);
    let expected = contract(WRITTEN);
    let offline = compare(&expected, &session.read(), &CompareOptions::default());
    let bounds = render(&offline);
    assert!(bounds.contains("partition bound"), "the offline rules know too much for this test: {bounds}");
    insta::assert_snapshot!(render(&session.verify(&expected, false)));
}

#[test]
fn whoever_asks_need_not_read_rows() {
    let session = Session::with(WRITTEN);
    let expected = contract(WRITTEN);
    let all = render(&session.verify(&expected, false));
    session.execute("CREATE ROLE catalog_looker; SET ROLE catalog_looker");
    let seen = render(&session.verify(&expected, false));
    assert_eq!(session.text("SELECT has_table_privilege('t', 'SELECT')"), "f");
    session.execute("RESET ROLE; DROP ROLE catalog_looker");
    assert_eq!(seen, all);
}

#[test]
fn what_the_server_refuses_stays_different_alone() {
    let session = Session::with("CREATE TABLE t (a timestamptz DEFAULT '2024-01-01 00:00+00', b integer DEFAULT 1)");
    let expected = contract(
        "CREATE FUNCTION missing() RETURNS integer LANGUAGE sql AS 'SELECT 1';
         CREATE TABLE t (a timestamptz DEFAULT '2024-01-01 01:00+01', b integer DEFAULT missing())",
    );
    insta::assert_snapshot!(render(&session.verify(&expected, false)));
}

#[test]
fn nothing_is_left_behind_in_a_transaction_or_out_of_one() {
    let session = Session::with(WRITTEN);
    let expected = contract(&WRITTEN.replace("90 minutes", "91 minutes"));
    session.verify(&expected, false);
    session
        .execute("BEGIN; SET LOCAL search_path = nowhere; CREATE TABLE public.u (); SET LOCAL timezone = 'Asia/Tokyo'");
    session.verify_in(Transaction::Open, &expected, false);
    assert_eq!(session.text("SHOW search_path"), "nowhere");
    assert_eq!(session.text("SHOW timezone"), "Asia/Tokyo");
    session.execute("COMMIT");
    assert_eq!(session.text("SELECT count(*) FROM pg_class WHERE relpersistence = 't'"), "0");
    assert_eq!(session.text("SHOW search_path"), "\"$user\", public");
    assert_eq!(session.text("SELECT to_regclass('public.u')"), "u");
}

#[test]
fn who_may_not_create_is_told_so() {
    let session = Session::with(WRITTEN);
    session.execute(
        "CREATE ROLE catalog_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO catalog_reader;
         DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
         SET ROLE catalog_reader",
    );
    let seen = render(&session.verify(&contract(WRITTEN), false));
    session.execute("RESET ROLE; DROP OWNED BY catalog_reader; DROP ROLE catalog_reader");
    assert!(seen.contains("permission denied to create temporary tables"), "{seen}");
}

#[test]
fn a_transaction_that_only_reads_is_told_so() {
    let session = Session::with(WRITTEN);
    session.execute("BEGIN READ ONLY");
    let seen = render(&session.verify(&contract(WRITTEN), false));
    assert!(seen.contains("read-only transaction"), "{seen}");
    assert_eq!(session.text("SELECT 1"), "1");
}
