//! A rehearsal on a branch of a Neon project, whose API is a server of the test that makes each branch a database.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::{Project, planned};

/// What the API knows.
#[derive(Default)]
struct Api {
    /// What was asked, in order: method and path.
    asked: Vec<String>,
    /// The name of the branch that was made.
    branch: Option<String>,
}

struct Neon {
    url: String,
    api: Arc<Mutex<Api>>,
}

impl Neon {
    /// `copy` is where the one branch is connected to. The first request is told that the project is busy.
    fn start(copy: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2", listener.local_addr().unwrap());
        let api = Arc::new(Mutex::new(Api::default()));
        let shared = Arc::clone(&api);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &shared, &copy);
            }
        });
        Self { url, api }
    }

    fn asked(&self) -> Vec<String> {
        self.api.lock().unwrap().asked.clone()
    }
}

fn answer(mut stream: TcpStream, api: &Mutex<Api>, copy: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let (mut length, mut key) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        length = header.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
        key |= header == "authorization: bearer napi_s3cret";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let path = path.strip_prefix("/api/v2/projects/calm-river-1/").unwrap_or(path);
    let mut api = api.lock().unwrap();
    let first = api.asked.is_empty();
    api.asked.push(format!("{method} {}", path.split('?').next().unwrap()));
    let branch = |name: &str| {
        format!(
            r#"{{"id":"br-1","name":"{name}","project_id":"calm-river-1","parent_id":"br-main","default":false,"protected":false,"created_at":"2026-05-15T12:00:00Z"}}"#
        )
    };
    let (status, text) = match (method, path.split('?').next().unwrap()) {
        _ if !key => (401, r#"{"code":"","message":"authentication failed","request_id":"r"}"#.to_owned()),
        ("POST", _) if first => (423, r#"{"code":"","message":"busy","request_id":"r"}"#.to_owned()),
        ("POST", "branches") => {
            let asked: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let name = asked["branch"]["name"].as_str().unwrap().to_owned();
            let text = format!(r#"{{"branch":{},"endpoints":[],"operations":[]}}"#, branch(&name));
            api.branch = Some(name);
            (201, text)
        }
        ("GET", "branches/br-1/endpoints") => (
            200,
            r#"{"endpoints":[{"id":"ep-1","type":"read_write","current_state":"idle","pending_state":null}]}"#
                .to_owned(),
        ),
        ("GET", "connection_uri") => (200, serde_json::json!({ "uri": copy }).to_string()),
        ("DELETE", "branches/br-1") => {
            let name = api.branch.take().unwrap();
            (200, format!(r#"{{"branch":{},"operations":[]}}"#, branch(&name)))
        }
        _ => (404, r#"{"code":"","message":"not found","request_id":"r"}"#.to_owned()),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
}

fn with_project(project: &Project, url: &str, key: &str) {
    project.write(".env.local", &format!("NEON_API_KEY={key}\nNEON_PROJECT_ID=calm-river-1\nNEON_API_URL={url}\n"));
}

#[test]
fn a_branch_is_made_migrated_and_deleted() {
    let project = planned(&[("age int", "age bigint")], "", None);
    project.novate("rehearse --on neon").fails(2, "REHEARSE.NO_NEON").says("NEON_API_KEY").says(".env.local");
    // What Neon would branch is copied beforehand.
    let name = format!("branch_of_{}", project.db.name());
    project.another().execute(&format!("CREATE DATABASE {name} TEMPLATE {}", project.db.name())).unwrap();
    let neon = Neon::start(project.db.url().replace(project.db.name(), &name).replace("@/", "@localhost/"));
    with_project(&project, &neon.url, "napi_s3cret");
    project
        .novate("rehearse --on neon")
        .ok()
        .says("making the branch novate-rehearse-")
        .says("other operations run on the project")
        .says("The rehearsal is clean")
        .says("the copy is removed")
        .does_not_say("s3cret");
    assert_eq!(
        neon.asked(),
        ["POST branches", "POST branches", "GET branches/br-1/endpoints", "GET connection_uri", "DELETE branches/br-1"]
    );
    // On the branch it was done, on the database it was not.
    let ty = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'age'";
    assert_eq!(project.value(ty), "integer");
    with_project(&project, &neon.url, "napi_wrong");
    project.novate("rehearse --on neon").fails(2, "NEON.UNAUTHORIZED").does_not_say("napi_wrong");
    project.another().execute(&format!("DROP DATABASE {name}")).unwrap();
}

#[test]
fn a_branch_goes_when_the_rehearsal_fails() {
    let project = planned(&[("age int", "age int CHECK (age < 50)")], "", None);
    let name = format!("branch_of_{}", project.db.name());
    project.another().execute(&format!("CREATE DATABASE {name} TEMPLATE {}", project.db.name())).unwrap();
    let neon = Neon::start(project.db.url().replace(project.db.name(), &name).replace("@/", "@localhost/"));
    with_project(&project, &neon.url, "napi_s3cret");
    project.novate("rehearse --on neon").fails(5, "REHEARSE.FAILED").says("the copy is removed");
    assert_eq!(neon.asked().last().unwrap(), "DELETE branches/br-1");
    with_project(&project, &neon.url, "napi_s3cret");
    project.novate("rehearse --on neon --keep").fails(5, "REHEARSE.FAILED").says("the copy is left at");
    assert_eq!(neon.asked().last().unwrap(), "GET connection_uri");
    project.another().execute(&format!("DROP DATABASE {name}")).unwrap();
}
