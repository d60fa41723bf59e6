//! Clients and servers that are played: what arrives on the other side, and where it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use novate_proxy::{Cut, Proxy, Then, Traffic};

const STARTUP: [u8; 8] = [0, 0, 0, 8, 0, 3, 0, 0];

/// `Q` with a text, as a client asks it, or another message.
fn message(kind: u8, text: &str) -> Vec<u8> {
    let mut all = vec![kind];
    all.extend(u32::try_from(text.len() + 4).unwrap().to_be_bytes());
    all.extend(text.as_bytes());
    all
}

/// A server that answers each question with two messages: its own text, and that it is ready.
fn server() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            std::thread::spawn(move || {
                client.read_exact(&mut [0; 8]).unwrap();
                client.write_all(&message(b'Z', "I")).unwrap();
                let mut head = [0; 5];
                while client.read_exact(&mut head).is_ok() {
                    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
                    let mut text = vec![0; length - 4];
                    client.read_exact(&mut text).unwrap();
                    client.write_all(&message(b'C', &String::from_utf8(text).unwrap())).unwrap();
                    client.write_all(&message(b'Z', "I")).unwrap();
                }
            });
        }
    });
    (folder, socket)
}

/// Connects, asks `one` and `two`, and gives what came back until the connection ended or all was answered.
fn session(proxy: &Proxy) -> Vec<u8> {
    let url = proxy.url("x");
    let port = url.split(':').next_back().and_then(|rest| rest.split('/').next()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    let mut kinds = Vec::new();
    let mut read = |stream: &mut TcpStream, count: usize| {
        for _ in 0..count {
            let mut head = [0; 5];
            if stream.read_exact(&mut head).is_err() {
                return false;
            }
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
            if stream.read_exact(&mut vec![0; length - 4]).is_err() {
                return false;
            }
            kinds.push(head[0]);
        }
        true
    };
    let _ = stream.write_all(&STARTUP);
    let mut goes_on = read(&mut stream, 1);
    for text in ["one", "two"] {
        goes_on = goes_on && stream.write_all(&message(b'Q', text)).is_ok() && read(&mut stream, 2);
    }
    kinds
}

#[test]
fn all_is_counted() {
    let (_folder, socket) = server();
    let proxy = Proxy::to(socket).unwrap();
    assert_eq!(session(&proxy), b"ZCZCZ");
    let questions = vec!["one".to_owned(), "two".to_owned()];
    assert_eq!(proxy.traffic(), Traffic { questions, to_server: 3, to_client: b"ZCZCZ".to_vec() });
}

#[test]
fn it_is_cut_where_it_is_told_to_and_once() {
    for (cut, left, asked) in [
        (Cut::Before(1), "Z", 1),
        (Cut::Before(2), "ZCZ", 2),
        (Cut::After(1), "Z", 1),
        (Cut::After(2), "ZCZ", 2),
        (Cut::ToServer(1), "", 0),
        (Cut::ToServer(3), "ZCZ", 2),
        (Cut::ToClient(1), "", 0),
        (Cut::ToClient(3), "ZC", 1),
    ] {
        let (_folder, socket) = server();
        let proxy = Proxy::to(socket).unwrap().cut(cut, Then::Served);
        assert_eq!(String::from_utf8(session(&proxy)).unwrap(), left, "{cut:?}");
        assert_eq!(proxy.traffic().questions.len(), asked, "{cut:?}");
        assert_eq!(session(&proxy), b"ZCZCZ", "{cut:?}");
    }
}

#[test]
fn nobody_is_served_any_more() {
    let (_folder, socket) = server();
    let proxy = Proxy::to(socket).unwrap().cut(Cut::ToServer(2), Then::Refused);
    assert_eq!(session(&proxy), b"Z");
    assert_eq!(session(&proxy), b"");
}

#[test]
fn another_server_takes_over() {
    let proxy = Proxy::to("/nowhere").unwrap();
    assert_eq!(session(&proxy), b"");
    let (_folder, socket) = server();
    proxy.aim(socket);
    assert_eq!(session(&proxy), b"ZCZCZ");
}
