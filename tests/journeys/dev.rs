//! `novate dev`: a server that follows the contract while it is edited, and is there again the next time.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::{Project, ran, signal};

const ONE: &str = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);\n";
const TWO: &str = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text);\n";
const SEED: &str = "-- @check\nSELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users);\n-- @run\nINSERT INTO users (id, email) \
                    VALUES (1, 'a@b');\n-- @end\n";

/// A `novate dev` that runs, and what it has said so far.
struct Dev {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
    /// Ends when everything that it said is in `err`.
    reader: JoinHandle<()>,
}

impl Dev {
    fn start(project: &Project, arguments: &str) -> Self {
        let mut child = project.command("", arguments).stdin(Stdio::null()).spawn().unwrap();
        let (out, _) = collect(child.stdout.take().unwrap());
        let (err, reader) = collect(child.stderr.take().unwrap());
        Self { child, out, err, reader }
    }

    /// Waits until it has said something that it had not said at `from`; gives where that ends.
    #[track_caller]
    fn hears(&mut self, from: usize, text: &str) -> usize {
        let began = Instant::now();
        loop {
            let said = self.err.lock().unwrap().clone();
            if let Some(at) = said.get(from..).and_then(|said| said.find(text)) {
                return from + at + text.len();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < Duration::from_secs(90), "no {text:?} in:\n{said}\n{ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn url(&self) -> String {
        self.out.lock().unwrap().trim().to_owned()
    }

    /// Ends it with a signal; gives its exit code.
    fn end(mut self, name: &str) -> (Option<i32>, String) {
        signal(&self.child, name);
        let code = self.child.wait().unwrap().code();
        self.reader.join().unwrap();
        (code, self.err.lock().unwrap().clone())
    }
}

fn collect(mut from: impl Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let into = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&into);
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(many @ 1..) = from.read(&mut bytes) {
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..many]));
        }
    });
    (into, reader)
}

fn project() -> Project {
    let project = Project::with_contract(ONE);
    // Root's servers run as somebody else.
    std::fs::set_permissions(project.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    project.write("seeds/first.sql", SEED);
    project
}

/// The live schema, as another program sees it.
fn schema(project: &Project, url: &str) -> String {
    project.novate_on("", &format!("db schema --db {url}")).ok().out
}

#[test]
fn the_contract_is_followed_and_the_data_stays() {
    let project = project();
    let mut dev = Dev::start(&project, "dev");
    let at = dev.hears(0, "watching contracts/app.sql");
    let url = dev.url();
    assert!(url.starts_with("postgresql://postgres:") && url.contains("@127.0.0.1:"), "{url}");
    assert!(dev.err.lock().unwrap().contains("seeds/first.sql: ran, 1 row"), "{}", dev.err.lock().unwrap());
    project.novate("dev --url").ok().says(&url);
    assert_eq!(project.novate("dev --url --json").ok().json()["url"], url);
    project.novate("dev --db postgresql://x/y").fails(2, "USAGE");
    project.novate("dev").fails(2, "DEV.RUNNING").says("novate dev --url").does_not_say(&url);
    assert!(!schema(&project, &url).contains("name"));

    project.contract(TWO);
    let at = dev.hears(at, "1 operation applied, verified and signed");
    assert!(schema(&project, &url).contains("name text"));
    // What is broken is shown as `plan` shows it, and nothing happens.
    project.contract("CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text;\n");
    let at = dev.hears(at, "CONTRACT.SYNTAX");
    let at = dev.hears(at, "contracts/app.sql:1:");
    assert!(schema(&project, &url).contains("name text"));
    // What loses data waits for a consent.
    project.contract(ONE);
    let at = dev.hears(at, "DB.DATA_LOSS");
    let at = dev.hears(at, "--accept-data-loss");
    assert!(schema(&project, &url).contains("name text"));
    // A seed is watched too.
    project.contract(TWO);
    let at = dev.hears(at, "the database is what the contract says");
    project.write("seeds/first.sql", &SEED.replace("FROM users", "FROM user"));
    let at = dev.hears(at, "SEED.UNKNOWN_NAME");
    project.write("seeds/first.sql", SEED);
    dev.hears(at, "the database is what the contract says");
    project.novate_on("", &format!("db verify --strict --db {url}")).ok();

    let (code, said) = dev.end("INT");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("PostgreSQL is stopped"), "{said}");
    project.novate("dev --url").fails(2, "DEV.NOT_RUNNING");
    project.novate_on("", &format!("status --db {url}")).fails(2, "CONNECTION.");

    // The same data at the same place, and nothing to do.
    let mut dev = Dev::start(&project, "dev");
    dev.hears(0, "watching contracts/app.sql");
    assert_eq!(dev.url(), url);
    assert!(!dev.err.lock().unwrap().contains("ran,"), "{}", dev.err.lock().unwrap());
    let json = project.novate_on("", &format!("migration log --json --db {url}")).ok().json();
    let kinds: Vec<&str> = json["entries"].as_array().unwrap().iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "seed").count(), 1, "{kinds:?}");
    let (code, said) = dev.end("TERM");
    assert_eq!(code, Some(0), "{said}");
    // Nothing of it is for git.
    assert_eq!(project.read(".novate/.gitignore"), "*\n");
}

#[test]
fn a_killed_one_leaves_nothing_in_the_way() {
    let project = project();
    let mut dev = Dev::start(&project, "dev");
    dev.hears(0, "watching");
    let url = dev.url();
    let (code, _) = dev.end("KILL");
    assert_eq!(code, None);
    let output = project.command("", "dev --once").output().unwrap();
    let again = ran("dev --once", &output).ok().says("the database is what the contract says");
    assert_eq!(again.out.trim(), url);
    assert!(!again.err.contains("ran,"), "{}", again.err);
    // It ends with its one round, and says how that went.
    project.contract("nonsense;\n");
    project.novate("dev --once").fails(2, "CONTRACT.SYNTAX").says("PostgreSQL is stopped");
    project.contract("CREATE TABLE users (id int PRIMARY KEY);\n");
    project.write("seeds/first.sql", &SEED.replace(", email", "").replace(", 'a@b'", ""));
    project.novate("dev --once").fails(7, "DB.DATA_LOSS");
    let json = project.novate("dev --once --accept-data-loss --json").ok().json();
    assert_eq!(json["url"], url, "{json}");
    // Somebody else has its port.
    let port = project.read(".novate/dev/port");
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port.trim().parse().unwrap())).unwrap();
    let moved = project.novate("dev --once").ok().says(&format!("another program has port {}", port.trim()));
    assert_ne!(moved.out.trim(), url);
}

#[test]
fn what_is_left_to_others_is_made_here() {
    let project = project();
    project.write("seeds/first.sql", &SEED.replace("users", "auth.users"));
    let declared = |columns: &str| {
        format!(
            "-- @control external\nCREATE SCHEMA auth;\n-- @control external\nCREATE TABLE auth.users (id int PRIMARY \
             KEY, email text{columns});\nCREATE TABLE t (id int REFERENCES auth.users (id));\n"
        )
    };
    project.contract(&declared(""));
    project.novate("dev --once").ok().says("Create table auth.users").says("ran, 1 row");
    // What the rows that are there forbid is said with its next step.
    project.contract(&declared(", name int CHECK (id > 1)"));
    project.novate("dev --once").fails(5, "MIGRATION.PRECHECK_FAILED").says("nothing was changed").does_not_say("emit");
    project.contract(&declared(", name text"));
    project.novate("dev --once").ok().says("1 operation applied, verified and signed");
    project.novate("dev --once").ok().says("the database is what the contract says");
}
