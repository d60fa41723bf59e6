//! Secrets, planted wherever one can stand, must not come out anywhere: not on either output of any command, not in the
//! database, not in what the server is told.
//!
//! What a person asks for by name is shown as it is: the SQL of a package (`migration show --sql`), which is to be run.

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

use novate_scratch::{Options, Request, Server, find};

use crate::support::{Project, Ran, ran};

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";
const TWO: &str = "CREATE TABLE t (id int PRIMARY KEY, a text);\n";

/// How much is said.
const LOUDNESS: &[&[&str]] = &[&["-v"], &["-vvv"], &["--json"], &["--json", "-vv"]];

/// A server that asks for passwords and writes down who says what of themselves.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let options = Options {
            tcp: true,
            files: vec![setting("pg_hba.conf", "local all postgres trust\nhost all all all scram-sha-256\n")],
            settings: vec![
                setting("password_encryption", "scram-sha-256"),
                setting("log_line_prefix", "app=%a "),
                setting("log_connections", "on"),
                // A statement that fails is the server's to write down, and its administrator's to hide.
                setting("log_min_error_statement", "panic"),
                setting("unix_socket_permissions", "0777"),
            ],
            ..Options::default()
        };
        Server::start(&find(&Request::default()).unwrap(), &options).unwrap()
    })
}

/// A project on that server, and what was planted around it.
struct Scene {
    project: Project,
    database: novate_scratch::Database,
    role: String,
    /// What each is, and what of it must not be seen.
    planted: RefCell<Vec<(String, String)>>,
    variables: RefCell<Vec<(String, String)>>,
}

impl Scene {
    fn new(name: &str) -> Self {
        let project = Project::with_contract(ONE);
        let database = server().database(name).unwrap();
        let role = format!("role_{}", database.name());
        let scene = Self { project, database, role, planted: RefCell::default(), variables: RefCell::default() };
        for (name, value) in [("RUST_BACKTRACE", "1"), ("RUST_LOG", "trace"), ("PGCONNECT_TIMEOUT", "1")] {
            scene.set(name, value);
        }
        scene
    }

    /// A word that stands nowhere else.
    fn plant(&self, what: &str) -> String {
        let mut planted = self.planted.borrow_mut();
        let secret = format!("Pl4nt{}x{:02}sEcret", self.database.name(), planted.len());
        planted.push((what.to_owned(), secret.clone()));
        secret
    }

    fn set(&self, name: &str, value: &str) {
        let mut variables = self.variables.borrow_mut();
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value.to_owned()));
    }

    /// A file that nobody else can read.
    fn file(&self, name: &str, text: &str) -> String {
        self.project.write(name, text);
        let path = self.project.path(name);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    /// The role that commands connect as, with a password of odd characters.
    fn with_role(&self) -> String {
        let (first, second) = (self.plant("a password's first half"), self.plant("a password's second half"));
        let password = format!("{first} @/:%?#&='\"\\ {second}");
        let literal = novate_sql_literal(&password);
        self.execute(&format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD {literal}", role = self.role));
        password
    }

    fn execute(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.database.execute(sql).unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    fn url(&self, password: &str) -> String {
        let (role, port, database) = (&self.role, server().port(), self.database.name());
        format!("postgresql://{role}:{}@127.0.0.1:{port}/{database}", percent(password))
    }

    /// Runs a command and looks at both of its outputs.
    #[track_caller]
    fn run(&self, url: &str, arguments: &[&str]) -> Ran {
        let mut command = self.project.command(url, "");
        command.args(arguments).envs(self.variables.borrow().iter().cloned());
        let shown = arguments.join(" ");
        let end = ran(&shown, &command.output().unwrap());
        self.clean(&shown, &end.err);
        self.clean(&shown, &end.out);
        assert!([0, 2, 3, 4, 5, 6, 7].contains(&end.code), "{}", end.transcript());
        end
    }

    /// Runs it at every loudness.
    #[track_caller]
    fn at_every_loudness(&self, url: &str, arguments: &[&str]) {
        for loudness in LOUDNESS {
            self.run(url, &[arguments, loudness].concat());
        }
    }

    #[track_caller]
    fn clean(&self, place: &str, text: &str) {
        for (what, secret) in self.planted.borrow().iter() {
            assert!(!text.contains(secret.as_str()), "{what} ({secret}) is shown by {place}:\n{text}");
        }
    }

    /// Everything that novate keeps in the database, and what the server heard of it.
    fn clean_database(&self) {
        for table in ["meta", "marker", "ledger", "progress"] {
            let rows = self.execute(&format!("SELECT to_json(x)::text FROM novate.{table} x"));
            self.clean(&format!("novate.{table}"), &format!("{rows:?}"));
        }
        self.clean_log();
    }

    /// What the server heard of who connects. What it says of statements is its own.
    fn clean_log(&self) {
        let log = std::fs::read_to_string(server().folder().unwrap().join("log")).unwrap();
        let heard: Vec<&str> = log.lines().filter(|line| line.contains("LOG:  connection ")).collect();
        assert!(heard.iter().any(|line| line.contains(&self.role) && line.contains("application_name=novate")));
        self.clean("the server's log", &heard.join("\n"));
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.database.execute(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}", role = self.role));
        }
    }
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric();
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}

fn novate_sql_literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A package for the contract as it is, with statements added to it; its folder.
fn package(scene: &Scene, url: &str, name: &str, mode: &str, raw: &str) -> String {
    scene.run(url, &["plan", "--name", name]).ok();
    let folder = scene.project.newest_package();
    let source = format!("{folder}/migration.sql");
    let text = scene.project.read(&source);
    scene.project.write(&source, &format!("{mode}{text}\n{raw}\n"));
    folder
}

#[test]
fn commands_that_work() {
    let scene = Scene::new("works");
    let password = scene.with_role();
    let url = scene.url(&password);
    let elsewhere = |secret: &str| format!("postgresql://u:{secret}@elsewhere.invalid/x");
    scene.set("PGPASSWORD", &scene.plant("PGPASSWORD"));
    scene.set("PGOPTIONS", &format!("-c app.jwt={}", scene.plant("a token in PGOPTIONS")));
    scene.set("OTHER_URL", &elsewhere(&scene.plant("a variable")));
    scene.set("NOVATE_SCRATCH_URL", &elsewhere(&scene.plant("NOVATE_SCRATCH_URL")));
    scene.file(".pgpass", &format!("elsewhere.invalid:*:*:*:{}\n", scene.plant("~/.pgpass")));
    scene.set("PGPASSFILE", &scene.file("passfile", &format!("*:*:*:*:{}\n", scene.plant("PGPASSFILE"))));
    let service = format!("[s]\nhost=elsewhere.invalid\npassword={}\n", scene.plant("a service file"));
    scene.set("PGSERVICEFILE", &scene.file("services", &service));
    let (env, local) = (scene.plant(".env"), scene.plant(".env.local"));
    scene.file(".env", &format!("DATABASE_URL={}\nAPI_TOKEN={}\n", elsewhere(&env), scene.plant("a token in .env")));
    scene.file(".env.local", &format!("DATABASE_URL={}\n", elsewhere(&local)));
    scene.file(
        "novate.toml",
        &format!(
            "[database]\nurl = \"env:DATABASE_URL\"\n[env.production]\nurl = \"{}\"\n[env.staging]\nurl = \"host=x \
             password={}\"\n",
            elsewhere(&scene.plant("[env.production]")),
            scene.plant("[env.staging]"),
        ),
    );
    for arguments in [
        ["init"].as_slice(),
        &["contract", "emit"],
        &["contract", "emit", "--check"],
        &["plan", "--dry-run", "--sql"],
        &["plan", "--name", "start"],
        &["migration", "emit"],
        &["migration", "check"],
        &["migrate", "--plan"],
        &["migrate", "--dry-run"],
        &["status", "--offline"],
        &["status"],
        &["db", "init"],
    ] {
        scene.at_every_loudness(&url, arguments);
    }
    scene.project.contract(TWO);
    // The server that `dev` keeps in the project may be another user's.
    std::fs::set_permissions(scene.project.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    scene.project.write(
        "seeds/one.sql",
        "-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM t WHERE id = 1);\n-- @run\nINSERT INTO t (id) VALUES \
         (1);\n-- @end\n",
    );
    for arguments in [
        ["plan", "--name", "more"].as_slice(),
        &["migrate"],
        &["status"],
        &["db", "verify"],
        &["db", "verify", "--strict", "--strict-coverage"],
        &["db", "verify", "--marker-only"],
        &["db", "sign"],
        &["db", "schema"],
        &["contract", "infer", "--output", "-"],
        &["db", "update", "--dry-run"],
        &["db", "update", "--yes"],
        &["diff", "--from", "empty", "--to", &url],
        &["migration", "show"],
        &["migration", "list"],
        &["migration", "graph"],
        &["migration", "log"],
        &["ref", "set", "here", "more"],
        &["ref", "list"],
        &["ref", "delete", "here"],
        &["check"],
        &["env"],
        &["env", "production"],
        &["dev", "--once"],
        &["dev", "--url"],
        &["seed", "--check"],
        &["seed", "--dry-run"],
        &["seed"],
        &["postgres", "list"],
        &["explain", "CONNECTION.AUTH_FAILED"],
        &["completions", "bash"],
    ] {
        scene.at_every_loudness(&url, arguments);
    }
    // A schema that is not what it should be.
    scene.execute("ALTER TABLE t DROP COLUMN a");
    for arguments in [["db", "verify"].as_slice(), &["db", "sign"], &["migrate"], &["status"]] {
        scene.at_every_loudness(&url, arguments);
    }
    // The other forms of the same.
    let (port, database, role) = (server().port(), scene.database.name(), &scene.role);
    let quoted = password.replace('\\', "\\\\").replace('\'', "\\'");
    let pairs = format!("host=127.0.0.1 port={port} dbname={database} user={role}");
    let to = format!("127.0.0.1:{port}/{database}?user={role}");
    scene.run(&format!("{pairs} password='{quoted}'"), &["migration", "log"]).ok();
    scene.run(&format!("postgresql://{to}&password={}", percent(&password)), &["migration", "log"]).ok();
    scene.run(&format!("jdbc:postgresql://{to}&password={}", percent(&password)), &["migration", "log"]).ok();
    let line = password.replace('\\', "\\\\").replace(':', "\\:");
    scene.set("PGPASSWORD", "");
    scene.set("PGPASSFILE", &scene.file("right", &format!("*:*:*:*:{line}\n")));
    scene.run(&pairs, &["migration", "log"]).ok();
    scene.run("", &["migration", "log", "--db", &pairs]).ok();
    scene.set("PGPASSWORD", &password);
    scene.run(&pairs, &["migration", "log"]).ok();
    let service = format!("[s]\nhost=127.0.0.1\nport={port}\ndbname={database}\nuser={role}\npassword={password}\n");
    scene.set("PGSERVICEFILE", &scene.file("services", &service));
    scene.set("PGPASSWORD", "");
    scene.run("service=s", &["migration", "log"]).ok();
    scene.clean_database();
}

#[test]
fn connections_that_fail() {
    let scene = Scene::new("fails");
    let right = scene.with_role();
    let (port, role) = (server().port(), scene.role.clone());
    let database = scene.database.name().to_owned();
    let secret = |what: &str| scene.plant(what);
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent_port = listener.local_addr().unwrap().port();
    let key = scene.file("client.key", &format!("-----BEGIN PRIVATE KEY-----\n{}\n", secret("sslkey's contents")));
    let open_key = scene.file("open.key", &secret("a key that others can read"));
    std::fs::set_permissions(&open_key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let garbage = scene.file("garbage.crt", &format!("not PEM {}", secret("sslcert's contents")));
    let open_file = scene.file("open_passfile", &format!("*:*:*:*:{}\n", secret("a passfile that others can read")));
    std::fs::set_permissions(&open_file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let broken = format!("[s]\nhost=x\n{}\n[t]\npasswort={}\n", secret("a broken line"), secret("an unknown key"));
    scene.set("PGSERVICEFILE", &scene.file("services", &broken));
    let at = format!("127.0.0.1:{port}/{database}");
    let right = percent(&right);
    let urls = [
        format!("postgresql://{role}:{}@{at}", secret("a wrong password")),
        format!("postgresql://nobody_here:{}@{at}", secret("the password of nobody")),
        format!("postgresql://{role}:{right}@127.0.0.1:{port}/not_there"),
        format!("postgresql://{role}:{}@no-such-host.invalid/x", secret("a host that is not found")),
        format!("postgresql://{role}:{}@127.0.0.1:1/x", secret("a port that is closed")),
        format!("postgresql://{role}:{}@127.0.0.1:1,127.0.0.1:2/x", secret("several hosts")),
        format!("postgresql://{role}:{}@{at}?sslmode=require", secret("no TLS")),
        format!("postgresql://{role}:{right}@{at}?target_session_attrs=standby"),
        format!("postgresql://{role}:{right}@{at}?channel_binding=require"),
        format!("postgresql://{role}:{right}@{at}?options=endpoint%3D{}", secret("an endpoint in options")),
        format!("postgresql://{role}:{right}@{at}?options=-c%20app.api_key%3D{}%20--odd", secret("a key in options")),
        format!("postgresql://{role}:{right}@{at}?options={}", secret("a word in options")),
        format!("postgresql://{role}:{right}@{at}?sslpassword={}", secret("sslpassword")),
        format!("postgresql://{role}:{right}@{at}?oauth_client_secret={}", secret("oauth_client_secret")),
        format!("postgresql://{role}:{right}@{at}?token={}", secret("a parameter that is unknown")),
        format!("postgresql://{at}?user={role}&password={}", secret("a password parameter")),
        format!("postgresql://{role}:{right}@{at}?sslmode=require&sslcert={garbage}&sslkey={key}"),
        format!("postgresql://{role}:{right}@{at}?sslmode=require&sslrootcert={garbage}"),
        format!("postgresql://{role}:{right}@{at}?sslmode=require&sslcert={garbage}&sslkey={open_key}"),
        format!("host=127.0.0.1 port={port} user={role} dbname={database} passfile={open_file}"),
        format!("service=s password={}", secret("beside a service that is broken")),
        "service=t".to_owned(),
        "service=none".to_owned(),
    ];
    let silent = format!("postgresql://{role}:{}@127.0.0.1:{silent_port}/x", secret("no answer"));
    scene.run(&silent, &["migrate", "-vvv"]);
    for url in &urls {
        for arguments in [["migrate"].as_slice(), &["db", "verify", "-vvv"], &["status", "--json"], &["env"]] {
            scene.run(url, arguments);
        }
        let end = scene.run("", &["db", "sign", "--db", url]);
        assert_ne!(end.code, 0, "{}", end.transcript());
        scene.run("", &["diff", "--from", "empty", "--to", url]);
        scene.run("", &["diff", "--from", url, "--to", "empty", "--json"]);
    }
    scene.clean_log();
}

#[test]
fn strings_that_cannot_be_read() {
    let scene = Scene::new("unread");
    let mut strings = Vec::new();
    for mark in
        ["@", "/", "?", "#", ":", "%", "%zz", "&", "=", " ", "'", "\"", "\\", "[", ",", "/?", "@/", "?a=", "://"]
    {
        // A password that is torn apart must not show its parts.
        let torn = format!("{}{mark}{}", scene.plant(&format!("before {mark}")), scene.plant(&format!("after {mark}")));
        strings.extend([
            format!("postgresql://app:{torn}@127.0.0.1:1/x"),
            format!("app:{torn}@127.0.0.1:1/x"),
            format!("mysql://app:{torn}@127.0.0.1:1/x"),
            format!("postgres:/app:{torn}@127.0.0.1:1/x"),
            format!("host=127.0.0.1 port=1 user=app password={torn} dbname=x"),
            format!("user=app password = '{torn}"),
            format!("postgresql://127.0.0.1:1/x?password={torn}&nonsense=1"),
        ]);
    }
    for text in &strings {
        scene.run(text, &["migrate"]);
        scene.run(text, &["status", "--json", "-vvv"]);
        scene.run(text, &["env"]);
        scene.run("", &["env", "--json", "--db", text]);
        scene.run("", &["db", "verify", "--db", text]);
    }
    // Where none is expected.
    for text in strings.iter().step_by(5).chain(&strings[..7]) {
        for arguments in [
            ["migrate", text.as_str()].as_slice(),
            &["migrate", &format!("--database={text}")],
            &["migrate", &format!("--db={text}"), text],
            &["migrate", "--to", text],
            &["migrate", "--json", "--to", text],
            &["plan", "--from", text, "-v"],
            &["ref", "set", "name", text],
            &["ref", "set", text, "empty"],
            &["diff", "--from", text, "--to", "empty"],
            &["migration", "show", text],
            &["migration", "new", text],
            &["explain", text],
            &["env", text],
            &["--env", text, "migrate"],
            &["--space", text, "migrate"],
            &["check", "--deny", text],
            &["--directory", text, "status"],
        ] {
            scene.run("", arguments);
        }
    }
}

#[test]
fn files_that_cannot_be_read() {
    let scene = Scene::new("files");
    let secret = |what: &str| scene.plant(what);
    let url = |what: &str| format!("postgresql://u:{}@127.0.0.1:1/x", secret(what));
    let broken = [
        format!("[database]\nurl = \"{}\n", url("a quote that does not end")),
        format!("[database]\nurl = {}\n", url("no quotes")),
        format!("[database]\nurll = \"{}\"\n", url("a key that is unknown")),
        format!("[database]\nurl = [\"{}\"]\n", url("a list")),
        format!("[database]\nlock_timeout = \"{}\"\n", secret("a word for a number")),
        format!("[database]\npasswd = \"{}\"\n", secret("passwd")),
        format!("[database]\nkey = '{}'\n", secret("a literal string")),
        format!("[env.x]\nprotected = \"{}\"\n", secret("a word for true or false")),
        format!("[env.x]\nurl = \"\"\"\n{}\n\"\"\" x\n", url("several lines")),
        format!("[env.x]\ndeny = \"{}\"\n", secret("a word for a list")),
        format!("[postgres]\nmajor = \"{}\"\n", secret("a major version")),
        format!("{}\n", secret("a word alone")),
        format!("[database]\nurl = \"host=127.0.0.1 port=1 password={}\"\n", secret("pairs")),
        format!("[database]\nurl = \"host=127.0.0.1 port=x password={}\"\n", secret("pairs with a wrong port")),
        format!("[database]\nurl = \"{}\"\n", url("a url that works")),
        format!("[database]\nurl = \"{}\"\nurl = \"{}\"\n", url("the first of two"), url("the second of two")),
    ];
    for text in &broken {
        scene.file("novate.toml", text);
        for arguments in
            [["migrate"].as_slice(), &["status", "--json"], &["db", "verify", "-vvv", "--env", "x"], &["env", "-v"]]
        {
            scene.run("", arguments);
        }
    }
    scene.file("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n");
    for text in [
        format!("DATABASE_URL='{}\n", url("a quote in .env")),
        format!("DATABASE_URL={} and more\n", url("a space in .env")),
        format!("{}\n", secret("a line of .env without a name")),
        format!("TOKEN=\"{}\nDATABASE_URL=x\n", secret("another quote in .env")),
        format!("DATABASE_URL={}\n", url("a .env that works")),
    ] {
        scene.file(".env", &text);
        scene.run("", &["migrate"]);
        scene.run("", &["status", "--json", "-vvv"]);
    }
    let contract = format!("CREATE ROLE app LOGIN PASSWORD '{}';\n", secret("a role in the contract"));
    let torn = format!("CREATE ROLE app PASSWORD '{}' BOGUS (;\n", secret("a statement that cannot be read"));
    for text in [&contract, &torn, &contract.replace(" LOGIN", " LOGIN LOGIN;"), &contract.replace("';", "")] {
        scene.project.contract(&format!("{ONE}{text}"));
        for arguments in [["contract", "emit"].as_slice(), &["plan", "--dry-run", "--json"], &["check", "-v"]] {
            scene.run("", arguments);
        }
    }
}

#[test]
fn statements_that_set_passwords() {
    let scene = Scene::new("sets");
    let url = scene.url(&scene.with_role());
    scene.run(&url, &["plan", "--name", "start"]).ok();
    scene.run(&url, &["migrate"]).ok();
    scene.project.contract(TWO);
    let role = format!("made_{}", scene.database.name());
    let secret = |what: &str| scene.plant(what);
    let post = format!("-- @postcheck\nSELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}');\n-- @end");
    let open = "-- @raw additive a role";
    // What the server refuses, and may repeat.
    for (what, statement) in [
        ("an option", "CREATE ROLE r PASSWORD 'PW' VALID UNTIL 'never and a day'"),
        ("a role that is not there", "ALTER ROLE not_there PASSWORD 'PW'"),
        ("a user", "ALTER USER not_there WITH ENCRYPTED PASSWORD 'PW'"),
        ("a block", "DO $$ BEGIN EXECUTE 'ALTER ROLE not_there PASSWORD ''PW'''; END $$"),
        ("a block that is wrong", "DO $$ BEGIN EXECUTE 'ALTER ROLE not_there PASSWORD ''PW'' ODD'; END $$"),
        ("no quotes", "DO $$ BEGIN EXECUTE 'ALTER ROLE not_there PASSWORD PW'; END $$"),
        ("a dollar quote", "ALTER ROLE not_there PASSWORD $x$PW$x$"),
        ("an escape", "ALTER ROLE not_there PASSWORD E'PW'"),
        ("a foreign server", "CREATE USER MAPPING FOR PUBLIC SERVER not_there OPTIONS (user 'u', password 'PW')"),
        ("a subscription", "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 password=PW' PUBLICATION p"),
        ("a message", "DO $$ BEGIN RAISE EXCEPTION 'cannot reach postgresql://u:PW@h/x'; END $$"),
        ("a notice", "DO $$ BEGIN RAISE WARNING 'password=PW'; RAISE EXCEPTION 'no'; END $$"),
    ] {
        let statement = statement.replace("PW", &secret(what));
        let folder = package(&scene, &url, "role", "", &format!("{open}\n{statement};\n{post}"));
        scene.run(&url, &["migration", "emit"]).ok();
        let end = scene.run(&url, &["migrate"]);
        assert_eq!(end.code, 5, "{}", end.transcript());
        for arguments in [
            ["migrate", "-vvv"].as_slice(),
            &["migrate", "--json"],
            &["migrate", "--dry-run"],
            &["migrate", "--plan", "--json"],
            &["migration", "show"],
            &["migration", "show", "--json"],
            &["migration", "check", "--json"],
            &["check"],
            &["env"],
            &["env", "production"],
            &["dev", "--once"],
            &["dev", "--url"],
            &["seed", "--check"],
            &["seed", "--dry-run"],
            &["seed"],
            &["status"],
        ] {
            scene.run(&url, arguments);
        }
        std::fs::remove_dir_all(scene.project.path(&folder)).unwrap();
    }
    // What the compiler refuses, with the line.
    for (what, statement) in [
        ("no block around it", "CREATE ROLE r PASSWORD 'PW';"),
        ("torn", "CREATE ROLE r PASSWORD 'PW' (;"),
        ("no quotes for the compiler", "CREATE ROLE r PASSWORD PW;"),
        ("a quote that does not end", "CREATE ROLE r PASSWORD 'PW;"),
    ] {
        let statement = statement.replace("PW", &secret(what));
        let folder = package(&scene, &url, "torn", "", &statement);
        scene.run(&url, &["migration", "emit"]);
        scene.run(&url, &["migration", "emit", "--json"]);
        scene.run(&url, &["check", "-v"]);
        std::fs::remove_dir_all(scene.project.path(&folder)).unwrap();
    }
    // What works, in one transaction and operation by operation; the second stops midway.
    let made = format!("CREATE ROLE {role} LOGIN PASSWORD '{}'", secret("a role that is made"));
    package(&scene, &url, "made", "", &format!("{open}\n{made};\n{post}"));
    scene.run(&url, &["migration", "emit"]).ok();
    scene.run(&url, &["migrate"]).ok();
    scene.project.contract(&TWO.replace("a text", "a text, b text"));
    let post = post.replace("rolname", "rolconnlimit = 7 AND rolname");
    let again = format!("ALTER ROLE {role} CONNECTION LIMIT 7 PASSWORD '{}'", secret("a role that is altered"));
    let stops = "-- @raw additive stops\nSELECT 1/0;\n-- @postcheck\nSELECT false;\n-- @end";
    package(&scene, &url, "again", "-- @transaction statement\n", &format!("{open}\n{again};\n{post}\n{stops}"));
    scene.run(&url, &["migration", "emit"]).ok();
    let end = scene.run(&url, &["migrate"]);
    assert_eq!(end.code, 6, "{}", end.transcript());
    for arguments in [["status"].as_slice(), &["db", "verify", "--json"], &["migration", "log", "--json"]] {
        scene.run(&url, arguments);
    }
    scene.clean_database();
    scene.execute(&format!("DROP ROLE {role}"));
}

#[test]
fn no_password_is_ever_shown() {
    const SECRET: &str = "hunter2-Sesame";
    let project = Project::migrated(ONE);
    project.contract(&format!("{TWO}CREATE TABLE u (id int PRIMARY KEY);\n"));
    project.novate("plan --name two").ok();
    let url = project.db.url().replace("postgres@", &format!("postgres:{SECRET}@"));
    let hidden = |url: &str, arguments: &str| {
        let end = project.novate_on(url, arguments);
        end.does_not_say(SECRET)
    };
    for arguments in [
        "status",
        "db verify",
        "migrate --plan",
        "migrate --dry-run",
        "migrate --plan -v",
        "db verify --json",
        "db schema",
    ] {
        hidden(&url, arguments);
    }
    let broken = [
        url.replace(project.db.name(), "no_such_database"),
        url.replace("postgres:", "nobody:"),
        format!("postgresql://postgres:{SECRET}@127.0.0.1:1/x"),
        format!("postgresql://postgres:{SECRET}@no-such-host.invalid/x"),
        format!("postgresql://postgres:{SECRET}@127.0.0.1:notaport/x"),
        format!("postgresql://postgres:{SECRET}@127.0.0.1/x?sslmode=odd"),
        format!("postgresql://postgres:{SECRET}@127.0.0.1:1/x?unknown_parameter=1"),
        format!("postgresql://postgres:{SECRET}@[::1/x"),
        format!("postgres//postgres:{SECRET}@127.0.0.1/x"),
        format!("mysql://root:{SECRET}@127.0.0.1/x"),
        format!("host=127.0.0.1 port=1 user=postgres password={SECRET} dbname=x"),
        format!("host=127.0.0.1 port=one user=postgres password='{SECRET}' dbname=x"),
        format!("host=127.0.0.1 password='{SECRET}"),
        format!("postgresql://postgres:{SECRET}%zz@127.0.0.1:1/x"),
    ];
    for url in &broken {
        for arguments in ["migrate", "migrate --json", "db verify -vv", "db schema"] {
            let end = hidden(url, arguments);
            assert_eq!(end.code, 2, "{}", end.transcript());
        }
        let output = project.command(&project.db.url(), "status").args(["--db", url]).output().unwrap();
        ran("status --db", &output).does_not_say(SECRET);
    }
    // In novate.toml, and where a statement fails.
    project.write("novate.toml", &format!("[database]\nurl = \"{url}\"\n"));
    project.sql("CREATE TABLE u (x text)");
    hidden("", "migrate").fails(5, "MIGRATION.");
    project.write("novate.toml", &format!("[database]\nurl = \"{url}\nprotected\n"));
    hidden("", "migrate").fails(2, "CONFIG.INVALID");
    project.write("novate.toml", &format!("[database]\nurll = \"{url}\"\n"));
    hidden("", "migrate").fails(2, "CONFIG.UNKNOWN_KEY");
    project.write("novate.toml", &format!("[database]\nurl = [\"{url}\"]\n"));
    hidden("", "migrate").fails(2, "CONFIG.INVALID");
}
