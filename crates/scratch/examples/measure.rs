//! Prints how long starting a server and making databases take on this machine, for the PostgreSQL that is found or
//! the major that is given.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use novate_scratch::{Options, Request, ScratchError, Server, find};

fn main() -> Result<(), ScratchError> {
    let major = std::env::args().nth(1).and_then(|major| major.parse().ok());
    let began = Instant::now();
    let installation = find(&Request { major, ..Request::default() })?;
    println!("find {} in {}: {:?}", installation.version, installation.bin, began.elapsed());
    // The first start initialises the template where there is none.
    for _ in 0..3 {
        let began = Instant::now();
        let server = Server::start(&installation, &Options::default())?;
        println!("start to the first connection: {:?}", began.elapsed());
        for _ in 0..5 {
            let began = Instant::now();
            let database = server.database("measure")?;
            let made = began.elapsed();
            let began = Instant::now();
            drop(database);
            println!("  a new database: {made:?}, dropped in {:?}", began.elapsed());
        }
        let began = Instant::now();
        drop(server);
        println!("stop: {:?}", began.elapsed());
    }
    Ok(())
}
