//! Fingerprints: what has changed since, object by object.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeSet;

use novate_catalog::{Changes, Fingerprint};
use support::{Session, contract};

#[test]
fn tells_what_changed_and_nothing_else() {
    let session = Session::with(
        "CREATE TABLE \"Odd.table\" (a integer DEFAULT 1, b text); CREATE TABLE u (a integer PRIMARY KEY);
         COMMENT ON COLUMN u.a IS 'a'; CREATE INDEX i ON \"Odd.table\" (b)",
    );
    let signed = Fingerprint::from_json(&Fingerprint::of(&session.read()).to_json()).unwrap();
    assert_eq!(signed.changes(&session.read()), Changes::default());
    session.execute(
        "ALTER TABLE \"Odd.table\" ALTER a SET DEFAULT 2; DROP INDEX i; ALTER TABLE u ADD c integer;
         COMMENT ON COLUMN u.a IS 'b'; ALTER TABLE \"Odd.table\" ALTER b SET DEFAULT 'x'; ALTER TABLE \"Odd.table\" ALTER b DROP DEFAULT",
    );
    let changes = signed.changes(&session.read());
    let names =
        |ids: &BTreeSet<novate_contract::ObjectId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
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

/// A dump prints this check in other words than those that it was created with, and a restored one in yet others.
const CHECKED: &str = "CREATE TABLE t (a varchar(10), CONSTRAINT t_check CHECK (a IN ('x', 'y')), b text)";

#[test]
fn other_words_for_the_same_are_no_change() {
    let session = Session::with(CHECKED);
    let expected = contract(CHECKED);
    let signed = Fingerprint::of(&session.read());
    let restore = session.text(
        "SELECT format('ALTER TABLE t DROP CONSTRAINT t_check; ALTER TABLE t ADD CONSTRAINT t_check %s',
         pg_get_constraintdef(oid)) FROM pg_constraint WHERE conname = 't_check'",
    );
    session.execute(&restore);
    let live = session.read();
    assert_eq!(signed.changes(&live).changed.len(), 1, "the words are the same, so that this test tests nothing");
    assert_eq!(signed.changed_since(&live, &expected, &session.verify(&expected, true)), BTreeSet::new());

    session.execute("ALTER TABLE t ALTER b SET DEFAULT 'x', ADD c integer");
    let (live, findings) = (session.read(), session.verify(&expected, true));
    let changed: Vec<String> =
        signed.changed_since(&live, &expected, &findings).iter().map(ToString::to_string).collect();
    assert_eq!(changed, ["column public.t.b", "column public.t.c"]);
}

#[test]
fn the_words_of_another_major_version_tell_nothing_of_what_the_contract_does_not_know() {
    let session = Session::with("CREATE TABLE extra (a integer DEFAULT 1)");
    let expected = contract("");
    let signed = Fingerprint::of(&session.read());
    session.execute("ALTER TABLE extra ALTER a SET DEFAULT 2");
    let live = session.read();
    let since = |signed: &Fingerprint| signed.changed_since(&live, &expected, &session.verify(&expected, true)).len();
    assert_eq!(since(&signed), 1);
    let major = format!("\"server\":{}", session.major());
    let older = Fingerprint::from_json(&signed.to_json().replace(&major, "\"server\":12")).unwrap();
    assert_eq!(since(&older), 0);
}
