//! Evolving: what a contract's changes become, and what happens to the rows.

use crate::support::Project;

#[test]
fn evolution() {
    let project = Project::migrated("CREATE TABLE a (id int PRIMARY KEY);\n");
    project.contract("CREATE TABLE a (id int PRIMARY KEY, b text);\n");
    project.novate("plan --name b").ok();
    project.contract("CREATE TABLE a (id int PRIMARY KEY, b text, c text DEFAULT 'x');\n");
    project.novate("plan --name c").ok();
    project.novate("status --offline").ok().says("3 packages");
    project.novate("status").ok().says("2 packages to apply").says("novate migrate");
    project.novate("migration show").ok().says("Add column c to public.a");
    // One by one here, both at once there: the same in the end.
    project.novate("migrate --to b").ok().says("1 package applied");
    project.novate("migrate").ok().says("1 package applied");
    let other = project.another();
    project.novate_on(&other.url(), "migrate").ok().says("3 packages applied");
    project.novate_on(&other.url(), "db verify --strict").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn backfill() {
    let project = Project::migrated("CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n");
    project.sql("INSERT INTO users VALUES (1, 'ada@x'), (2, 'bob@x')");
    project.contract("CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text NOT NULL);\n");
    project.novate("plan --name name").ok().says("asks:");
    project.novate("migrate").fails(2, "MIGRATION.UNFILLED_PLACEHOLDER").says("migration.sql:");
    project.fill("UPDATE public.users SET name = split_part(email, '@', 1) WHERE name IS NULL;").ok();
    project.novate("migrate").ok().says("2 rows");
    assert_eq!(project.value("SELECT string_agg(name, ',' ORDER BY id) FROM users"), "ada,bob");
    project.novate("db verify --strict").ok();
}

#[test]
fn tighten() {
    let project = Project::migrated("CREATE TABLE users (id int PRIMARY KEY, age int);\n");
    project.sql("INSERT INTO users VALUES (1, NULL), (2, 7)");
    project.contract("CREATE TABLE users (id int PRIMARY KEY, age int NOT NULL);\n");
    project.novate("plan --name age").ok();
    project.fill("UPDATE public.users SET age = 0 WHERE age IS NULL;").ok();
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT sum(age) FROM users"), "7");
    project.novate("db verify --strict").ok();
}

#[test]
fn type_change() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, n text);\n");
    project.sql("INSERT INTO t VALUES (1, '12'), (2, 'none')");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, n int);\n");
    project.novate("plan --name n").ok().says("may-fail");
    // A row that cannot become a number is found before anything is changed.
    project.novate("migrate").fails(5, "MIGRATION.").says("as it was before");
    assert_eq!(project.value("SELECT count(*) FROM novate.ledger"), "1");
    project.sql("UPDATE t SET n = NULL WHERE n = 'none'");
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT sum(n) FROM t"), "12");
    project.novate("db verify --strict").ok();
}

#[test]
fn drop() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, old text);\n");
    project.contract("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.novate("plan --name gone").ok().says("destructive").says("drop-column");
    project.novate("check --deny destructive").fails(7, "POLICY.DENIED");
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn batch() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, x int);\n");
    project.novate("plan --name add").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.novate("plan --name remove").ok();
    // The contract is where the database is: there is nothing to run, and running both anyway ends there too.
    project.novate("migrate").ok().says("Nothing to do");
    project.novate("migrate --to add").ok().says("1 package applied");
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
}

#[test]
fn failure() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, code text);\n");
    project.sql("INSERT INTO t VALUES (1, 'a'), (2, 'a')");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, note text);\n");
    project.novate("plan --name unique").ok();
    project.novate("migrate").fails(5, "MIGRATION.PRECHECK_FAILED").says("as it was before");
    assert_eq!(project.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 't'"), "2");
    project.sql("UPDATE t SET code = 'b' WHERE id = 2");
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn default_change() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 1);\n");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 2);\n");
    project.novate("plan --name two").ok();
    project.novate("migrate").ok().does_not_say("there already");
    project.sql("INSERT INTO t (id) VALUES (1)");
    assert_eq!(project.value("SELECT n FROM t"), "2");
    project.novate("db verify --strict").ok();
}

#[test]
fn fk_action() {
    let project = Project::migrated(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id));\n",
    );
    project.contract(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id) ON DELETE CASCADE);\n",
    );
    project.sql("INSERT INTO a VALUES (1)");
    project.sql("INSERT INTO b VALUES (1, 1)");
    project.novate("plan --name cascade").ok();
    project.novate("migrate").ok();
    project.sql("DELETE FROM a");
    assert_eq!(project.value("SELECT count(*) FROM b"), "0");
    project.novate("db verify --strict").ok();
}

#[test]
fn pk_columns() {
    let project = Project::migrated("CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a));\n");
    project.sql("INSERT INTO t VALUES (1, 1)");
    project.contract("CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a, b));\n");
    project.novate("plan --name key").ok();
    project.novate("migrate").ok();
    project.sql("INSERT INTO t VALUES (1, 2)");
    project.novate("db verify --strict").ok();
}

#[test]
fn index_kind() {
    let project = Project::migrated("CREATE TABLE t (a int, b jsonb);\nCREATE INDEX i ON t (a);\n");
    project.contract("CREATE TABLE t (a int, b jsonb);\nCREATE INDEX i ON t USING gin (b jsonb_path_ops);\n");
    project.novate("plan --name gin").ok();
    project.novate("migrate").ok();
    assert!(project.value("SELECT indexdef FROM pg_indexes WHERE indexname = 'i'").contains("gin (b jsonb_path_ops)"));
    project.novate("db verify --strict").ok();
}

#[test]
fn drop_linked_tables() {
    let project = Project::migrated(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id));\n\
         CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b (id));\n",
    );
    project.contract("CREATE TABLE z (id int PRIMARY KEY);\n");
    project.novate("plan --name away").ok();
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"), "z");
    project.novate("db verify --strict").ok();
}

#[test]
fn rename() {
    let project = Project::migrated(
        "CREATE TABLE users (id serial PRIMARY KEY, name text UNIQUE);\nCREATE INDEX ON users (name, id);\n",
    );
    project.sql("INSERT INTO users (name) VALUES ('ada')");
    project.contract(
        "-- @renamed_from users\nCREATE TABLE members (id serial PRIMARY KEY,\n    -- @renamed_from users.name\n    full_name text UNIQUE);\nCREATE INDEX ON members (full_name, id);\n",
    );
    project.novate("plan --name rename").ok().does_not_say("destructive");
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT full_name FROM members"), "ada");
    project.novate("db verify --strict").ok();
    project.novate("plan").ok().says("Nothing to do");
}

#[test]
fn enum_removal() {
    let project = Project::migrated(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');\nCREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'sad', ms mood[]);\nCREATE INDEX ON t (m);\n",
    );
    project.sql("INSERT INTO t VALUES (1, 'sad'), (2, 'happy')");
    project.contract(
        "CREATE TYPE mood AS ENUM ('ok', 'happy');\nCREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', ms mood[]);\nCREATE INDEX ON t (m);\n",
    );
    project.novate("plan --name mood").ok();
    let filled = project.fill("UPDATE public.t SET m = 'ok' WHERE m::text = 'sad';");
    filled.ok();
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT string_agg(m::text, ',' ORDER BY id) FROM t"), "ok,happy");
    project.novate("db verify --strict").ok();
}

#[test]
fn widening() {
    let project = Project::migrated("CREATE TABLE t (id int4 PRIMARY KEY, a varchar(10), b numeric(4,1));\n");
    project.contract("CREATE TABLE t (id int8 PRIMARY KEY, a varchar(20), b numeric(8,1));\n");
    let plan = project.novate("plan --name wider").ok().does_not_say("asks:").does_not_say("destructive");
    assert!(plan.out.contains("widening"), "{}", plan.transcript());
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn array_column() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, tags text[] NOT NULL DEFAULT '{}', m varchar(3)[]);\n");
    project.novate("plan --name tags").ok();
    project.novate("migrate").ok();
    project.novate("db verify --strict").ok();
}

#[test]
fn int_key_to_text() {
    let project = Project::migrated(
        "CREATE TABLE a (id serial PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id));\n",
    );
    project.sql("INSERT INTO a DEFAULT VALUES");
    project.sql("INSERT INTO b VALUES (1, 1)");
    project.contract(
        "CREATE TABLE a (id text PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a_id text NOT NULL REFERENCES a (id));\n",
    );
    project.novate("plan --name text_keys").ok();
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT a.id FROM a JOIN b ON b.a_id = a.id"), "1");
    assert_eq!(
        project.value("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"),
        "0"
    );
    project.novate("db verify --strict").ok();
}

#[test]
fn round_trip() {
    let project = Project::migrated("CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL);\n");
    project.sql("INSERT INTO people VALUES (1, 'Ada Lovelace')");
    project.contract("CREATE TABLE people (id int PRIMARY KEY, first text NOT NULL, last text NOT NULL);\n");
    project.novate("plan --name split").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let header: Vec<String> =
        project.read(&source).lines().take_while(|line| line.starts_with("--")).map(str::to_owned).collect();
    // By hand: create, transform, tighten and drop in one package.
    project.write(
        &source,
        &format!(
            "{}\n\nALTER TABLE public.people ADD COLUMN first text, ADD COLUMN last text;\n\n-- @transform split names\n\
             -- @check\nSELECT 1 FROM public.people WHERE first IS NULL OR last IS NULL LIMIT 1;\n-- @run\n\
             UPDATE public.people SET first = split_part(name, ' ', 1), last = split_part(name, ' ', 2) WHERE first IS NULL;\n\
             -- @end\n\nALTER TABLE public.people ALTER COLUMN first SET NOT NULL, ALTER COLUMN last SET NOT NULL;\n\n\
             ALTER TABLE public.people DROP COLUMN name;\n",
            header.join("\n")
        ),
    );
    project.novate("migrate").fails(2, "MIGRATION.SOURCE_STALE");
    project.novate("migration emit").ok();
    project.novate("migrate").ok();
    assert_eq!(project.value("SELECT last || first FROM people"), "LovelaceAda");
    project.novate("db verify --strict").ok();
}
