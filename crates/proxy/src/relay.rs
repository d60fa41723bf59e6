//! One connection: message by message, a thread for each direction.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::{Cut, State, Then, lock};

/// Longer messages are none that a client and a server of ours exchange.
const LONGEST: usize = 1 << 30;

pub(crate) fn start(client: TcpStream, server: UnixStream, state: &Arc<Mutex<State>>) -> io::Result<()> {
    client.set_nodelay(true)?;
    // The answer under way is to be swallowed, and the connection ends with it.
    let swallow = Arc::new(AtomicBool::new(false));
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    let (shared, lost) = (Arc::clone(state), Arc::clone(&swallow));
    std::thread::spawn(move || {
        // How a direction ends says nothing that the other end of the connection does not see.
        let _ = ask(&mut from, &mut to, &shared, &lost);
        let _ = to.shutdown(Shutdown::Both);
        if !lost.load(Ordering::SeqCst) {
            let _ = from.shutdown(Shutdown::Both);
        }
    });
    let shared = Arc::clone(state);
    std::thread::spawn(move || {
        let (mut to, mut from) = (client, server);
        let _ = answer(&mut from, &mut to, &shared, &swallow);
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
    Ok(())
}

/// Reads `length` bytes, of which `head` are the first.
fn rest(from: &mut impl Read, head: &[u8], length: u32, before: usize) -> io::Result<Vec<u8>> {
    let length = length as usize;
    if !(4..=LONGEST).contains(&length) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut all = head.to_vec();
    all.resize(length + before, 0);
    from.read_exact(all.get_mut(head.len()..).unwrap_or_default())?;
    Ok(all)
}

/// A message: its type, its length without that, and what it says.
fn message(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let [_, a, b, c, d] = head;
    rest(from, &head, u32::from_be_bytes([a, b, c, d]), 1)
}

/// The first message of a client has no type.
fn startup(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    rest(from, &head, u32::from_be_bytes(head), 0)
}

fn ask(from: &mut TcpStream, to: &mut UnixStream, state: &Mutex<State>, lost: &AtomicBool) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let first = startup(&mut from)?;
    // The second connection that looks on while something takes long is none of the run's own.
    let looks_on = String::from_utf8_lossy(&first).contains("novate (watching)");
    let mut next = Some((first, true));
    loop {
        let (message, is_startup) = match next.take() {
            Some(first) => first,
            None => (message(&mut from)?, false),
        };
        // A simple query, or the Sync that ends an extended one: after these the client waits.
        let is_question = !is_startup && !looks_on && matches!(message.first(), Some(b'Q' | b'S'));
        let pause = {
            let mut state = lock(state);
            state.traffic.to_server += 1;
            if is_question {
                let text = message.get(5..).unwrap_or_default();
                state.traffic.questions.push(String::from_utf8_lossy(text).trim_end_matches('\0').to_owned());
            }
            let (asked, sent) = (state.traffic.questions.len(), state.traffic.to_server);
            let before = is_question && state.cut == Some(Cut::Before(asked));
            if before || state.cut == Some(Cut::ToServer(sent)) {
                state.is_cut();
                return Ok(());
            }
            if is_question && state.cut == Some(Cut::After(asked)) {
                state.is_cut();
                lost.store(true, Ordering::SeqCst);
            }
            if is_question || is_startup { state.delay } else { Duration::ZERO }
        };
        std::thread::sleep(pause);
        to.write_all(&message)?;
    }
}

fn answer(from: &mut UnixStream, to: &mut TcpStream, state: &Mutex<State>, swallow: &AtomicBool) -> io::Result<()> {
    let mut from = BufReader::new(from);
    loop {
        let message = message(&mut from)?;
        if swallow.load(Ordering::SeqCst) {
            if message.first() == Some(&b'Z') {
                return Ok(());
            }
            continue;
        }
        {
            let mut state = lock(state);
            state.traffic.to_client.extend(message.first());
            if state.cut == Some(Cut::ToClient(state.traffic.to_client.len())) {
                state.is_cut();
                return Ok(());
            }
        }
        to.write_all(&message)?;
    }
}

impl State {
    fn is_cut(&mut self) {
        self.cut = None;
        self.dead = self.then == Then::Refused;
    }
}
