//! Thirty instances start at once on an empty database: one of them migrates, all serve, and none leaves anything behind.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use novate_scratch::{Database, Server};

const INSTANCES: usize = 30;
/// Long enough for any machine; nothing is said about how long it takes.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running instance; it ends with this value.
struct Instance {
    process: Child,
    lines: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Instance {
    fn start(database: &Database) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_notes"))
            .env_clear()
            .env("DATABASE_URL", database.url())
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (say, lines) = mpsc::channel();
        let out = process.stdout.take().unwrap();
        let errors = process.stderr.take().unwrap();
        let also = say.clone();
        std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|l| say.send(l)));
        std::thread::spawn(move || {
            BufReader::new(errors).lines().map_while(Result::ok).try_for_each(|line| also.send(format!("! {line}")))
        });
        Self { process, lines, said: Vec::new() }
    }

    /// The rest of the first line that begins with `beginning`.
    fn line(&mut self, beginning: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = self.said.iter().find_map(|line| line.strip_prefix(beginning)) {
                return found.to_owned();
            }
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.said.push(line),
                Err(error) => panic!("no line {beginning:?} ({error}): {:#?}", self.said),
            }
        }
    }

    fn address(&mut self) -> String {
        self.line("listening on ")
    }

    /// Asks it to end as an orchestrator does, and waits for that.
    fn end(mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        let ended = self.process.wait().unwrap();
        assert!(ended.success(), "{ended}: {:#?}", self.said);
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Status and body of an answer.
fn http(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn get(address: &str, path: &str) -> (u16, String) {
    http(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

fn one(database: &Database, sql: &str) -> String {
    let rows = database.execute(sql).unwrap();
    rows[0][0].clone().unwrap()
}

/// The packages that the example ships.
fn packages() -> usize {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/app")).unwrap();
    folder.filter(|entry| entry.as_ref().unwrap().path().join("migration.json").is_file()).count()
}

#[test]
fn thirty_instances_start_at_once_one_migrates_and_all_serve() {
    let database = Server::shared().unwrap().database("instances").unwrap();
    let mut instances: Vec<Instance> = (0..INSTANCES).map(|_| Instance::start(&database)).collect();
    let addresses: Vec<String> = instances.iter_mut().map(Instance::address).collect();

    let applied: Vec<String> = instances.iter_mut().map(|instance| instance.line("applied ")).collect();
    let number = |said: &String| said.strip_suffix(" packages").unwrap().parse::<usize>().unwrap();
    let migrated: Vec<usize> = applied.iter().map(number).filter(|applied| *applied > 0).collect();
    assert_eq!(migrated, [packages()], "one of them did everything: {applied:?}");

    let contract = one(&database, "SELECT hash FROM novate.marker");
    for address in &addresses {
        let (status, body) = get(address, "/health");
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("\"ready\":true"), "{body}");
        let shown = body.split("\"contract\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(shown.len() >= 8 && contract.starts_with(shown), "{body} {contract}");
        assert_eq!(get(address, "/notes"), (200, "[]".to_owned()));
    }

    assert_eq!(one(&database, "SELECT count(*) FROM novate.ledger"), packages().to_string());
    assert_eq!(one(&database, "SELECT count(DISTINCT package) FROM novate.ledger"), packages().to_string());
    assert_eq!(one(&database, "SELECT count(*) FROM novate.progress"), "0");

    instances.into_iter().for_each(Instance::end);
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let until = Instant::now() + PATIENCE;
    while one(&database, others) != "0" {
        assert!(Instant::now() < until, "sessions are left behind");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_one_instance_writes_another_one_reads() {
    let database = Server::shared().unwrap().database("instances").unwrap();
    let (mut one, mut other) = (Instance::start(&database), Instance::start(&database));
    let body = r#"{"body":"buy milk","pinned":true}"#;
    let address = one.address();
    let (status, note) = http(
        &address,
        &format!(
            "POST /notes HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert_eq!(status, 201, "{note}");
    assert_eq!(get(&other.address(), "/notes"), (200, r#"[{"id":1,"body":"buy milk","pinned":true}]"#.to_owned()));
}

#[test]
fn an_instance_without_a_database_says_what_to_set() {
    let output = Command::new(env!("CARGO_BIN_EXE_notes")).env_clear().output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("CONFIG.NO_DATABASE") && said.contains("set DATABASE_URL="), "{said}");
}
