//! Starts a server, prints its URL, waits for the end of its input, and then ends as its first argument says: the other
//! half of the tests that no server outlives its owner.
#![allow(clippy::print_stdout, clippy::exit, clippy::panic)]

use std::io::{Write as _, stdin, stdout};
use std::time::Duration;

use novate_scratch::{ScratchError, Server};

fn main() -> Result<(), ScratchError> {
    // From a thread that ends at once: what watches the owner must watch the process, not the thread.
    let started = std::thread::spawn(Server::shared).join();
    let server = started.unwrap_or_else(|_| panic!("the starting thread panicked"))?;
    println!("{}", server.url("postgres"));
    let _ = stdout().flush();
    let _ = stdin().read_line(&mut String::new());
    match std::env::args().nth(1).as_deref() {
        Some("return") => Ok(()),
        Some("exit") => std::process::exit(3),
        Some("panic") => panic!("as asked"),
        Some("abort") => std::process::abort(),
        _ => loop {
            std::thread::sleep(Duration::from_mins(1));
        },
    }
}
