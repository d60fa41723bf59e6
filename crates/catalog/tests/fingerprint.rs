//! Fingerprints: what has changed since, object by object.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use novate_catalog::Fingerprint;
use support::Session;

#[test]
fn tells_what_changed_and_nothing_else() {
    let session = Session::with(
        "CREATE TABLE \"Odd.table\" (a integer DEFAULT 1, b text); CREATE TABLE u (a integer PRIMARY KEY);
         COMMENT ON COLUMN u.a IS 'a'; CREATE INDEX i ON \"Odd.table\" (b)",
    );
    let signed = Fingerprint::from_json(&Fingerprint::of(&session.read()).to_json()).unwrap();
    assert!(signed.changed_since(&session.read()).is_empty());
    session.execute(
        "ALTER TABLE \"Odd.table\" ALTER a SET DEFAULT 2; DROP INDEX i; ALTER TABLE u ADD c integer;
         COMMENT ON COLUMN u.a IS 'b'; ALTER TABLE \"Odd.table\" ALTER b SET DEFAULT 'x'; ALTER TABLE \"Odd.table\" ALTER b DROP DEFAULT",
    );
    let changes = signed.changes(&session.read());
    let names = |ids: &std::collections::BTreeSet<novate_contract::ObjectId>| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(names(&changes.changed), "column public.\"Odd.table\".a, comment on column public.u.a");
    assert_eq!(names(&changes.gone), "index public.i");
    assert_eq!(names(&changes.new), "column public.u.c");
}

#[test]
fn does_not_depend_on_when_and_by_whom_it_was_built() {
    let sql = "CREATE TABLE t (a integer CHECK (a > 0), d timestamptz DEFAULT '2024-01-01 00:00+00')";
    let one = Session::with(sql);
    let other = Session::with(&format!("CREATE TABLE x (); DROP TABLE x; SET timezone = 'Asia/Tokyo'; {sql}"));
    other.execute(
        "ALTER TABLE t ADD b int; ALTER TABLE t DROP b; SET search_path = pg_catalog; SET datestyle = 'German'",
    );
    assert_eq!(Fingerprint::of(&one.read()).to_json(), Fingerprint::of(&other.read()).to_json());
}
