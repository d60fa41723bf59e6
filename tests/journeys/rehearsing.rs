//! Rehearsals: what is told of a copy is what then happens.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::support::Project;

mod neon;

const TABLES: &str = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
    email varchar(40) NOT NULL, age int, note text DEFAULT 'none');\n\
    CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users, up bigint REFERENCES posts, title text);\n\
    CREATE INDEX posts_title ON posts (title);\n";
const ROWS: &str = "INSERT INTO users (email, age) SELECT 'u' || g || '@x', g % 90 FROM generate_series(1, 300) g; \
    INSERT INTO posts SELECT g, g, CASE WHEN g > 1 THEN g - 1 END, 't' || g FROM generate_series(1, 300) g";

/// A database with rows, and a planned change of its contract.
fn planned(changes: &[(&str, &str)], rows: &str, fill: Option<&str>) -> Project {
    let project = Project::migrated(TABLES);
    project.sql(ROWS);
    project.sql(rows);
    let contract = changes.iter().fold(TABLES.to_owned(), |sql, (from, to)| {
        assert!(sql.contains(from), "{from}");
        sql.replace(from, to)
    });
    project.contract(&contract);
    project.novate("plan --name change").ok();
    if let Some(fill) = fill {
        project.fill(fill).ok();
    }
    project
}

/// The files that tables lie in.
fn files(project: &Project) -> BTreeMap<String, String> {
    let rows = project.sql(
        "SELECT format('%I.%I', relnamespace::regnamespace, relname), relfilenode FROM pg_class \
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    rows.into_iter().map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect()
}

/// Every value of a key in the operations of a report.
fn told(report: &Value, key: &str) -> Vec<Value> {
    let packages = report["packages"].as_array().unwrap();
    let operations = packages.iter().flat_map(|package| package["operations"].as_array().unwrap());
    operations.map(|operation| operation[key].clone()).collect()
}

/// Rehearses on a whole copy, then does the same to the database, and compares.
fn predicts(project: &Project, failure: Option<&str>) {
    let before = files(project);
    let stood = project.value("SELECT hash FROM novate.marker");
    let report = match failure {
        None => project.novate("rehearse --on template --json").ok().json(),
        Some(code) => {
            let json = project.novate("rehearse --on template --json").fails(5, "REHEARSE.FAILED").json();
            assert_eq!(json["meta"]["cause"], code);
            json["meta"]["rehearsal"].clone()
        }
    };
    assert_eq!(files(project), before, "the database itself was touched");
    assert_eq!(project.value("SELECT hash FROM novate.marker"), stood);
    assert_eq!(
        project.value(
            "SELECT count(*) FROM pg_database WHERE datname LIKE 'novate\\_rehearse\\_%' \
        AND datname LIKE '%' || current_database()"
        ),
        "0"
    );
    let rewritten: BTreeSet<String> = told(&report, "rewritten")
        .iter()
        .flat_map(|tables| tables.as_array().into_iter().flatten())
        .map(|table| table.as_str().unwrap().to_owned())
        .collect();
    if failure.is_none() {
        locks_hold(project, &report);
    }
    match failure {
        Some(code) => {
            project.novate("migrate").fails(5, code);
            assert_eq!(files(project), before);
        }
        None => {
            let ran = project.novate("migrate --json").ok().json();
            let done = ran["applied"][0]["operations"].as_array().unwrap();
            let rows: Vec<Value> = done.iter().map(|operation| operation["rows"].clone()).collect();
            assert_eq!(told(&report, "rows"), rows);
            let after = files(project);
            let changed = before.iter().filter(|(name, file)| after.get(*name).is_some_and(|now| now != *file));
            assert_eq!(rewritten, changed.map(|(name, _)| name.clone()).collect());
            project.novate("db verify --strict").ok();
        }
    }
}

/// Whoever writes to a table waits for the run where a lock was told that stands in the way of writing, and only there.
fn locks_hold(project: &Project, report: &Value) {
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\nlock_timeout = 0.2\nlock_budget = 0.4\n");
    let strong = ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];
    let mut blocked: BTreeSet<String> = BTreeSet::new();
    for locks in told(report, "locks") {
        for lock in locks.as_array().into_iter().flatten() {
            if strong.contains(&lock["mode"].as_str().unwrap()) {
                blocked.insert(lock["table"].as_str().unwrap().to_owned());
            }
        }
    }
    for table in ["public.users", "public.posts"] {
        let database = &project.db;
        std::thread::scope(|scope| {
            let holder = format!("BEGIN; LOCK TABLE {table} IN ROW EXCLUSIVE MODE; SELECT pg_sleep(30)");
            let held = scope.spawn(move || database.execute(&holder));
            while project.value(
                "SELECT count(*) FROM pg_locks WHERE mode = 'RowExclusiveLock' AND granted AND database = \
                 (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation >= 16384",
            ) == "0"
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            let ran = project.novate("migrate --dry-run");
            project.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' \
                AND datname = current_database() AND pid <> pg_backend_pid()",
            );
            assert!(held.join().is_ok());
            if blocked.contains(table) {
                ran.fails(5, "MIGRATION.LOCKED");
            } else {
                ran.ok();
            }
        });
    }
}

#[test]
fn predicts_a_column_that_is_added() {
    predicts(&planned(&[("age int,", "age int, extra text,")], "", None), None);
}

#[test]
fn predicts_a_column_with_a_volatile_default() {
    predicts(&planned(&[("age int,", "age int, at timestamptz NOT NULL DEFAULT clock_timestamp(),")], "", None), None);
}

#[test]
fn predicts_a_type_that_is_rewritten() {
    predicts(&planned(&[("age int", "age bigint")], "", None), None);
}

#[test]
fn predicts_a_type_that_is_not_rewritten() {
    predicts(&planned(&[("varchar(40)", "varchar(80)")], "", None), None);
}

#[test]
fn predicts_a_backfill() {
    let fill = "UPDATE posts SET title = 'untitled' WHERE title IS NULL;";
    let empty = "UPDATE posts SET title = NULL WHERE id <= 7";
    predicts(
        &planned(
            &[("up bigint REFERENCES posts, title text", "up bigint REFERENCES posts, title text NOT NULL")],
            empty,
            Some(fill),
        ),
        None,
    );
}

#[test]
fn predicts_an_index() {
    predicts(
        &planned(
            &[("CREATE INDEX posts_title ON posts (title);", "CREATE INDEX posts_title ON posts (title, id);")],
            "",
            None,
        ),
        None,
    );
}

#[test]
fn predicts_a_foreign_key() {
    predicts(
        &planned(&[("author bigint REFERENCES users", "author bigint REFERENCES users ON DELETE CASCADE")], "", None),
        None,
    );
}

#[test]
fn predicts_a_unique_violation() {
    let double = "UPDATE users SET email = 'same' WHERE id <= 2";
    predicts(
        &planned(&[("varchar(40) NOT NULL", "varchar(40) NOT NULL UNIQUE")], double, None),
        Some("MIGRATION.PRECHECK_FAILED"),
    );
}

#[test]
fn predicts_a_check_that_rows_break() {
    predicts(&planned(&[("age int", "age int CHECK (age < 50)")], "", None), Some("MIGRATION.PRECHECK_FAILED"));
}

#[test]
fn predicts_a_view_in_the_way() {
    let view = "CREATE VIEW old AS SELECT age FROM users";
    predicts(&planned(&[("age int", "age bigint")], view, None), Some("MIGRATION.STATEMENT_FAILED"));
}

#[test]
fn a_scratch_server_has_the_schema_and_rows_with_what_they_refer_to() {
    let project = planned(&[("age int", "age bigint")], "CREATE VIEW old AS SELECT email FROM users", None);
    let all = project.novate("rehearse --sample 5 --json").ok().json();
    assert_eq!(all["clean"], true);
    assert_eq!(all["left"], Value::Null);
    assert_eq!(all["notOnTheCopy"], serde_json::json!(["view public.old"]));
    // Every row that a chosen one refers to came along, and what refers to nothing would have failed there.
    project
        .novate("rehearse")
        .ok()
        .says("its schema and no rows")
        .says("rewrites  public.users")
        .says("novate migrate");
    project.sql(
        "ALTER TABLE posts DROP CONSTRAINT posts_up_fkey; ALTER TABLE posts ADD CONSTRAINT posts_up_fkey \
        FOREIGN KEY (up) REFERENCES posts NOT VALID",
    );
    project.novate("rehearse --sample 5").fails(5, "REHEARSE.FAILED").says("posts_up_fkey on posts is not validated");
    // Nothing is pending, and something differs.
    let project = Project::migrated(TABLES);
    project.sql("ALTER TABLE users DROP COLUMN note");
    project.novate("rehearse").fails(4, "REHEARSE.FAILED").says("DB.DRIFT").says("note");
}

#[test]
fn going_on_only_after_a_clean_rehearsal() {
    let project = planned(&[("age int", "age int CHECK (age < 50)")], "", None);
    project.novate("migrate --rehearse --sample 300").fails(5, "REHEARSE.FAILED");
    project.novate("migrate --rehearse template").fails(5, "REHEARSE.FAILED").says("nothing was done to the database");
    project.sql("UPDATE users SET age = 1");
    project.novate("migrate --rehearse template").ok().says("The rehearsal is clean").says("1 package applied");
    project.novate("rehearse").ok().says("Nothing to rehearse");
}

#[test]
fn copies_that_cannot_be_had() {
    let project = planned(&[("age int", "age bigint")], "", None);
    project.novate("rehearse --on elsewhere").fails(2, "REHEARSE.UNKNOWN_COPY");
    project.novate("rehearse --keep").fails(2, "REHEARSE.CANNOT_KEEP");
    project.novate("rehearse --on template --sample 3").fails(2, "REHEARSE.CANNOT_SAMPLE");
    let database = &project.db;
    std::thread::scope(|scope| {
        let held = scope.spawn(|| database.execute("SELECT pg_sleep(30)"));
        std::thread::sleep(Duration::from_millis(300));
        project.novate("rehearse --on template").fails(2, "REHEARSE.IN_USE").says("pid ");
        project.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' \
            AND datname = current_database()",
        );
        assert!(held.join().is_ok());
    });
    project.sql("CREATE DOMAIN whole AS int; CREATE TABLE odd (n whole)");
    project.novate("rehearse").fails(2, "REHEARSE.INCOMPLETE").says("--on template");
    project.sql(
        "DROP TABLE odd; DO $$BEGIN IF to_regrole('poor') IS NULL THEN CREATE ROLE poor LOGIN; END IF; END$$; \
        GRANT USAGE ON SCHEMA novate TO poor; GRANT SELECT ON ALL TABLES IN SCHEMA novate TO poor",
    );
    let poor = project.db.url().replace("postgres@", "poor@");
    project.novate_on(&poor, "rehearse --on template").fails(2, "REHEARSE.NOT_ALLOWED").says("CREATEDB");
}

#[test]
fn the_database_itself_is_no_copy() {
    let project = planned(&[("age int", "age bigint")], "", None);
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n[env.production]\nurl = \"env:OTHER\"\n");
    let stood = project.value("SELECT hash FROM novate.marker");
    let spelled = project.db.url().replace("postgresql://", "postgres://") + "&application_name=x";
    for on in [project.db.url(), spelled] {
        project.novate(&format!("rehearse --on {on}")).fails(2, "REHEARSE.NOT_A_COPY");
        project.novate(&format!("migrate --rehearse {on}")).fails(2, "REHEARSE.NOT_A_COPY");
    }
    // Nor is that of another environment, wherever the rehearsal is meant to be.
    project.write(".env", &format!("OTHER={}\n", project.db.url()));
    let another = project.another();
    project.novate_on(&another.url(), &format!("rehearse --on {}", project.db.url())).fails(2, "REHEARSE.NOT_A_COPY");
    assert_eq!(project.value("SELECT hash FROM novate.marker"), stood);
}

#[test]
fn a_copy_of_ones_own() {
    let project = planned(&[("age int", "age bigint")], "", None);
    let kept = project.novate("rehearse --on template --keep --json").ok().json();
    let place = kept["left"].as_str().unwrap().to_owned();
    project.novate_on(&place, "status").ok().says("the database is at the contract");
    // A copy that has been migrated has nothing left to rehearse.
    project.novate(&format!("rehearse --on {place}")).ok().says("Nothing to rehearse");
    project.novate("rehearse --on template").ok().says("copies of other rehearsals are on the server");
    let name = place.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    project.sql(&format!("DROP DATABASE \"{name}\""));
}
