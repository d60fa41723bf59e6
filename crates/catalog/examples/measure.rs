//! Connects, reads a catalog and takes its fingerprint, and prints how long that took: what `cargo xtask bench catalog`
//! runs.
//!
//! `measure CONNINFO` prints `read MICROSECONDS`, connecting included, and `fingerprint MICROSECONDS`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use novate_catalog::{Fingerprint, ReadOptions, read};
use tokio_postgres::NoTls;

/// The program's, which is what people run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let conninfo = std::env::args().nth(1).ok_or("measure CONNINFO")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let began = Instant::now();
        let (client, connection) = tokio_postgres::connect(&conninfo, NoTls).await?;
        tokio::spawn(connection);
        let live = read(&client, &ReadOptions::default()).await?;
        println!("read {}", began.elapsed().as_micros());
        let began = Instant::now();
        let fingerprint = Fingerprint::of(&live).to_json();
        println!("fingerprint {}", began.elapsed().as_micros());
        if live.contract.tables.is_empty() || fingerprint.is_empty() {
            return Err("there are no tables in this database".into());
        }
        Ok(())
    })
}
