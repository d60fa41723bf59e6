//! Rows that a project ships: they come once, under the same care as a migration.

use crate::support::{Project, server_with_vector};

const SCHEMA: &str = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, admin boolean NOT NULL);\n\
                      CREATE TABLE plans (id int PRIMARY KEY, name text NOT NULL);\n";
const ADMIN: &str = "-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE admin);\n-- @run\nINSERT INTO users \
                     VALUES (1, 'admin@example.com', true);\n-- @end\n";

/// A seed that adds a plan while it is missing.
fn plan(id: u32, name: &str) -> String {
    format!(
        "-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM plans WHERE id = {id});\n-- @run\nINSERT INTO plans VALUES \
         ({id}, '{name}');\n-- @end\n"
    )
}

fn ledger(project: &Project) -> String {
    project.value("SELECT string_agg(coalesce(package, kind), ',' ORDER BY id) FROM novate.ledger WHERE kind = 'seed'")
}

#[test]
fn a_seed_runs_once() {
    let project = Project::migrated(SCHEMA);
    insta::assert_snapshot!(project.novate("seed").ok().transcript(), @"
    $ novate seed
    ℹ No seeds
    ");
    project.write("seeds/20_plans.sql", &plan(1, "free"));
    project.write("seeds/10_admin.sql", ADMIN);
    insta::assert_snapshot!(project.novate("seed --dry-run").ok().transcript(), @"
    $ novate seed --dry-run
    ℹ database <database> (DATABASE_URL from the environment)
    → novate seed
    ✔ seeds/10_admin.sql: would change 1 row
    ✔ seeds/20_plans.sql: would change 1 row
    ");
    assert_eq!(project.value("SELECT count(*) FROM users"), "0");
    assert_eq!(ledger(&project), "");
    insta::assert_snapshot!(project.novate("seed").ok().transcript(), @"
    $ novate seed
    ℹ database <database> (DATABASE_URL from the environment)
    ✔ seeds/10_admin.sql: ran, 1 row
    ✔ seeds/20_plans.sql: ran, 1 row
    ");
    insta::assert_snapshot!(project.novate("seed").ok().transcript(), @"
    $ novate seed
    ℹ database <database> (DATABASE_URL from the environment)
    ✔ seeds/10_admin.sql: nothing to do
    ✔ seeds/20_plans.sql: nothing to do
    ");
    assert_eq!(project.value("SELECT count(*) FROM users"), "1");
    assert_eq!(ledger(&project), "seeds/10_admin.sql,seeds/20_plans.sql");
    project.novate("migration log").ok().says("seed seeds/10_admin.sql");
    // A row in the ledger changes no route.
    project.novate("migrate").ok().says("Nothing to do");
    project.novate("db verify --strict").ok();
    // Another text of the same name runs by its check alone.
    project.write("seeds/10_admin.sql", &format!("-- Edited.\n{ADMIN}"));
    let json = project.novate("seed --json").ok().says("changedSince").json();
    assert_eq!(json["seeds"][0]["outcome"], "skipped", "{json}");
    assert!(json["seeds"][0]["changedSince"].is_string() && json["seeds"][1]["changedSince"].is_null(), "{json}");
    project.novate("seed").ok().says("its text has changed since it ran");
    project.sql("DELETE FROM users");
    project.novate("seed").ok().says("10_admin.sql: ran, 1 row");
    project.novate("seed").ok().does_not_say("has changed");
}

#[test]
fn what_fails_leaves_nothing() {
    let project = Project::migrated(SCHEMA);
    project.write("seeds/1.sql", &plan(1, "free"));
    project.write(
        "seeds/2.sql",
        "-- @transform people\n-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users);\n-- @run\nINSERT INTO users \
         VALUES (1, 'a', true);\nINSERT INTO users VALUES\n  (2, 'a', false);\n-- @end\n",
    );
    project.write("seeds/3.sql", &plan(3, "pro"));
    insta::assert_snapshot!(project.novate("seed").fails(5, "MIGRATION.STATEMENT_FAILED").transcript(), @r#"
    $ novate seed
    ℹ database <database> (DATABASE_URL from the environment)
    ✖ People: duplicate key value violates unique constraint "users_email_key"  MIGRATION.STATEMENT_FAILED
       ╭─[seeds/2.sql:6:1]
     6 │ INSERT INTO users VALUES
       ╰─
      Why  Key (email)=(a) already exists.; SQLSTATE 23505
           seeds/2.sql was rolled back; done before it: seeds/1.sql.
      Fix  mend the seed, or the rows that are in its way, and run novate seed again
    [exit 5]
    "#);
    assert_eq!(project.value("SELECT count(*) FROM users"), "0");
    assert_eq!(ledger(&project), "seeds/1.sql");
    // In a dry run even what came before is rolled back.
    project.sql("DELETE FROM plans");
    project.novate("seed --dry-run").fails(5, "MIGRATION.STATEMENT_FAILED").says("nothing was changed");
    assert_eq!(project.value("SELECT count(*) FROM plans"), "0");
    // A run that does not do what the check asks for.
    project.write("seeds/2.sql", &plan(2, "x").replace("VALUES (2", "VALUES (20"));
    project.novate("seed").fails(5, "MIGRATION.POSTCHECK_FAILED").says("seeds/2.sql");
    assert_eq!(project.value("SELECT string_agg(id::text, ',') FROM plans"), "1");
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let project = Project::migrated(SCHEMA);
    project.write("seeds/1.sql", &plan(1, "free"));
    project.write("seeds/2.sql", &plan(2, "x").replace("FROM plans", "FROM plan"));
    insta::assert_snapshot!(project.novate("seed").fails(2, "SEED.UNKNOWN_NAME").transcript(), @"
    $ novate seed
    ✖ The contract has no table plan                                                   SEED.UNKNOWN_NAME
       ╭─[seeds/2.sql:2:42]
     2 │ SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM plan WHERE id = 2);
       ╰─
      Fix  Did you mean plans?
    [exit 2]
    ");
    project.write("seeds/2.sql", "INSERT INTO plans VALUES (2, 'x');\n");
    insta::assert_snapshot!(project.novate("seed").fails(2, "SEED.OUTSIDE_BLOCK").transcript(), @"
    $ novate seed
    ✖ INSERT of plans stands outside of a check and its run                           SEED.OUTSIDE_BLOCK
       ╭─[seeds/2.sql:1:1]
     1 │ INSERT INTO plans VALUES (2, 'x');
       ╰─
      Why  A seed runs again and again: its check tells whether there is work, and it changes rows alone.
      Fix  Write `-- @check`, a query that returns a row while there is work, `-- @run`, the statements, `-- @end`. Changes to the schema belong into the contract.
    [exit 2]
    ");
    assert_eq!(project.value("SELECT count(*) FROM plans"), "0");
    // Without a database too, and of every environment.
    project.write("seeds/2.sql", &plan(2, "x"));
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n\n[env.demo]\nseeds = [\"more/x.sql\"]\n");
    project.novate_on("", "seed --check").fails(2, "SEED.UNREADABLE").says("more/x.sql");
    project.write("more/x.sql", &plan(3, "x"));
    project.novate_on("", "seed --check").ok().says("3 seeds in order");
}

#[test]
fn only_where_the_database_is_at_the_contract() {
    let project = Project::with_contract(SCHEMA);
    project.write("seeds/1.sql", &plan(1, "free"));
    project.novate("plan --name start").ok();
    project.novate("seed").fails(4, "MARKER.MISSING").says("novate db init");
    project.novate("migrate --seed").ok().says("seeds/1.sql: ran, 1 row");
    project.contract(&format!("{SCHEMA}CREATE TABLE more (id int PRIMARY KEY);\n"));
    project.sql("DELETE FROM plans");
    project.novate("plan --name more").ok();
    insta::assert_snapshot!(project.novate("seed").fails(2, "SEED.NOT_CURRENT").transcript(), @"
    $ novate seed
    ℹ database <database> (DATABASE_URL from the environment)
    ✖ The database is at the contract <hash>, and the seeds are for <hash>  SEED.NOT_CURRENT
      Why  its names were checked against the contract, and the database is not there; nothing ran
           seeds/1.sql was rolled back; no other seed ran.
      Fix  novate migrate --seed, or novate db update for a development database, then novate seed
    [exit 2]
    ");
    let json = project.novate("migrate --seed --json").ok().json();
    assert_eq!(json["seeds"][0]["outcome"], "ran", "{json}");
    project.novate("migrate --seed --plan").fails(2, "USAGE");
    // The migration stays where a seed fails after it.
    project.contract(SCHEMA);
    project.novate("plan --name less").ok();
    project.write("seeds/2.sql", &plan(2, "x").replace("VALUES (2", "VALUES (20"));
    project
        .novate("migrate --seed")
        .fails(5, "MIGRATION.POSTCHECK_FAILED")
        .says("1 package applied")
        .says("seeds/2.sql");
    project.novate("db verify --strict").ok();
}

#[test]
fn each_environment_has_its_own() {
    let project = Project::migrated(SCHEMA);
    project.write(
        "novate.toml",
        "[database]\nurl = \"env:DATABASE_URL\"\n\n[env.demo]\nurl = \"env:DATABASE_URL\"\nseeds = \
         [\"more/x.sql\"]\n\n[env.strict]\nurl = \"env:DATABASE_URL\"\ndeny = [\"data\"]\n",
    );
    project.write("seeds/b.sql", &plan(2, "b"));
    project.write("seeds/a.sql", &plan(1, "a"));
    project.write("seeds/demo/c.sql", &plan(3, "c"));
    project.write("seeds/other/never.sql", "nonsense");
    project.write("more/x.sql", &plan(4, "x"));
    project.novate("seed --env strict").fails(7, "POLICY.DENIED").says("data");
    let names = |arguments: &str| {
        let json = project.novate(arguments).ok().json();
        let seeds = json["seeds"].as_array().unwrap().clone();
        seeds.iter().map(|seed| seed["seed"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("seed --json"), "seeds/a.sql seeds/b.sql");
    assert_eq!(names("seed --env demo --json"), "seeds/a.sql seeds/b.sql seeds/demo/c.sql more/x.sql");
    // A list takes the folder's place.
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n\n[space.app]\nseeds = [\"seeds/b.sql\"]\n");
    assert_eq!(names("seed --json"), "seeds/b.sql");
    project.write("novate.toml", "[space.app]\nseeds = [\"../outside.sql\"]\n");
    project.novate("seed").fails(2, "CONFIG.OUTSIDE_PROJECT");
}

#[test]
fn two_at_once_do_the_work_once() {
    let project = Project::migrated(SCHEMA);
    let slow = plan(1, "free")
        .replace("INSERT INTO plans VALUES (1, 'free')", "INSERT INTO plans SELECT 1, 'free' || pg_sleep(0.5)");
    project.write("seeds/1.sql", &slow);
    let url = project.db.url();
    let both: Vec<_> = (0..2).map(|_| project.command(&url, "seed").spawn().unwrap()).collect();
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(ledger(&project), "seeds/1.sql");
}

#[test]
fn the_example_of_this_repository_seeds_its_first_administrator() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let server = server_with_vector(&[]);
    let project = Project::on(&server);
    let copy = std::process::Command::new("cp")
        .args(["-R", "contracts", "migrations", "seeds", "spaces", "novate.toml"])
        .arg(project.path(""))
        .current_dir(root)
        .status()
        .unwrap();
    assert!(copy.success());
    project.sql("CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, email text)");
    project.novate("migrate --seed").ok().says("seeds/first_admin.sql: ran, 1 row");
    project.sql("INSERT INTO auth.users VALUES (gen_random_uuid(), 'admin@example.com')");
    project.novate("seed").ok().says("seeds/first_admin.sql: ran, 1 row");
    project.novate("seed").ok().says("nothing to do");
    assert_eq!(project.value("SELECT display_name FROM profiles"), "Administrator");
    project.novate("db verify --strict").ok().says("pgvector");
    project.novate("check --prove-replay").ok();
}
