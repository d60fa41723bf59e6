//! A proxy between novate and a server, which counts what is asked and cuts the connection where it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

/// Where to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The question of that number, from 1, does not reach the server.
    Before(usize),
    /// The server answers the question of that number, and the answer is lost.
    After(usize),
}

#[derive(Default)]
struct State {
    questions: Vec<String>,
    cut: Option<Cut>,
    /// Whether connections are refused after the cut.
    for_good: bool,
    dead: bool,
}

/// The proxy; it ends with the process.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy to the server that listens at a socket, to be cut where `cut` says, and after that for good or not.
    pub(crate) fn to(socket: &str, cut: Option<Cut>, for_good: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State { cut, for_good, ..State::default() }));
        let (shared, socket) = (Arc::clone(&state), socket.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.lock().unwrap().dead {
                    continue;
                }
                let Ok(server) = UnixStream::connect(&socket) else { continue };
                connect(client, server, &shared);
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// What was asked so far: each waited for an answer.
    pub(crate) fn questions(&self) -> Vec<String> {
        self.state.lock().unwrap().questions.clone()
    }
}

fn connect(client: TcpStream, server: UnixStream, state: &Arc<Mutex<State>>) {
    let swallow = Arc::new(Mutex::new(false));
    let ends = (client.try_clone().expect("a clone"), server.try_clone().expect("a clone"));
    let (shared, lost) = (Arc::clone(state), Arc::clone(&swallow));
    std::thread::spawn(move || {
        let (mut from, mut to) = ends;
        let _ = ask(&mut from, &mut to, &shared, &lost);
        let _ = to.shutdown(Shutdown::Both);
        // Where the answer is to be lost the other direction ends the connection, once there is one.
        if !*lost.lock().unwrap() {
            let _ = from.shutdown(Shutdown::Both);
        }
    });
    std::thread::spawn(move || {
        let (mut to, mut from) = (client, server);
        let _ = answer(&mut from, &mut to, &swallow);
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}

fn message(from: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let mut all = head.to_vec();
    all.resize(length + 1, 0);
    from.read_exact(&mut all[5..])?;
    Ok(all)
}

fn ask(from: &mut TcpStream, to: &mut UnixStream, state: &Mutex<State>, lost: &Mutex<bool>) -> std::io::Result<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut startup = length.to_vec();
    startup.resize(u32::from_be_bytes(length) as usize, 0);
    from.read_exact(&mut startup[4..])?;
    to.write_all(&startup)?;
    // The second connection that looks on while something takes long is none of the run's own.
    let looks_on = String::from_utf8_lossy(&startup).contains("novate (watching)");
    loop {
        let message = message(from)?;
        // A simple query, or the Sync that ends an extended one: after these the client waits.
        if matches!(message[0], b'Q' | b'S') && !looks_on {
            let mut state = state.lock().unwrap();
            state.questions.push(String::from_utf8_lossy(&message[5..]).into_owned());
            let count = state.questions.len();
            match state.cut {
                Some(Cut::Before(at)) if at == count => {
                    state.cut = None;
                    state.dead = state.for_good;
                    return Ok(());
                }
                Some(Cut::After(at)) if at == count => {
                    state.cut = None;
                    state.dead = state.for_good;
                    *lost.lock().unwrap() = true;
                }
                _ => {}
            }
        }
        to.write_all(&message)?;
    }
}

fn answer(from: &mut UnixStream, to: &mut TcpStream, swallow: &Mutex<bool>) -> std::io::Result<()> {
    loop {
        let message = message(from)?;
        if *swallow.lock().unwrap() {
            if message[0] == b'Z' {
                return Ok(());
            }
        } else {
            to.write_all(&message)?;
        }
    }
}
