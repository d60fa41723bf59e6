//! Drift: what changed behind novate's back is named with both sides, and nothing else is.

use novate_proxy::Proxy;
use serde_json::Value;

use crate::drills::socket;
use crate::support::Project;

const START: &str = "CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'x', b int);\n";

#[test]
fn column_gone() {
    let project = Project::migrated(START);
    project.sql("ALTER TABLE t DROP COLUMN b");
    project.novate("db verify").fails(4, "DB.DRIFT").says("column public.t.b").says("changed since");
    project.novate("migrate").fails(4, "DB.DRIFT");
    project.sql("ALTER TABLE t ADD COLUMN b int");
    project.novate("db verify --strict").ok();
}

#[test]
fn column_extra() {
    let project = Project::migrated(START);
    project.sql("ALTER TABLE t ADD COLUMN extra int");
    project.novate("db verify").ok().says("column public.t.extra");
    project.novate("db verify --strict").fails(4, "DB.DRIFT").says("column public.t.extra");
}

#[test]
fn marker_missing() {
    let project = Project::migrated(START);
    project.sql("DELETE FROM novate.marker");
    project.novate("db verify").fails(4, "MARKER.MISSING").says("novate db sign");
    project.novate("db sign").ok();
    project.novate("db verify").ok();
}

#[test]
fn marker_stale() {
    let project = Project::migrated(START);
    project.contract(&START.replace("b int", "b bigint"));
    project.novate("db verify").fails(4, "MARKER.ELSEWHERE").says("novate migrate");
    project.sql("ALTER TABLE t ALTER COLUMN b TYPE bigint");
    project.novate("db sign").fails(2, "DB.SIGNED_ELSEWHERE");
    project.novate("db sign --force").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn marker_corrupt() {
    let project = Project::migrated(START);
    project.sql("UPDATE novate.marker SET contract = '{}'");
    project.novate("db verify").fails(4, "MARKER.CORRUPT");
    project.novate("migrate").fails(4, "MARKER.CORRUPT").does_not_say("reset");
    project.novate("db verify --schema-only").ok();
    project.novate("db sign --force").ok();
    project.novate("db verify").ok();
}

#[test]
fn marker_unknown() {
    let project = Project::migrated(START);
    let other = Project::migrated("CREATE TABLE other (id int);\n");
    project.novate_on(&other.db.url(), "migrate").fails(2, "MIGRATION.MARKER_UNKNOWN");
    project.novate_on(&other.db.url(), "status").ok().says("MIGRATION.MARKER_UNKNOWN");
}

/// The block of docs/verify.md that begins with this line.
fn page(first: &str) -> String {
    let text = include_str!("../../docs/verify.md");
    let rest = text.split_once(first).unwrap_or_else(|| panic!("docs/verify.md has no {first}")).1;
    rest.split("```").next().unwrap_or_default().to_owned()
}

#[test]
fn json_is_as_documented() {
    let project = Project::migrated(&page("-- contract\n"));
    project.sql(&page("-- changes\n"));
    let ran = project.novate("db verify --json").fails(4, "DB.DRIFT");
    let mut found = ran.json()["meta"].clone();
    let mut documented: Value = serde_json::from_str(&page("```json\n")).expect("JSON");
    // When it was signed is the only thing that is another each time.
    assert!(found["signedAt"].as_str().is_some_and(|at| at.contains('T') && at.ends_with("+00:00")), "{found:#}");
    found["signedAt"] = documented["signedAt"].take();
    documented["signedAt"] = found["signedAt"].clone();
    assert_eq!(found, documented, "{found:#}");

    let verified = Project::migrated(&page("-- contract\n")).novate("db verify --json").ok().json();
    assert_eq!(verified["ok"], Value::Bool(true));
    let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
    let mut without = verified.clone();
    without.as_object_mut().expect("an object").remove("ok");
    assert_eq!(keys(&without), keys(&documented));
    assert_eq!(verified["findings"], Value::Array(Vec::new()));
}

/// What the client waits for: the marker and the catalog, which it asks for together. What is asked of a server when it
/// is connected to stands before it.
#[test]
fn verifying_is_one_round_trip_however_much_there_is() {
    const CONNECTING: usize = 1;
    let trips = |tables: usize| {
        let table = |n| format!("CREATE TABLE t{n} (id int PRIMARY KEY, a text DEFAULT 'x', CHECK (id > {n}));\n");
        let project = Project::migrated(&(0..tables).map(table).collect::<String>());
        let proxy = Proxy::to(socket()).unwrap();
        project.novate_on(&proxy.url(project.db.name()), "db verify --strict").ok();
        proxy.traffic().questions.len() - CONNECTING
    };
    assert_eq!((trips(1), trips(200)), (1, 1));
}

#[test]
fn what_was_renamed_by_hand_is_named_back() {
    let contract = "CREATE TYPE m AS ENUM ('a', 'b');\n\
        CREATE TABLE posts (id serial PRIMARY KEY, title text, m m);\nCREATE TABLE other (id int, n int);\n";
    let mends = [
        ("ALTER TABLE posts RENAME TO postings", "ALTER TABLE public.postings RENAME TO posts;"),
        ("CREATE SCHEMA arch; ALTER TABLE posts SET SCHEMA arch", "ALTER TABLE arch.posts SET SCHEMA public;"),
        ("ALTER TABLE posts RENAME COLUMN title TO titel", "ALTER TABLE public.posts RENAME COLUMN titel TO title;"),
        ("ALTER TYPE m RENAME TO m2", "ALTER TYPE public.m2 RENAME TO m;"),
    ];
    for (change, mend) in mends {
        let project = Project::migrated(contract);
        project.sql("INSERT INTO posts (title, m) VALUES ('kept', 'a')");
        project.sql(change);
        project.sql("ALTER TABLE other ALTER n SET DEFAULT 2");
        for flags in ["db verify --json", "db verify --strict --json"] {
            let found = project.novate(flags).fails(4, "DB.DRIFT").json();
            let said: Vec<&str> =
                found["meta"]["mend"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            assert!(said.contains(&mend), "{change}: {said:#?}");
            assert!(!said.iter().any(|sql| sql.starts_with("DROP TABLE") || sql.contains("DROP COLUMN")), "{said:#?}");
        }
        let found = project.novate("db verify --strict --json").fails(4, "DB.DRIFT").json();
        for statement in found["meta"]["mend"].as_array().unwrap() {
            project.sql(statement.as_str().unwrap());
        }
        assert_eq!(project.value("SELECT title FROM posts"), "kept");
        project.novate("db verify --strict").ok();
    }
}
