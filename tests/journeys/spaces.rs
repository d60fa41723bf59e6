//! Several spaces in one database: extensions and platforms that others keep, and the application that rests on them.

use novate_proxy::{Cut, Proxy, Then};

use crate::drills::{is_commit, socket, wait_until};
use crate::support::{Project, Ran};

const AUTH: &str = "CREATE SCHEMA auth;\nCREATE TABLE auth.users (id uuid PRIMARY KEY, email text NOT NULL);\n";
const TEXT: &str = "CREATE EXTENSION citext;\n";
const APP: &str = "CREATE TABLE profiles (user_id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name citext \
                   NOT NULL);\n";
const USER: &str = "INSERT INTO auth.users VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.com')";

/// The folder of a space as whoever keeps it has it, beside the project's.
fn kept(project: &Project, space: &str, contract: &str) {
    project.write(&format!("vendor/{space}/novate.toml"), &format!("[space.{space}]\n"));
    project.write(&format!("vendor/{space}/contracts/{space}.sql"), contract);
    project.novate(&format!("-C vendor/{space} plan --name next")).ok();
}

/// An application with two installed spaces, not planned yet.
fn application(contract: &str) -> Project {
    let project = Project::with_contract(contract);
    kept(&project, "auth", AUTH);
    kept(&project, "text", TEXT);
    project.novate("space add vendor/auth").ok();
    project.novate("space add vendor/text").ok();
    project
}

fn migrated() -> Project {
    let project = application(APP);
    project.novate("plan --name start").ok();
    project.novate("migrate").ok();
    project
}

fn ledger(project: &Project) -> String {
    project.value("SELECT string_agg(space || ' ' || kind, ', ' ORDER BY id) FROM novate.ledger")
}

fn verified(project: &Project) -> Ran {
    project.novate("db verify --strict").ok()
}

#[test]
fn installing() {
    let project = Project::with_contract(APP);
    kept(&project, "auth", AUTH);
    kept(&project, "text", TEXT);
    insta::assert_snapshot!(project.novate("space add vendor/auth").ok().transcript(), @"
    $ novate space add vendor/auth
    → novate plan
    ✔ The space auth is installed in spaces/auth: 1 package, at <hash>
    ");
    project.novate("space add vendor/text").ok();
    assert!(
        project
            .read("novate.toml")
            .ends_with("\n[space.auth]\nfrom = \"spaces/auth\"\n\n[space.text]\nfrom = \"spaces/text\"\n")
    );
    insta::assert_snapshot!(project.novate("space list").ok().transcript(), @"
    $ novate space list
    auth  <hash>  1 package, installed in spaces/auth
    text  <hash>  1 package, installed in spaces/text
    app   <hash>  0 packages, described in contracts/app.sql, after auth, text
    ");
    // The same again changes nothing.
    project.novate("space add vendor/auth").ok().says("brought up to date");
    assert_eq!(project.read("novate.toml").matches("[space.auth]").count(), 1);
    project.novate("plan --name start").ok();
    project.novate("check").ok().says("3 packages and 3 snapshots are in order");
    project.novate("check --prove-replay").ok().says("3 packages replayed");
}

#[test]
fn what_cannot_be_installed() {
    let project = Project::with_contract("CREATE TABLE t (id int);");
    project.novate("space add nowhere").fails(2, "SPACE.NOT_A_SPACE");
    project.write("empty/novate.toml", "");
    project.novate("space add empty").fails(2, "SPACE.NOT_A_SPACE").says("but the application's");
    // A contract that no package leads to.
    project.write("vendor/auth/novate.toml", "[space.auth]\n");
    project.write("vendor/auth/contracts/auth.sql", AUTH);
    project.novate("space add vendor/auth").fails(2, "MIGRATION.NOT_PLANNED").says("novate -C vendor/auth plan");
    project.novate("-C vendor/auth plan --name start").ok();
    // One that somebody edited.
    let ops = std::fs::read_dir(project.path("vendor/auth/migrations/auth")).unwrap().next().unwrap().unwrap();
    let ops = format!("vendor/auth/migrations/auth/{}/ops.json", ops.file_name().to_string_lossy());
    let whole = project.read(&ops);
    project.write(&ops, &whole.replace("auth", "auht"));
    project.novate("space add vendor/auth").fails(2, "MIGRATION.HASH_MISMATCH");
    project.write(&ops, &whole);
    // What it includes from elsewhere would not come along.
    project.write("vendor/auth/more.sql", "CREATE TABLE auth.more (id int);\n");
    project.write("vendor/auth/contracts/auth.sql", &format!("{AUTH}\\ir ../more.sql\n"));
    project.novate("-C vendor/auth plan --name more").ok();
    project.novate("space add vendor/auth").fails(2, "CONTRACT").says("once it is copied");
    assert!(!project.path("spaces/auth").exists());
    assert!(!project.read("novate.toml").contains("auth"));
    // The application's own name, and the name of one that is described here.
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n[space.text]\n");
    project.write("contracts/text.sql", "");
    kept(&project, "text", TEXT);
    project.novate("space add vendor/text").fails(2, "SPACE.NOT_INSTALLED");
}

#[test]
fn all_of_it_in_one_transaction() {
    let project = application(APP);
    project.novate("plan --name start").ok().says("Create table public.profiles");
    project.novate("migrate --plan").ok().says("From empty to");
    project.novate("migrate --dry-run").ok().says("rolled back");
    assert_eq!(project.value("SELECT to_regnamespace('novate') IS NULL"), "t");
    project.novate("migrate").ok().says("auth: 1 package applied").says("text: 1 package").says("app: 1 package");
    assert_eq!(ledger(&project), "auth migrate, text migrate, app migrate");
    assert_eq!(project.value("SELECT count(DISTINCT xmin::text) FROM novate.marker"), "1");
    verified(&project).says("auth\n").says("app\n");
    project.novate("migrate").ok().says("every space is where it should be");
    let json = project.novate("status --json").ok().json();
    let spaces: Vec<&str> = json["spaces"].as_array().unwrap().iter().filter_map(|it| it["space"].as_str()).collect();
    assert_eq!(spaces, ["auth", "text", "app"]);
    assert_eq!(json["contract"]["hash"], json["spaces"][2]["contract"]["hash"]);
    // One alone.
    project.novate("db verify --strict --space text").ok().does_not_say("auth");
    project.novate("migrate --space auth").ok().says("Nothing to do");
}

#[test]
fn one_that_fails_takes_the_others_back() {
    let project = application(APP);
    project.novate("plan --name start").ok();
    // In the way of the last space's table.
    project.sql("CREATE TABLE profiles (other int)");
    project.novate("migrate").fails(5, "MIGRATION.").says("The database is as it was before");
    assert_eq!(project.value("SELECT to_regnamespace('auth') IS NULL AND to_regnamespace('novate') IS NULL"), "t");
    project.sql("DROP TABLE profiles");
    project.novate("migrate").ok();
    verified(&project);
}

#[test]
fn a_new_version_of_a_space() {
    let project = migrated();
    project.sql(&format!("{USER}; INSERT INTO profiles SELECT id, 'Ann' FROM auth.users"));
    // What nothing refers to changes nothing for the application.
    let before = project.read("contracts/app.contract.json");
    kept(&project, "auth", &AUTH.replace("email text NOT NULL", "email text NOT NULL, phone text"));
    project.novate("space add vendor/auth").ok().says("2 packages");
    project.novate("plan").ok().says("Nothing to do");
    assert_eq!(project.read("contracts/app.contract.json"), before);
    project.novate("rehearse").ok().says("auth: ").says("The rehearsal is clean");
    project.novate("migrate").ok().says("auth: 1 package applied").does_not_say("app: 1 package");
    verified(&project);
    assert_eq!(
        project.value("SELECT string_agg(name || email, ',') FROM profiles JOIN auth.users ON id = user_id"),
        "Anna@example.com"
    );
    // One that forgets where databases stand.
    std::fs::remove_dir_all(project.path("vendor/auth/migrations")).unwrap();
    project.novate("-C vendor/auth plan --name anew").ok();
    project.novate("space add vendor/auth").fails(2, "SPACE.HISTORY_LOST");
}

#[test]
fn steps_that_commit_by_themselves() {
    let project = migrated();
    kept(&project, "auth", &format!("{AUTH}-- @online\nCREATE INDEX users_email ON auth.users (email);\n"));
    project.novate("space add vendor/auth").ok();
    project.contract(&APP.replace("NOT NULL)", "NOT NULL, n int)"));
    project.novate("plan --name n").ok();
    project.novate("migrate --dry-run").fails(2, "MIGRATION.DRY_RUN");
    project.novate("migrate").ok().says("auth: 1 package applied").says("app: 1 package applied");
    verified(&project);
}

#[test]
fn labels_that_must_be_committed_first() {
    let kind = |more: &str, after: &str| {
        format!("CREATE TYPE kind AS ENUM ('a'{more});\nCREATE TABLE things (id int PRIMARY KEY, kind kind{after});\n")
    };
    let project = Project::with_contract("");
    kept(&project, "text", TEXT);
    project.novate("space add vendor/text").ok();
    project.contract(&kind("", ""));
    project.novate("plan --name start").ok();
    project.contract(&kind(", 'b'", ""));
    project.novate("plan --name label").ok();
    project.contract(&kind(", 'b'", " DEFAULT 'b'"));
    project.novate("plan --name default").ok();
    project.novate("migrate").ok().says("app: 3 packages applied");
    verified(&project);
}

#[test]
fn nothing_is_written_to_what_others_keep() {
    let project = application(APP);
    for command in
        ["plan", "migration new x", "migration emit", "ref set here empty", "ref delete here", "contract emit"]
    {
        project.novate(&format!("{command} --space auth")).fails(2, "SPACE.INSTALLED").says("spaces/auth");
    }
    project.novate("contract emit").ok().says("installed, and kept in spaces/auth");
    project.novate("plan --space nowhere").fails(2, "CONFIG.UNKNOWN_SPACE");
}

#[test]
fn two_owners() {
    let project = application(&format!("{APP}CREATE TABLE auth.users (id uuid PRIMARY KEY);\n"));
    // What lies in the schema of another space is that space's.
    project.novate("plan").fails(2, "SPACE.OWNED_TWICE").says("belongs to the space auth");
    project.contract("CREATE TABLE auth.more (id int);\n");
    project.novate("plan").fails(2, "SPACE.OWNED_TWICE").says("Table auth.more belongs to the space auth");
    let project = application(&format!("{APP}CREATE SCHEMA auth;\nCREATE TABLE auth.users (id uuid PRIMARY KEY);\n"));
    project.novate("plan").fails(2, "SPACE.OWNED_TWICE").says("schema auth, table auth.users");
    project.contract("CREATE EXTENSION citext;");
    project.novate("plan").fails(2, "SPACE.OWNED_TWICE").says("extension citext");
    project.novate("check").fails(2, "SPACE.OWNED_TWICE");
    // A declaration is no claim.
    project.contract(&format!(
        "-- @control external\nCREATE SCHEMA auth;\n-- @control external\nCREATE TABLE auth.users (id uuid PRIMARY \
         KEY);\nCREATE EXTENSION IF NOT EXISTS citext;\n{APP}"
    ));
    project.novate("plan --name start").ok();
    project.novate("migrate").ok();
    verified(&project);
    // A second space that claims what is there.
    kept(&project, "more", "CREATE EXTENSION citext;\n");
    project.novate("space add vendor/more").fails(2, "SPACE.OWNED_TWICE");
    assert!(!project.read("novate.toml").contains("more"));
}

#[test]
fn drift_is_named_where_it_belongs() {
    let project = migrated();
    project.sql("ALTER TABLE auth.users DROP COLUMN email; ALTER TABLE profiles ADD extra int");
    let found = project.novate("db verify --strict").fails(4, "DB.DRIFT");
    found.says("auth.users.email").says("in the space auth").says("public.profiles.extra").says("in the space app");
    let json = project.novate("db verify --strict --json").json();
    assert_eq!((&json["meta"]["space"], &json["also"][0]["meta"]["space"]), (&"auth".into(), &"app".into()), "{json}");
    project.novate("db verify --strict --space text").ok();
    project.novate("migrate").fails(4, "DB.DRIFT").says("in the space auth");
}

#[test]
fn a_space_that_nobody_has_any_more() {
    let project = migrated();
    project.contract("CREATE TABLE profiles (user_id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text NOT NULL);\n");
    project.edit("novate.toml", "\n[space.text]\nfrom = \"spaces/text\"\n", "");
    project.novate("plan --name plain").ok();
    project.novate("migrate").ok();
    insta::assert_snapshot!(project.novate("db verify").ok().transcript(), @"
    $ novate db verify
    ℹ database <database> (DATABASE_URL from the environment)
    ⚠ the database has a space text, at <hash>, and novate.toml has none; novate space add FOLDER brings it back; novate space forget text takes its marker away
    auth
      ✔ The database is what its contract says (<hash>)
      ℹ extension citext is not in the contract
    app
      ✔ The database is what its contract says (<hash>)
      ℹ extension citext is not in the contract
    ");
    project.novate("db verify --strict").fails(4, "SPACE.ORPHAN").says("extension citext");
    project.novate("status").ok().says("the database has a space text");
    assert_eq!(project.novate("status --json").ok().json()["orphans"][0]["space"], "text");
    project.novate("space forget auth").fails(2, "SPACE.IN_USE");
    project.novate("space forget text").ok().says("its objects are as they were");
    project.novate("space forget text").fails(4, "MARKER.MISSING");
    project.sql("DROP EXTENSION citext");
    verified(&project);
}

#[test]
fn without_packages() {
    let project = application(APP);
    project.novate("db update --dry-run").ok().says("Create table public.profiles").says("Create extension citext");
    project.novate("db update --yes").ok();
    verified(&project);
    project.novate("db update --yes").ok().says("Nothing to do");
    // A database that is there already is adopted as what it is.
    project.novate("plan --name start").ok();
    project.sql("DROP SCHEMA novate CASCADE");
    project.novate("db init").ok().says("signed there");
    verified(&project);
    assert_eq!(ledger(&project), "auth sign, text migrate, app sign");
    project.sql("DROP SCHEMA novate CASCADE");
    project.novate("db sign").ok();
    verified(&project);
    // What is others' is not the application's to describe.
    project.novate("contract infer --output -").ok().does_not_say("CREATE TABLE auth.users").does_not_say("EXTENSION");
    let url = project.db.url();
    project.novate(&format!("diff --from '{url}' --to contracts/app.sql")).ok().does_not_say("Drop");
}

#[test]
fn an_empty_database_and_one_where_a_platform_was_first() {
    let project = application(APP);
    project.novate("plan --name start").ok();
    project.novate("db init").ok();
    verified(&project);
    let other = project.another();
    other.execute(AUTH).unwrap();
    project.novate_on(&other.url(), "db init").ok().says("signed there").says("1 package applied");
    project.novate_on(&other.url(), "db verify --strict").ok();
}

#[test]
fn needs() {
    let project = Project::with_contract("CREATE TABLE orders (id int PRIMARY KEY);\n");
    let spaces = |app: &str, more: &str| {
        project.write("novate.toml", &format!("[database]\nurl = \"env:DATABASE_URL\"\n{app}[space.billing]\n{more}"));
    };
    project.write("contracts/billing.sql", "CREATE TABLE invoices (order_id int REFERENCES orders);\n");
    spaces("", "");
    // The application may refer to the others, not they to it.
    project.novate("plan --space billing").fails(2, "CONTRACT.UNRESOLVED_REFERENCE");
    spaces("[space.app]\nneeds = [\"billing\"]\n", "needs = [\"app\"]\n");
    project.novate("plan").fails(2, "CONFIG.INVALID").says("need each other");
    spaces("", "needs = [\"nobody\"]\n");
    project.novate("plan").fails(2, "CONFIG.UNKNOWN_SPACE").says("needs a space nobody");
    spaces("", "needs = [\"app\"]\n");
    project.novate("plan --name start").ok();
    project.novate("plan --space billing --name start").ok();
    project.novate("migrate").ok();
    verified(&project);
    assert_eq!(ledger(&project), "app migrate, billing migrate");
    // Both have a ref of the same name: both go there.
    project.novate("ref set live start").ok();
    project.novate("ref set live start --space billing").ok();
    project.write("contracts/billing.sql", "CREATE TABLE invoices (order_id int REFERENCES orders, n int);\n");
    project.novate("plan --space billing --name n").ok();
    project.novate("migrate --to live").ok().says("every space is where it should be");
    project.novate("migrate --advance-ref live").ok().says("billing: 1 package applied").says("live points at");
    verified(&project);
    // The ref moved in both.
    project.novate("db verify --strict --to live").ok();
    assert_ne!(project.read("migrations/billing/refs/live.json"), project.read("migrations/app/refs/live.json"));
}

#[test]
fn many_at_once() {
    let project = application(APP);
    project.novate("plan --name start").ok();
    let runs: Vec<_> =
        (0..8).map(|_| project.command(&project.db.url(), "migrate").spawn().expect("novate starts")).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(ledger(&project), "auth migrate, text migrate, app migrate");
    verified(&project);
}

/// Every question of a run of three spaces is cut once before it reaches the server and once before its answer comes back.
#[test]
fn cut_at_every_question() {
    let project = application(APP);
    project.novate("plan --name start").ok();
    let counter = Proxy::to(socket()).unwrap();
    project.novate_on(&counter.url(project.db.name()), "migrate").ok();
    let questions = counter.traffic().questions;
    let commits = questions.iter().filter(|sql| is_commit(sql)).count();
    assert_eq!(commits, 1, "{questions:#?}");
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for cut in (1..=questions.len()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        project.sql("DROP SCHEMA novate, auth CASCADE; DROP TABLE profiles; DROP EXTENSION citext");
        let proxy = Proxy::to(socket()).unwrap().cut(cut, Then::Served);
        let end = project.novate_on(&proxy.url(project.db.name()), "migrate");
        wait_until("the server has noticed", || project.value(others) == "0");
        let there = project.value(
            "SELECT concat_ws(' ', to_regclass('novate.ledger'), to_regclass('auth.users'), to_regclass('profiles'))",
        );
        match there.as_str() {
            "novate.ledger auth.users profiles" => {
                assert_eq!(ledger(&project), "auth migrate, text migrate, app migrate", "{cut:?}");
                end.ok();
            }
            "" => drop(end.fails(if matches!(cut, Cut::Before(1) | Cut::After(1)) { 2 } else { 5 }, "CONNECTION.")),
            other => panic!("{cut:?}: {other}\n{}", end.transcript()),
        }
        project.novate("migrate").ok();
        assert_eq!(ledger(&project), "auth migrate, text migrate, app migrate", "{cut:?}");
    }
}

/// A space renames and drops what the application refers to, and the application follows.
#[test]
fn a_space_that_changes_what_is_referred_to() {
    let project = Project::with_contract(
        "CREATE TABLE t (email text REFERENCES a.x (email), y int REFERENCES a.y, PRIMARY KEY (email));\n",
    );
    let first = "CREATE SCHEMA a;\nCREATE TABLE a.x (id int PRIMARY KEY, email text UNIQUE);\nCREATE TABLE a.y (id int PRIMARY KEY);\n";
    kept(&project, "a", first);
    project.novate("space add vendor/a").ok();
    project.novate("plan --name start").ok();
    project.novate("migrate").ok();
    let old = project.another();
    project.novate_on(&old.url(), "migrate").ok();
    project.sql("INSERT INTO a.x VALUES (1, 'a@x'); INSERT INTO t VALUES ('a@x', NULL)");
    // A column gets another name, and the application follows.
    let second = first.replace("email text", "\n-- @renamed_from x.email\nmail text");
    kept(&project, "a", &second);
    project.novate("space add vendor/a").ok();
    project.contract("CREATE TABLE t (email text REFERENCES a.x (mail), y int REFERENCES a.y, PRIMARY KEY (email));\n");
    project.novate("plan --name follow").ok();
    project.novate("rehearse").ok().says("The rehearsal is clean");
    project.novate("migrate").ok().says("a: 1 package applied").says("app: 1 package applied");
    verified(&project);
    // A table goes, and the application lets go of it first.
    let third = "CREATE SCHEMA a;\nCREATE TABLE a.x (id int PRIMARY KEY, mail text UNIQUE);\n";
    kept(&project, "a", third);
    project.novate("space add vendor/a").ok();
    project.contract("CREATE TABLE t (email text REFERENCES a.x (mail), PRIMARY KEY (email));\n");
    project.novate("plan --name let_go").ok();
    project.novate("migrate --dry-run").ok();
    project.novate("migrate").ok().says("a: 1 package applied").says("app: 1 package applied");
    verified(&project);
    assert_eq!(project.value("SELECT mail FROM a.x JOIN t ON mail = email"), "a@x");
    // One that has stood still since the beginning.
    project.novate_on(&old.url(), "migrate").ok();
    project.novate_on(&old.url(), "db verify --strict").ok();
    // A new database gets there too: each package while what it rests on is there.
    let new = project.another();
    project.novate_on(&new.url(), "migrate").ok().says("a: 3 packages applied").says("app: 3 packages applied");
    project.novate_on(&new.url(), "db verify --strict").ok();
    let order = "SELECT string_agg(space, ' ' ORDER BY id) FROM novate.ledger";
    let order = new.execute(order).unwrap()[0][0].clone().unwrap();
    assert_eq!(order, "a app a app app a");
    project.novate("check --prove-replay").ok().says("6 packages replayed");
}

#[test]
fn what_is_others_is_not_described_in_passing() {
    let project = Project::with_contract("");
    kept(&project, "stock", "CREATE SCHEMA stock;\nCREATE TABLE stock.items (id int PRIMARY KEY);\n");
    project.novate("space add vendor/stock").ok();
    let mine = "CREATE TABLE lines (item int REFERENCES stock.items);\n";
    for theirs in [
        "CREATE INDEX ON stock.items (id);",
        "ALTER TABLE stock.items ADD COLUMN y int;",
        "CREATE TABLE stock.extra (id int);",
        "CREATE TYPE stock.mood AS ENUM ('glad');",
        "CREATE SEQUENCE stock.numbers;",
    ] {
        project.contract(&format!("{mine}{theirs}\n"));
        project.novate("plan").fails(2, "SPACE.OWNED_TWICE").says("belongs to the space stock");
    }
    // Saying what somebody else has is no claim, with or without its schema.
    project.contract(&format!("{mine}-- @control external\nCREATE TABLE stock.other (id int);\n"));
    project.novate("plan --name start").ok();
}

#[test]
fn nobody_is_taken_for_nobody() {
    let project = Project::with_contract("CREATE TABLE users (id int PRIMARY KEY);\n");
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n[space.billing]\nneeds = [\"app\"]\n");
    project.write("contracts/billing.sql", "CREATE TABLE invoices (user_id int REFERENCES users);\n");
    project.novate("db update --yes").ok();
    verified(&project);
    // What another space borrows of it is still the application's.
    project.novate("contract infer --output -").ok().says("CREATE TABLE public.users").does_not_say("invoices");
    project.novate("contract infer --output - --space billing").ok().says("CREATE TABLE public.invoices");
    // A space that nobody has any more keeps its tables.
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n");
    project.novate("db update --yes --accept-data-loss").fails(2, "SPACE.ORPHAN");
    project.novate("db verify --strict").fails(4, "SPACE.ORPHAN").does_not_say("DROP TABLE");
    assert_eq!(project.value("SELECT to_regclass('invoices') IS NOT NULL"), "t");
}

#[test]
fn a_platform_on_a_server_of_ones_own() {
    let project = Project::with_contract("CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users);\n");
    let platform = "-- @control external\nCREATE SCHEMA auth;\n-- @control external\nCREATE TABLE auth.users (id uuid PRIMARY \
                    KEY, email text);\n";
    kept(&project, "auth", platform);
    project.novate("space add vendor/auth").ok();
    project.novate("dev --once").ok().says("Create table auth.users").says("Create table public.profiles");
}
