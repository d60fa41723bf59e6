//! A proxy between a client and a PostgreSQL server, for tests and drills: it counts what is asked, makes every round
//! trip longer, and cuts the connection where it is told to.
//!
//! It listens on a port of this machine and speaks to the server's unix socket, without TLS. It must never change a
//! message, and it knows nothing of what the messages are about.
#![cfg(unix)]
#![forbid(unsafe_code)]

mod relay;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where to cut. Numbers count from 1, over all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The question of that number does not reach the server.
    Before(usize),
    /// The server answers the question of that number, and the answer is lost.
    After(usize),
    /// The client's message of that number does not reach the server.
    ToServer(usize),
    /// The server's message of that number does not reach the client.
    ToClient(usize),
}

/// How often a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Then {
    /// Who connects again is served.
    #[default]
    Served,
    /// Nobody is served any more.
    Refused,
}

/// What passed so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The questions: each is a message after which the client waits, that is, a round trip.
    pub questions: Vec<String>,
    /// Messages of the client, startup among them.
    pub to_server: usize,
    /// Messages of the server, each by the byte that says its type.
    pub to_client: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    traffic: Traffic,
    socket: PathBuf,
    cut: Option<Cut>,
    then: Then,
    delay: Duration,
    /// Nobody is served any more.
    dead: bool,
    /// The value is gone.
    ended: bool,
}

/// The proxy; it serves until the value is dropped. Connections that are open then go on.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy to the server that listens at a socket, such as `/run/postgresql/.s.PGSQL.5432`.
    pub fn to(socket: impl Into<PathBuf>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State { socket: socket.into(), ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let socket = {
                    let state = lock(&shared);
                    if state.ended {
                        return;
                    }
                    (!state.dead).then(|| state.socket.clone())
                };
                // A client that is not served finds its connection closed.
                if let (Ok(client), Some(socket)) = (client, socket)
                    && let Ok(server) = UnixStream::connect(socket)
                {
                    // One whose connection cannot be relayed finds it closed too.
                    let _ = relay::start(client, server, &shared);
                }
            }
        });
        Ok(Self { port, state })
    }

    /// The same, to be cut once.
    #[must_use]
    pub fn cut(self, cut: Cut, then: Then) -> Self {
        {
            let mut state = lock(&self.state);
            state.cut = Some(cut);
            state.then = then;
        }
        self
    }

    /// The same, with every round trip longer.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        lock(&self.state).delay = delay;
        self
    }

    /// Serves those who connect from now on from another socket.
    pub fn aim(&self, socket: impl Into<PathBuf>) {
        lock(&self.state).socket = socket.into();
    }

    /// The URL of a database of the server, for the superuser `postgres`.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// What passed so far.
    pub fn traffic(&self) -> Traffic {
        lock(&self.state).traffic.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        lock(&self.state).ended = true;
        // The thread that listens wakes up, sees it and ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
