//! Squashing: a stretch of the history becomes one package, and every database still gets to the end.

use crate::support::Project;

/// Four packages: a table, reference data with an invariant, a backfill between, and a new table.
fn history() -> Project {
    let project = Project::with_contract("CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL);\n");
    project.novate("plan --name start").ok();

    project.novate("migration new reference").ok();
    append(
        &project,
        "-- @transform plans that everybody has\n-- @invariant plans-are-there\n-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 \
         FROM public.plans WHERE id = 1);\n-- @run\nINSERT INTO public.plans (id, name) VALUES (1, 'free');\n-- @end\n",
    );
    project.contract(
        "CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL);
         CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\n",
    );
    project.novate("plan --name users").ok();

    project.edit("contracts/app.sql", "email text NOT NULL", "email text NOT NULL, name text NOT NULL");
    project.novate("plan --name names").ok();
    project.fill("UPDATE public.users SET name = split_part(email, '@', 1) WHERE name IS NULL;").ok();
    project
}

/// Adds a block to the newest package, and emits it.
fn append(project: &Project, text: &str) {
    let source = format!("{}/migration.sql", project.newest_package());
    project.write(&source, &format!("{}\n{text}", project.read(&source)));
    project.novate("migration emit").ok();
}

fn names(project: &Project, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(project.path(folder)) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("2026"))
        .collect();
    names.sort();
    names
}

#[test]
fn every_database_still_gets_to_the_end() {
    let project = history();
    // One database at the start of it, one in the middle, one at the end, each with rows of its own.
    let (first, middle, last) = (project.another(), project.another(), project.another());
    project.novate_on(&first.url(), "migrate --to start").ok();
    project.novate_on(&middle.url(), "migrate --to users").ok();
    middle.execute("INSERT INTO users VALUES (1, 'ada@example.org')").unwrap();
    project.novate_on(&last.url(), "migrate").ok();

    project.novate("ref set production names --invariant plans-are-there").ok();
    let before = names(&project, "migrations/app");
    let dry = project.novate("migration squash empty.. --dry-run").ok().says("planned anew");
    assert!(dry.out.contains("left out"), "{}", dry.transcript());
    // What it would be called is said again in the next command.
    project.novate("migration squash empty.. --dry-run --name 'a year'").ok().says("squash empty.. --name 'a year'");
    assert_eq!(names(&project, "migrations/app"), before);

    project
        .novate("migration squash empty.. --name 'the first year'")
        .ok()
        .says("proven")
        .says("4 packages in the archive");
    assert_eq!(names(&project, "migrations/app").len(), 1);
    assert_eq!(names(&project, "migrations/app/archive"), before);
    project.novate("check").ok();
    project
        .novate("migration list")
        .ok()
        .says("the_first_year")
        .says("4 packages in the archive")
        .does_not_say("_start");
    project.novate("migration list --archived").ok().says("_start").says("archived");

    // A new database goes the short way, with the reference data and without the backfill.
    let new = project.another();
    project.novate_on(&new.url(), "migrate").ok().says("1 package applied");
    project.novate_on(&new.url(), "db verify --strict").ok();
    assert_eq!(new.execute("SELECT name FROM plans").unwrap()[0][0].as_deref(), Some("free"));

    // The others get there too, each by what it lacks, and keep their rows.
    project.novate_on(&first.url(), "migrate --to production").ok().says("3 packages applied");
    assert_eq!(first.execute("SELECT name FROM plans").unwrap()[0][0].as_deref(), Some("free"));
    project.novate_on(&middle.url(), "migrate").ok().says("1 package applied");
    project.novate_on(&last.url(), "migrate").ok().says("Nothing to do");
    for database in [&first, &middle, &last] {
        project.novate_on(&database.url(), "db verify --strict").ok();
    }
    assert_eq!(middle.execute("SELECT name FROM users").unwrap()[0][0].as_deref(), Some("ada"));

    // The invariant is provided by the short way as it was by the long one.
    let newer = project.another();
    project.novate_on(&newer.url(), "migrate --to production").ok().says("1 package applied");

    // The history goes on from where it ended.
    project.edit("contracts/app.sql", "email text NOT NULL", "email text NOT NULL UNIQUE");
    project.novate("plan --name unique").ok();
    for database in [&new, &first, &middle, &last] {
        project.novate_on(&database.url(), "migrate").ok().says("1 package applied");
    }
}

#[test]
fn a_stretch_that_begins_with_rows_keeps_every_step() {
    let project = history();
    let (start, middle) = (project.another(), project.another());
    project.novate_on(&start.url(), "migrate --to users").ok();
    start.execute("INSERT INTO users VALUES (1, 'ada@example.org')").unwrap();
    project.edit("contracts/app.sql", "name text NOT NULL", "name text NOT NULL, age integer");
    project.novate("plan --name age").ok();
    project.novate_on(&middle.url(), "migrate --to names").ok();

    project.novate("migration squash users..").ok().says("every step in order").says("2 packages in the archive");
    project.novate_on(&start.url(), "migrate").ok().says("1 package applied");
    assert_eq!(start.execute("SELECT name FROM users").unwrap()[0][0].as_deref(), Some("ada"));
    project.novate_on(&middle.url(), "migrate").ok().says("1 package applied");
    project.novate_on(&project.another().url(), "migrate").ok();
    project.novate("check").ok();
}

#[test]
fn raw_operations_are_kept_as_they_are() {
    let project = Project::with_contract("CREATE TABLE users (id bigint PRIMARY KEY);\n");
    project.novate("plan --name start").ok();
    project.edit("contracts/app.sql", "PRIMARY KEY", "PRIMARY KEY, name text");
    project.novate("plan --name greeting").ok();
    append(
        &project,
        "-- @raw additive 'Create function greet'\nCREATE FUNCTION public.greet() RETURNS text LANGUAGE sql AS $$SELECT \
         'hello'$$;\n-- @postcheck\nSELECT to_regprocedure('public.greet()') IS NOT NULL;\n-- @end\n",
    );
    project.novate("migration squash empty..").ok().says("every step in order");
    project.novate("migrate").ok().says("1 package applied");
    assert_eq!(project.value("SELECT greet()"), "hello");
}

#[test]
fn what_does_not_end_in_the_same_is_refused() {
    let project = Project::with_contract("CREATE TABLE seen (id bigint PRIMARY KEY, at text);\n");
    project.novate("plan --name start").ok();
    project.edit("contracts/app.sql", "at text", "at text, who text");
    project.novate("plan --name moment").ok();
    append(
        &project,
        "-- @transform the moment\n-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM public.seen);\n-- @run\nINSERT INTO \
         public.seen (id, at) VALUES (1, clock_timestamp()::text);\n-- @end\n",
    );
    let before = names(&project, "migrations/app");
    project.novate("migration squash empty..").fails(2, "MIGRATION.SQUASH_DIFFERS").says("other rows in public.seen");
    project.novate("migration squash empty..start").fails(2, "MIGRATION.SQUASH_REFUSED").says("1 package");
    project.novate("migration squash start").fails(2, "USAGE");
    assert_eq!(names(&project, "migrations/app"), before);
}

#[test]
fn a_package_that_leads_back_into_the_stretch() {
    let project = Project::with_contract("CREATE TABLE t (a integer);\n");
    project.novate("plan --name one").ok();
    for (at, column) in ["b", "c", "d"].iter().enumerate() {
        project.edit("contracts/app.sql", "a integer", &format!("a integer, {column} integer"));
        project.novate(&format!("plan --name step{at}")).ok();
    }
    project.novate("plan --from step2 --to one --name back").ok();
    let back = project.newest_package();
    let before = names(&project, "migrations/app");
    project
        .novate("migration squash one..step2")
        .fails(2, "MIGRATION.SQUASH_REFUSED")
        .says("_back leads back into the stretch");
    assert_eq!(names(&project, "migrations/app"), before);
    // The part before where it leads can become one package.
    project.novate("plan --from step2 --to step1 --name 'a little back'").ok();
    project.novate("migration squash empty..step2").fails(2, "MIGRATION.SQUASH_REFUSED");
    std::fs::remove_dir_all(project.path(&back)).unwrap();
    project.novate("migration squash empty..step2").fails(2, "MIGRATION.SQUASH_REFUSED").says("where it leads");
    project.novate("migration squash empty..step1").ok().says("3 packages in the archive");
    project.novate("migrate").ok().says("2 packages applied");
    project.novate("check").ok();
}

#[test]
fn what_somebody_else_keeps_is_there_for_the_proof() {
    let project = Project::with_contract(
        "CREATE SCHEMA auth;
         -- @control external
         CREATE TABLE auth.accounts (id uuid PRIMARY KEY);
         CREATE TABLE people (id uuid REFERENCES auth.accounts (id));\n",
    );
    project.novate("plan --name start").ok();
    project.edit("contracts/app.sql", "(id uuid REF", "(name text, id uuid REF");
    project.novate("plan --name names").ok();
    project.novate("migration squash empty..").ok().says("proven");
    project.sql("CREATE SCHEMA auth; CREATE TABLE auth.accounts (id uuid PRIMARY KEY)");
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
}

#[test]
fn tampering_in_the_archive_is_found() {
    let project = history();
    project.novate("migration squash empty..").ok();
    let archived = names(&project, "migrations/app/archive");
    let folder = format!("migrations/app/archive/{}", archived.first().expect("an archived package"));
    let ops = format!("{folder}/ops.json");
    let text = project.read(&ops);
    project.write(&ops, &text.replace("plans", "plams"));
    project.novate("check").fails(2, "MIGRATION.HASH_MISMATCH").says("archive");
    project.novate("migration check").fails(2, "MIGRATION.HASH_MISMATCH");
    project.novate("migrate").fails(2, "MIGRATION.HASH_MISMATCH");
    project.write(&ops, &text);
    project.novate("check").ok();
    // A copy that was left beside the archive is not taken for another package.
    let copy = format!("migrations/app/{}", archived[0]);
    for file in ["migration.sql", "ops.json", "migration.json"] {
        project.write(&format!("{copy}/{file}"), &project.read(&format!("{folder}/{file}")));
    }
    project.novate("check").fails(2, "MIGRATION.CORRUPT").says("twice");
}

#[test]
fn archive_by_hand() {
    let project = history();
    let old = project.another();
    project.novate_on(&old.url(), "migrate --to users").ok();
    project.novate("migration archive start reference").ok().says("2 packages in the archive");
    project.novate("migration list").ok().does_not_say("_start").says("_users");
    // Routes go through it as before.
    project.novate("check").ok();
    project.novate("migrate").ok().says("3 packages applied");
    project.novate_on(&old.url(), "migrate").ok().says("1 package applied");
}

#[test]
fn what_nobody_needs_is_listed() {
    let project = history();
    project.novate("migration list --unneeded").ok().says("_reference").does_not_say("_start");
    project.novate("ref set production names --invariant plans-are-there").ok();
    project.novate("migration list --unneeded").ok().says("every package is needed");

    // A shorter way: the database of the project still needs what leads on from where it stands.
    project.novate("migrate --to users").ok();
    project.novate("plan --from empty --name short").ok();
    project.novate("migration list --unneeded").ok().says("every package is needed");
    project.novate("ref delete production").ok();
    let listed = project.novate("migration list --unneeded").ok().says("_start").says("_users");
    assert!(!listed.out.contains("_short") && !listed.out.contains("_names"), "{}", listed.transcript());
    project.novate("migration archive start users reference").ok();
    project.novate("migration list --unneeded").ok().says("every package is needed");
    project.novate("migrate").ok().says("1 package applied");

    // One that cannot be asked is named.
    project.write(
        "novate.toml",
        "[database]\nurl = \"env:DATABASE_URL\"\n[env.far]\nurl = \"postgres://nobody@localhost:1/none\"\n",
    );
    project.novate("migration list --unneeded").ok().says("[env.far] could not be asked");
}

#[test]
fn steps_that_commit_by_themselves_still_do() {
    let project = Project::with_contract("CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\n");
    project.novate("plan --name start").ok();
    let old = project.another();
    project.novate_on(&old.url(), "migrate").ok();
    project.contract(
        "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL); CREATE INDEX users_email ON users (email);\n",
    );
    project.novate("plan --online --name index").ok();
    project.edit("contracts/app.sql", "email text NOT NULL", "email text NOT NULL, name text");
    project.novate("plan --name names").ok();
    project.novate("migration squash start..").ok().says("every step in order");
    let source = project.read(&format!(
        "migrations/app/{}/migration.sql",
        names(&project, "migrations/app").last().expect("the squashed package")
    ));
    assert!(source.contains("-- @transaction statement") && source.contains("CONCURRENTLY"), "{source}");
    project.novate_on(&old.url(), "migrate").ok().says("1 package applied");
    project.novate_on(&old.url(), "db verify --strict").ok();
    project.novate("migrate").ok().says("2 packages applied");
}

#[test]
fn what_has_to_be_committed_between() {
    let project = Project::with_contract(
        "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood NOT NULL);\n",
    );
    project.novate("plan --name start").ok();
    project.edit("contracts/app.sql", "('sad')", "('sad', 'ok')");
    project.novate("plan --name ok").ok();
    project.edit("contracts/app.sql", "mood mood NOT NULL", "mood mood NOT NULL, note text NOT NULL");
    project.novate("plan --name notes").ok();
    project.fill("UPDATE public.people SET note = '', mood = 'ok' WHERE note IS NULL;").ok();
    project.novate("migration squash start..").fails(2, "MIGRATION.SQUASH_REFUSED").says("adds a value to an enum");
    // From the beginning there is neither the enum nor a row.
    project.novate("migration squash empty..").ok();
    project.novate("migrate").ok().says("1 package applied");
}
