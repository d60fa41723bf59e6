//! Taking over: databases that another tool kept are adopted where they stand, and its tables stay as they are.

use crate::support::Project;

/// What the application has, beside the tables of whichever tool made it.
const APPLICATION: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
    INSERT INTO users VALUES (1, 'ada@example.org')";

/// A tool's tables as it makes them, with two migrations in them.
struct Kept {
    /// What it is called.
    tool: &'static str,
    /// Makes its tables.
    tables: &'static str,
    /// Its table, quoted.
    table: &'static str,
    /// Rows in the table.
    rows: &'static str,
    /// What is said of the last migration.
    last: &'static str,
}

/// The whole way: init, infer, plan, sign, and then a change.
fn take_over(kept: &Kept) {
    let project = Project::new();
    project.sql(APPLICATION);
    project.sql(kept.tables);
    project.sql(kept.rows);
    let count = format!("SELECT count(*) FROM {}", kept.table);
    let before = project.value(&count);

    let says = format!("{} kept this database", kept.tool);
    project.novate("init").ok().says(&says).says(kept.last).says("novate contract infer");
    project.novate("contract infer").ok().says(&says).says(kept.last).says("only observed");
    project.novate("plan --name baseline").ok().does_not_say(&format!("Create table {}", kept.table));
    project.novate("db verify --schema-only --strict").ok();
    project.novate("db sign").ok();
    project.novate("db verify --strict").ok();
    project.novate("migrate").ok().says("Nothing to do");

    // The next change is planned and applied, and the tool's rows are what they were.
    project.edit("contracts/app.sql", "email text NOT NULL", "email text NOT NULL,\n    name text");
    project.novate("plan --name names").ok().says("Add column name to public.users").says("1 operation");
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
    assert_eq!(project.value(&count), before);
    assert_eq!(project.value("SELECT email FROM users"), "ada@example.org");

    // A new database has no use for them.
    let new = project.another();
    project.novate_on(&new.url(), "migrate").ok().says("2 packages applied");
    project.novate_on(&new.url(), "db verify --strict").ok();
    let there = new.execute(&format!("SELECT to_regclass('{}') IS NULL", kept.table)).unwrap();
    assert_eq!(there[0][0].as_deref(), Some("t"));

    // Once nobody needs them any more they go, by hand, and then from the contract.
    project.sql(&format!("DROP TABLE {} CASCADE", kept.table));
    project.novate("db verify --strict").ok();
    let contract = project.read("contracts/app.sql");
    let (_, users) = contract.split_once("CREATE TABLE public.users").expect("the users");
    project.contract(&format!("CREATE TABLE public.users{users}"));
    project.novate("plan --name 'it is gone'").ok().does_not_say("Drop");
    project.novate_on(&new.url(), "migrate").ok();
    project.novate_on(&new.url(), "db verify --strict").ok();
}

#[test]
fn prisma() {
    take_over(&Kept {
        tool: "Prisma Migrate",
        tables: PRISMA,
        table: "public._prisma_migrations",
        rows: "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at) VALUES
            ('a', 'x', '20240101_users', now() - interval '1 day', now()), ('b', 'y', '20240102_email', now(), now())",
        last: "2 migrations in public._prisma_migrations, the last 20240102_email",
    });
}

const PRISMA: &str = "CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0)";

#[test]
fn flyway() {
    take_over(&Kept {
        tool: "Flyway",
        tables: FLYWAY,
        table: "public.flyway_schema_history",
        rows: "INSERT INTO flyway_schema_history VALUES
            (1, '1', 'users', 'SQL', 'V1__users.sql', 7, 'app', now(), 12, true),
            (2, '2', 'email', 'SQL', 'V2__email.sql', 8, 'app', now(), 15, true)",
        last: "2 migrations in public.flyway_schema_history, the last V2__email.sql",
    });
}

const FLYWAY: &str = r#"CREATE TABLE "flyway_schema_history" (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL);
    ALTER TABLE "flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
    CREATE INDEX "flyway_schema_history_s_idx" ON "flyway_schema_history" ("success")"#;

#[test]
fn alembic() {
    take_over(&Kept {
        tool: "Alembic",
        tables: "CREATE TABLE alembic_version (
            version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
        table: "public.alembic_version",
        rows: "INSERT INTO alembic_version VALUES ('ae1027a6acf')",
        last: "the last ae1027a6acf",
    });
}

#[test]
fn drizzle() {
    take_over(&Kept {
        tool: "Drizzle",
        tables: r#"CREATE SCHEMA IF NOT EXISTS "drizzle";
            CREATE TABLE IF NOT EXISTS "drizzle"."__drizzle_migrations" (
                id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)"#,
        table: "drizzle.__drizzle_migrations",
        rows: "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 1700000000000), ('y', 1700000000001)",
        last: "the last the one of 1700000000001",
    });
}

#[test]
fn sqlx() {
    take_over(&Kept {
        tool: "sqlx",
        tables: SQLX,
        table: "public._sqlx_migrations",
        rows: r"INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES
            (20240101, 'users', true, '\x01', 5), (20240102, 'email', true, '\x02', 5)",
        last: "the last 20240102 email",
    });
}

const SQLX: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL)";

#[test]
fn diesel() {
    take_over(&Kept {
        tool: "Diesel",
        tables: "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
            version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        table: "public.__diesel_schema_migrations",
        rows: "INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000000'), ('20240101120000')",
        last: "the last 20240101120000",
    });
}

#[test]
fn refinery() {
    take_over(&Kept {
        tool: "refinery",
        tables: "CREATE TABLE IF NOT EXISTS refinery_schema_history(
            version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))",
        table: "public.refinery_schema_history",
        rows: "INSERT INTO refinery_schema_history VALUES
            (1, 'users', '2024-01-01T00:00:00Z', '1'), (2, 'email', '2024-01-02T00:00:00Z', '2')",
        last: "the last V2__email",
    });
}

#[test]
fn rails() {
    take_over(&Kept {
        tool: "Rails",
        tables: r#"CREATE TABLE "schema_migrations" ("version" character varying NOT NULL PRIMARY KEY);
            CREATE TABLE "ar_internal_metadata" ("key" character varying NOT NULL PRIMARY KEY,
                "value" character varying, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)"#,
        table: "public.schema_migrations",
        rows: "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000');
            INSERT INTO ar_internal_metadata VALUES ('environment', 'production', now(), now())",
        last: "the last 20240102000000",
    });
}

#[test]
fn other_tools() {
    let tools = [
        Kept {
            tool: "Django",
            tables: r#"CREATE TABLE "django_migrations" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
                "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" timestamp with time zone NOT NULL)"#,
            table: "public.django_migrations",
            rows: "INSERT INTO django_migrations (app, name, applied) VALUES ('shop', '0001_initial', now())",
            last: "1 migration in public.django_migrations, the last shop.0001_initial",
        },
        Kept {
            tool: "Knex",
            tables: r#"CREATE TABLE "knex_migrations" ("id" serial PRIMARY KEY, "name" varchar(255), "batch" integer,
                "migration_time" timestamptz);
                CREATE TABLE "knex_migrations_lock" ("index" serial PRIMARY KEY, "is_locked" integer);
                INSERT INTO knex_migrations_lock (is_locked) VALUES (0)"#,
            table: "public.knex_migrations",
            rows: "INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20240101_users.js', 1, now())",
            last: "the last 20240101_users.js",
        },
        Kept {
            tool: "Liquibase",
            tables: "CREATE TABLE databasechangelog (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL,
                FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TIMESTAMP WITHOUT TIME ZONE NOT NULL,
                ORDEREXECUTED INTEGER NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35),
                DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20),
                CONTEXTS VARCHAR(255), LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10));
                CREATE TABLE databasechangeloglock (ID INTEGER NOT NULL, LOCKED BOOLEAN NOT NULL,
                LOCKGRANTED TIMESTAMP WITHOUT TIME ZONE, LOCKEDBY VARCHAR(255),
                CONSTRAINT databasechangeloglock_pkey PRIMARY KEY (ID));
                INSERT INTO databasechangeloglock (id, locked) VALUES (1, false)",
            table: "public.databasechangelog",
            rows: "INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype)
                VALUES ('1', 'ada', 'users.sql', now(), 1, 'EXECUTED')",
            last: "the last users.sql::1::ada",
        },
        Kept {
            tool: "golang-migrate",
            tables: "CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null)",
            table: "public.schema_migrations",
            rows: "INSERT INTO schema_migrations VALUES (7, false)",
            last: "the last 7",
        },
        Kept {
            tool: "dbmate",
            tables: "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) primary key)",
            table: "public.schema_migrations",
            rows: "INSERT INTO schema_migrations VALUES ('20240101000000')",
            last: "the last 20240101000000",
        },
    ];
    tools.iter().for_each(take_over);
}

/// What a tool left unfinished is named, nothing is written or signed, and the tool's own way out is the way on.
fn refused_until(tables: &str, broken: &str, says: &str, resolved: &str) {
    let project = Project::new();
    project.sql(APPLICATION);
    project.sql(tables);
    project.sql(broken);
    project.novate("init").ok().says(says);
    let contract = project.read("contracts/app.sql");
    project.novate("contract infer").fails(2, "DB.UNFINISHED_MIGRATION").says(says);
    assert_eq!(project.read("contracts/app.sql"), contract);
    project.contract("CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);");
    project.novate("db sign").fails(2, "DB.UNFINISHED_MIGRATION").says(says);
    project.novate("plan --name baseline").ok();
    project.novate("db init").fails(2, "DB.UNFINISHED_MIGRATION").says(says);
    assert_eq!(project.value("SELECT to_regnamespace('novate') IS NULL"), "t");
    project.sql(resolved);
    project.novate("contract infer --force").ok();
    project.novate("plan --name observed").ok();
    project.novate("db sign").ok();
    project.novate("db verify --strict").ok();
    assert_eq!(project.value("SELECT email FROM users"), "ada@example.org");
}

#[test]
fn a_failed_prisma_migration() {
    refused_until(
        PRISMA,
        "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('a', 'x', '20240101_users')",
        "20240101_users",
        "UPDATE _prisma_migrations SET finished_at = now()",
    );
}

#[test]
fn a_failed_flyway_migration() {
    refused_until(
        FLYWAY,
        "INSERT INTO flyway_schema_history VALUES (1, '1', 'users', 'SQL', 'V1__users.sql', 7, 'app', now(), 1, false)",
        "flyway repair",
        "DELETE FROM flyway_schema_history WHERE NOT success",
    );
}

#[test]
fn a_failed_sqlx_migration() {
    refused_until(
        SQLX,
        r"INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
          VALUES (7, 'users', false, '\x01', -1)",
        "UPDATE public._sqlx_migrations SET success = true WHERE version = 7",
        "UPDATE public._sqlx_migrations SET success = true WHERE version = 7",
    );
}

#[test]
fn a_dirty_golang_migrate() {
    refused_until(
        "CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null)",
        "INSERT INTO schema_migrations VALUES (7, true)",
        "migrate force 7",
        "UPDATE schema_migrations SET dirty = false",
    );
}

#[test]
fn a_held_lock() {
    refused_until(
        "CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);
         CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked integer)",
        "INSERT INTO knex_migrations_lock (is_locked) VALUES (1)",
        "npx knex migrate:unlock",
        "UPDATE knex_migrations_lock SET is_locked = 0",
    );
}

#[test]
fn where_a_table_is_called_otherwise_and_lies_elsewhere() {
    let project = Project::new();
    project.sql(APPLICATION);
    project.sql("CREATE SCHEMA ops");
    project.sql(&FLYWAY.replace("\"flyway_schema_history\"", "ops.schema_version"));
    project.novate("init").ok().says("Flyway kept this database: 0 migrations in ops.schema_version");
    // A table that only has the name is the application's own.
    let own = project.another();
    own.execute("CREATE TABLE flyway_schema_history (id bigint PRIMARY KEY, what text)").unwrap();
    project.novate_on(&own.url(), "contract infer").ok().does_not_say("kept this database");
    assert!(!project.read("contracts/app.sql").contains("@control"));
}
