//! A server that answers as it was told to, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with one request.
pub(super) enum Reply {
    /// Answers.
    Json(u16, String),
    /// Answers with one more header.
    With(u16, &'static str, String),
    /// Ends the connection within the body.
    Cut(String),
    /// Ends the connection without a word.
    Close,
    /// Says nothing for longer than anybody waits.
    Hang,
    /// Sends more than anybody reads.
    Flood,
    /// Sends something else than HTTP.
    Noise,
}

pub(super) fn ok(body: impl Into<String>) -> Reply {
    Reply::Json(200, body.into())
}

pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::Json(status, format!(r#"{{"code":"{code}","message":"{message}","request_id":"req-{status}"}}"#))
}

/// A request: `POST /projects/p/branches`, and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) body: String,
    pub(super) authorization: String,
}

pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers each request by what `reply` says of it and of how many came before. Ends with the test's process.
    pub(super) fn new(reply: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, reply) = (Arc::clone(&asked), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                std::thread::spawn(move || serve(stream.unwrap(), &log, &*reply));
            }
        });
        Self { url, asked }
    }

    /// Answers one request after the other, each with its own reply.
    pub(super) fn script(replies: Vec<Reply>) -> Self {
        let replies: Vec<_> = replies.into_iter().map(|reply| Mutex::new(Some(reply))).collect();
        Self::new(move |number, asked| {
            let reply = replies.get(number).and_then(|reply| reply.lock().unwrap().take());
            reply.unwrap_or_else(|| error(400, "", &format!("nobody expected {}", asked.line)))
        })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.line.clone()).collect()
    }

    pub(super) fn asked(&self, number: usize) -> Asked {
        self.asked.lock().unwrap()[number].clone()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, reply: &(dyn Fn(usize, &Asked) -> Reply + Sync)) {
    let Some(asked) = read(&stream) else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    // The client may have gone away by now.
    let _ = match reply(number, &asked) {
        Reply::Json(status, body) => answer(&mut stream, status, "", &body, body.len()),
        Reply::With(status, header, body) => answer(&mut stream, status, header, &body, body.len()),
        Reply::Cut(body) => answer(&mut stream, 200, "", &body, body.len() + 100),
        Reply::Close => Ok(()),
        Reply::Hang => {
            std::thread::sleep(Duration::from_hours(1));
            Ok(())
        }
        Reply::Flood => {
            let many = format!(r#"{{"branches":[],"x":"{}"}}"#, "x".repeat(5 << 20));
            answer(&mut stream, 200, "", &many, many.len())
        }
        Reply::Noise => stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    };
}

fn answer(stream: &mut TcpStream, status: u16, header: &str, body: &str, length: usize) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} X\r\n{header}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").replacen("/api/v2", "", 1);
    Some(Asked { line, body: String::from_utf8(body).unwrap(), authorization })
}
