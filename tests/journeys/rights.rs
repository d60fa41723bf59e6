//! Least rights: the statements of docs/roles.md are enough, and whatever is missing is named with the statement that
//! gives it.

use camino::Utf8PathBuf;
use novate_scratch::{Database, Options, Request, Server, find};
use serde_json::Value;

use crate::support::{Project, Ran};

const CONTRACT: &str = "CREATE TABLE item (id int PRIMARY KEY, name text DEFAULT 'x', CHECK ((id, name) < (9, 'y')));\n\
                        CREATE INDEX ON item (lower(name)) WHERE name IS NOT NULL;\n";
const NEXT: &str = "CREATE TABLE item (id int PRIMARY KEY, name text DEFAULT 'x', price int, CHECK ((id, name) < (9, \
                    'y')));\nCREATE INDEX ON item (lower(name)) WHERE name IS NOT NULL;\n";

/// A server of its own, because roles are everybody's, with a database where nobody has any right.
struct Shop {
    project: Project,
    database: Database,
    postgres: Database,
    server: Server,
}

impl Shop {
    fn new() -> Self {
        Self::with(Project::with_contract(CONTRACT), &Options::default())
    }

    fn with(project: Project, options: &Options) -> Self {
        let server = Server::start(&find(&Request::default()).unwrap(), options).unwrap();
        let (postgres, database) = (server.database("admin").unwrap(), server.database("shop").unwrap());
        let shop = Self { project, database, postgres, server };
        shop.admin("REVOKE ALL ON DATABASE shop FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC");
        shop.project.novate("plan --name start").ok();
        shop
    }

    /// Statements about the database `shop`, which goes by another name here.
    fn here(&self, sql: &str) -> String {
        sql.replace("DATABASE shop", &format!("DATABASE {}", self.database.name()))
    }

    /// Runs statements in the shop as a superuser.
    fn admin(&self, sql: &str) -> String {
        let rows = self.database.execute(&self.here(sql)).unwrap_or_else(|error| panic!("{sql}\n{error}"));
        rows.first().and_then(|row| row.first()).and_then(Clone::clone).unwrap_or_default()
    }

    fn novate(&self, role: &str, arguments: &str) -> Ran {
        let url = self.database.url().replace("postgres@", &format!("{role}@"));
        self.project.novate_on(&url, arguments)
    }

    /// Runs a command until it works, each time having done what it asked for; gives what that was.
    fn until_it_works(&self, role: &str, arguments: &str) -> Vec<String> {
        let mut granted = Vec::new();
        loop {
            let end = self.novate(role, &format!("{arguments} --json"));
            if end.code == 0 {
                return granted;
            }
            let grant = grant(&end.json()).replace(self.database.name(), "shop");
            assert!(!granted.contains(&grant), "again: {}", end.transcript());
            self.admin(&grant);
            granted.push(grant);
        }
    }

    fn next(&self, contract: &str) {
        self.project.contract(contract);
        self.project.novate("plan").ok();
    }
}

/// The statement that an error prints. It names the right that it gives.
#[track_caller]
fn grant(error: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let code = text(&error["code"]);
    let fix = text(&error["fix"]);
    if code == "DB.INSUFFICIENT_PRIVILEGE" {
        let missing = &error["meta"]["missing"];
        assert_eq!(text(&missing["grant"]), fix, "{error:#}");
        assert!(text(&error["why"]).contains(&format!("lacks {}", text(&missing["right"]))), "{error:#}");
    } else {
        assert_eq!(code, "CONNECTION.NOT_PERMITTED", "{error:#}");
    }
    fix
}

/// The SQL of docs/roles.md that begins with this remark.
fn page(remark: &str) -> String {
    let text = include_str!("../../docs/roles.md");
    let blocks: Vec<&str> = text.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let block = blocks.iter().find(|block| block.starts_with(&format!("-- {remark}\n")));
    (*block.unwrap_or_else(|| panic!("docs/roles.md has no {remark}"))).to_owned()
}

#[test]
fn the_page_is_enough() {
    let shop = Shop::new();
    shop.admin(&page("migrate"));
    shop.novate("deploy", "migrate --plan").ok();
    shop.novate("deploy", "migrate").ok();
    shop.novate("deploy", "db verify --strict").ok();
    shop.admin(&page("verify"));
    shop.admin(&page("the application"));
    shop.next(NEXT);
    shop.novate("deploy", "migrate").ok();
    for arguments in ["db verify --strict", "db verify --marker-only", "status", "db schema", "migration log"] {
        shop.novate("auditor", arguments).ok();
    }
    assert_eq!(shop.admin("SELECT has_table_privilege('auditor', 'item', 'SELECT')"), "f");
    shop.novate("auditor", "migrate --plan").ok();
    // Looking is all that it may do.
    let url = shop.database.url();
    let all = "SELECT md5(string_agg(x::text, '')) FROM novate.ledger x";
    let before = shop.admin(all);
    shop.project.contract(CONTRACT);
    for arguments in ["db sign --force", "db update --yes --accept-data-loss", "migrate --to empty"] {
        let end = shop.novate("auditor", arguments);
        assert_ne!(end.code, 0, "{}", end.transcript());
    }
    assert_eq!(shop.admin(all), before);
    shop.project.contract(NEXT);
    shop.project.novate_on(&url, "db verify --strict").ok();

    // A contract with schemas and an extension of its own, and tables that somebody else owns.
    shop.admin(&page("migrate, schemas and trusted extensions"));
    let extension = if shop.server.offers_extension("pgcrypto").unwrap() { "CREATE EXTENSION pgcrypto;\n" } else { "" };
    let own = format!("CREATE SCHEMA own;\n{extension}CREATE TABLE own.t (id int PRIMARY KEY);\n");
    shop.next(&format!("{own}{NEXT}"));
    shop.novate("deploy", "migrate").ok();
    shop.admin("CREATE ROLE shop_owner; ALTER TABLE item OWNER TO shop_owner");
    shop.admin(&page("tables that another role owns"));
    shop.next(&format!("{own}{}", NEXT.replace("price int", "price bigint")));
    shop.novate("deploy", "migrate").ok();
    shop.novate("deploy", "db verify --strict").ok();
}

#[test]
fn every_right_that_is_missing_to_migrate_is_named() {
    let shop = Shop::new();
    shop.admin("CREATE ROLE deploy LOGIN");
    assert_eq!(
        shop.until_it_works("deploy", "migrate"),
        [
            "GRANT CONNECT ON DATABASE shop TO deploy;",
            "GRANT CREATE ON DATABASE shop TO deploy;",
            "GRANT USAGE, CREATE ON SCHEMA public TO deploy;",
            "GRANT TEMPORARY ON DATABASE shop TO deploy;",
        ]
    );
    shop.novate("deploy", "db verify --strict").ok();
}

#[test]
fn every_right_that_is_missing_to_verify_is_named() {
    let shop = Shop::new();
    shop.project.novate_on(&shop.database.url(), "migrate").ok();
    shop.admin("CREATE ROLE auditor LOGIN");
    let read = "GRANT USAGE ON SCHEMA novate TO auditor; GRANT SELECT ON ALL TABLES IN SCHEMA novate TO auditor;";
    assert_eq!(
        shop.until_it_works("auditor", "db verify --marker-only"),
        ["GRANT CONNECT ON DATABASE shop TO auditor;", read]
    );
    // What cannot be asked is not known to differ.
    assert_eq!(
        shop.until_it_works("auditor", "db verify --strict"),
        ["GRANT USAGE ON SCHEMA public TO auditor;", "GRANT TEMPORARY ON DATABASE shop TO auditor;"]
    );
    // Where something else differs, that is said, and what could not be asked beside it.
    shop.admin("REVOKE TEMPORARY ON DATABASE shop FROM auditor; ALTER TABLE item ADD COLUMN more int");
    let end = shop.novate("auditor", "db verify --strict").fails(4, "DB.DRIFT");
    end.says("could not be asked: permission denied to create temporary tables").says("public.item.more");
    shop.admin("GRANT TEMPORARY ON DATABASE shop TO auditor; ALTER TABLE item DROP COLUMN more");
    // One right less, whichever it is.
    for (revoke, arguments) in [
        ("REVOKE SELECT ON novate.marker FROM auditor", "db verify"),
        ("REVOKE SELECT ON novate.meta FROM auditor", "status"),
        ("REVOKE SELECT ON novate.progress FROM auditor", "status"),
        ("REVOKE SELECT ON novate.ledger FROM auditor", "migration log"),
        ("REVOKE USAGE ON SCHEMA novate FROM auditor", "migration log"),
        ("REVOKE USAGE ON SCHEMA novate FROM auditor", "db verify"),
    ] {
        shop.admin(revoke);
        assert_eq!(shop.until_it_works("auditor", arguments), [read], "{revoke}");
    }
}

#[test]
fn rights_on_what_others_own_are_named() {
    let shop = Shop::new();
    shop.project.novate_on(&shop.database.url(), "migrate").ok();
    shop.admin("CREATE ROLE deploy LOGIN; GRANT CONNECT, TEMPORARY ON DATABASE shop TO deploy; GRANT USAGE, CREATE ON SCHEMA public TO deploy");
    shop.next(NEXT);
    let own = "GRANT USAGE ON SCHEMA novate TO deploy; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA novate TO deploy;";
    // A superuser's table is not worth becoming one for.
    assert_eq!(shop.until_it_works("deploy", "migrate"), [own, "ALTER TABLE public.item OWNER TO deploy;"]);
    shop.admin("CREATE ROLE keeper; ALTER TABLE item OWNER TO keeper");
    shop.next(&NEXT.replace("price int", "price bigint"));
    assert_eq!(shop.until_it_works("deploy", "migrate"), ["GRANT keeper TO deploy;"]);
    shop.admin("REVOKE keeper FROM deploy");
    // An index is its table's.
    shop.next(NEXT.replace("price int", "price bigint").lines().next().unwrap());
    assert_eq!(shop.until_it_works("deploy", "migrate"), ["GRANT keeper TO deploy;"]);
    shop.admin("REVOKE keeper FROM deploy; GRANT SELECT ON item TO deploy");
    // A foreign key to somebody else's table.
    let keyed = format!(
        "{}\nCREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item);\n",
        NEXT.replace("price int", "price bigint").lines().next().unwrap()
    );
    shop.next(&keyed);
    assert_eq!(shop.until_it_works("deploy", "migrate"), ["GRANT REFERENCES ON public.item TO deploy;"]);
    // A schema that is somebody else's.
    shop.admin("CREATE SCHEMA other AUTHORIZATION keeper");
    shop.project.sql("SELECT 1");
    shop.project.contract(&format!("CREATE SCHEMA other;\n{keyed}CREATE TABLE other.t (id int PRIMARY KEY);\n"));
    shop.project.novate("plan --name other").ok();
    assert_eq!(shop.until_it_works("deploy", "migrate"), ["GRANT USAGE, CREATE ON SCHEMA other TO deploy;"]);
    // Rows of somebody else's.
    shop.project.novate("migration new data").ok();
    let source = format!("{}/migration.sql", shop.project.newest_package());
    let text = shop.project.read(&source);
    let data = "-- @transform prices\n-- @invariant prices-filled\n-- @check\nSELECT 1 FROM item WHERE price IS NULL;\n-- @run\n\
                UPDATE item SET price = 1 WHERE price IS NULL;\n-- @end\n";
    shop.project.write(&source, &format!("{text}\n{data}"));
    shop.project.novate("migration emit").ok();
    shop.project.novate("ref set filled other --invariant prices-filled").ok();
    shop.admin("INSERT INTO item (id) VALUES (1)");
    assert_eq!(shop.until_it_works("deploy", "migrate --to filled"), ["GRANT UPDATE ON public.item TO deploy;"]);
    // Signing and updating.
    shop.admin("REVOKE ALL ON ALL TABLES IN SCHEMA novate FROM deploy");
    assert_eq!(shop.until_it_works("deploy", "db sign"), [own]);
    shop.admin("REVOKE INSERT ON novate.ledger FROM deploy");
    assert_eq!(shop.until_it_works("deploy", "db update --yes"), [own]);
    assert_eq!(shop.admin("SELECT price FROM item"), "1");
}

#[test]
fn read_only_roles_and_limits_are_named() {
    let shop = Shop::new();
    shop.admin(&page("migrate"));
    let read_only = |set: &str, reset: &str, by: &str| {
        shop.admin(set);
        let reset = shop.here(reset);
        for arguments in ["migrate", "db init", "db sign", "db update --yes"] {
            let end = shop.novate("deploy", arguments).fails(2, "DB.READ_ONLY");
            end.says(&format!("is set by {by}")).says(&reset);
        }
        // Not from inside: the shop itself may be what is read-only.
        shop.postgres.execute(&reset).unwrap();
    };
    read_only(
        "ALTER ROLE deploy SET default_transaction_read_only = on",
        "ALTER ROLE deploy RESET default_transaction_read_only;",
        "the role deploy",
    );
    read_only(
        "ALTER DATABASE shop SET default_transaction_read_only = on",
        "ALTER DATABASE shop RESET default_transaction_read_only;",
        &format!("the database {}", shop.database.name()),
    );
    read_only(
        "ALTER ROLE deploy IN DATABASE shop SET default_transaction_read_only = on",
        "ALTER ROLE deploy IN DATABASE shop RESET default_transaction_read_only;",
        &format!("the role deploy in the database {}", shop.database.name()),
    );
    let url = shop.database.url().replace("postgres@", "deploy@");
    let here = format!("{url}&options=-c%20default_transaction_read_only%3Don");
    shop.project.novate_on(&here, "migrate").fails(2, "DB.READ_ONLY").says("the connection string or PGOPTIONS");
    shop.novate("deploy", "migrate").ok();

    // A limit of the role's is no limit of a migration's, and one for those who look.
    shop.admin("ALTER ROLE deploy SET statement_timeout = '1ms'");
    shop.next(NEXT);
    shop.novate("deploy", "migrate").ok();
    shop.admin("ALTER ROLE deploy SET statement_timeout = '200ms'");
    // What is looked at is locked for longer than that, however quick the machine is.
    let database = &shop.database;
    std::thread::scope(|scope| {
        scope.spawn(move || database.execute("BEGIN; LOCK TABLE pg_catalog.pg_description; SELECT pg_sleep(60)"));
        let held = "SELECT pid FROM pg_locks WHERE relation = 'pg_description'::regclass AND mode = 'AccessExclusiveLock' AND \
                    granted";
        while shop.admin(held).is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let end = shop.novate("deploy", "db schema");
        shop.admin(&format!("SELECT pg_terminate_backend(({held}))"));
        let end = end.fails(2, "DB.TIMED_OUT").says("statement_timeout of 200ms").says("the role deploy");
        end.says("ALTER ROLE deploy RESET statement_timeout;");
    });
    // And one of the configuration's.
    shop.project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\nstatement_timeout = 0.05\n");
    shop.project.novate("migration new slow").ok();
    let source = format!("{}/migration.sql", shop.project.newest_package());
    let text = shop.project.read(&source);
    let slow = "-- @transform slow\n-- @invariant slow\n-- @check\nSELECT 1 WHERE current_setting('a.b', true) IS DISTINCT FROM \
                'x';\n-- @run\nINSERT INTO item SELECT 1 FROM pg_sleep(5);\n-- @end\n";
    shop.project.write(&source, &format!("{text}\n{slow}"));
    shop.project.novate("migration emit").ok();
    shop.project.novate("ref set lazy slow --invariant slow").ok();
    let end = shop.novate("deploy", "migrate --to lazy").fails(5, "MIGRATION.STATEMENT_FAILED");
    end.says("canceling statement due to statement timeout").says("statement_timeout in [database] of novate.toml");
}

#[test]
fn a_standby_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let data = Utf8PathBuf::from_path_buf(folder.path().join("data")).unwrap();
    let options = Options { durable: Some(data), ..Options::default() };
    let shop = Shop::with(Project::with_contract(CONTRACT), &options);
    shop.admin(&page("migrate"));
    shop.novate("deploy", "migrate").ok();
    shop.admin(&page("verify"));
    // A copy outlives the shop, and its server. The last command's session may still be there for a moment.
    let copy = format!("CREATE DATABASE kept TEMPLATE {}", shop.database.name());
    for attempt in 0.. {
        match shop.postgres.execute(&copy) {
            Ok(_) => break,
            Err(error) if attempt == 500 => panic!("{error}"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
    let Shop { project, database, postgres, server } = shop;
    drop((database, postgres, server));

    let options = Options { files: vec![("standby.signal".to_owned(), String::new())], ..options };
    let server = Server::start(&find(&Request::default()).unwrap(), &options).unwrap();
    let url = |role: &str| server.url("kept").replace("postgres@", &format!("{role}@"));
    project.novate_on(&url("auditor"), "status").ok();
    project.novate_on(&url("auditor"), "db verify --marker-only").ok();
    project.novate_on(&url("auditor"), "migration log").ok();
    // Two texts that only PostgreSQL can compare, and nowhere to do it.
    project.novate_on(&url("auditor"), "db verify").fails(2, "DB.READ_ONLY").says("it is a standby");
    for arguments in ["migrate", "db sign", "db update --yes"] {
        let end = project.novate_on(&url("deploy"), arguments).fails(2, "DB.READ_ONLY");
        end.says("it is a standby").says("target_session_attrs=read-write");
    }
}

/// A role of the server for one test; what it owns goes with it.
struct Role<'a> {
    project: &'a Project,
    name: String,
}

impl<'a> Role<'a> {
    fn new(project: &'a Project, prefix: &str) -> Self {
        let name = format!("{prefix}_{}", project.db.name());
        project.sql(&format!("CREATE ROLE {name} LOGIN"));
        Self { project, name }
    }

    fn url(&self) -> String {
        self.project.db.url().replace("postgres@", &format!("{}@", self.name))
    }

    fn novate(&self, arguments: &str) -> Ran {
        self.project.novate_on(&self.url(), arguments)
    }

    /// `GRANT what TO` the role.
    fn grant(&self, what: &str) {
        self.project.sql(&format!("GRANT {what} TO {}", self.name));
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.project.sql(&format!("DROP OWNED BY {name} CASCADE; DROP ROLE {name}", name = self.name));
    }
}

#[test]
fn least_rights_to_migrate() {
    let project = Project::with_contract(
        "CREATE SCHEMA shop;\nCREATE TABLE shop.t (id int PRIMARY KEY, a text DEFAULT 'x', CHECK (a <> ''));\nCREATE VIEW shop.v AS SELECT id FROM shop.t;\n",
    );
    project.contract(
        "CREATE SCHEMA shop;\nCREATE TABLE shop.t (id int PRIMARY KEY, a text DEFAULT 'x', CHECK (a <> ''));\n",
    );
    project.novate("plan --name start").ok();
    let role = Role::new(&project, "deploy");
    let database = project.db.name();
    role.novate("migrate").fails(2, "DB.INSUFFICIENT_PRIVILEGE").says(&format!("database {database}"));
    // To make schema novate, and its own: the right to make schemas is enough.
    project.sql(&format!("REVOKE TEMP ON DATABASE {database} FROM PUBLIC"));
    role.grant(&format!("CREATE ON DATABASE {database}"));
    role.novate("migrate").ok();
    role.novate("db verify --strict").ok();
    // Once they are there it is no longer needed.
    project.sql(&format!("REVOKE CREATE ON DATABASE {database} FROM {}", role.name));
    project.contract("CREATE SCHEMA shop;\nCREATE TABLE shop.t (id int PRIMARY KEY, a text DEFAULT 'y', b int, CHECK (a <> ''));\nCREATE INDEX ON shop.t (b);\n");
    project.novate("plan --name more").ok();
    role.novate("migrate").ok();
    role.novate("db verify --strict").ok();
}

#[test]
fn least_rights_to_look() {
    let project = Project::migrated(
        "CREATE SCHEMA shop;\nCREATE TABLE shop.t (id int PRIMARY KEY, a text DEFAULT 'x' || 'y', CHECK (a <> ''));\nCREATE INDEX ON shop.t (lower(a)) WHERE a IS NOT NULL;\n",
    );
    let role = Role::new(&project, "reader");
    let database = project.db.name();
    role.novate("db verify").fails(2, "DB.INSUFFICIENT_PRIVILEGE").says("schema novate");
    role.grant("USAGE ON SCHEMA novate");
    role.novate("db verify").fails(2, "DB.INSUFFICIENT_PRIVILEGE").says("novate");
    role.novate("status").fails(2, "DB.INSUFFICIENT_PRIVILEGE");
    role.grant("SELECT ON ALL TABLES IN SCHEMA novate");
    role.novate("db verify").ok();
    role.novate("db verify --strict").ok();
    role.novate("status").ok();
    role.novate("migration log").ok();
    // What only the server can settle needs temporary tables; without them that is said, and nothing else is wrong.
    project.sql(&format!("REVOKE TEMP ON DATABASE {database} FROM PUBLIC"));
    let end = role.novate("db verify --strict");
    assert!([0, 4].contains(&end.code), "{}", end.transcript());
    if end.code == 4 {
        end.says("temporary");
    }
    // Looking is all it may do.
    role.novate("migrate").fails(2, "DB.INSUFFICIENT_PRIVILEGE").says("permission denied").says("GRANT");
    role.novate("db sign").fails(2, "DB.INSUFFICIENT_PRIVILEGE");
}
