//! Installs the majors that are given, or the newest, into novate's cache and starts each: how a new row of pins is
//! tried out, and the other half of the tests of installing.
#![allow(clippy::print_stdout)]

use novate_scratch::{Options, ScratchError, Server, install};

fn main() -> Result<(), ScratchError> {
    let majors: Vec<_> = std::env::args().skip(1).filter_map(|major| major.parse().ok()).map(Some).collect();
    for major in if majors.is_empty() { vec![None] } else { majors } {
        let installation = match install(major, &[]) {
            Ok(installation) => installation,
            Err(error) => {
                println!("{}: {error}\n{}", error.code(), error.fix());
                return Err(error);
            }
        };
        let server = Server::start(&installation, &Options::default())?;
        let database = server.database("installed")?;
        let extensions = database.execute("SELECT count(*), bool_or(name = 'vector') FROM pg_available_extensions")?;
        println!("{} in {}: {extensions:?}", server.version(), installation.bin);
        for extension in ["btree_gist", "hstore", "pg_trgm", "pgcrypto", "citext", "uuid-ossp", "vector"] {
            if server.offers_extension(extension)? {
                database.execute(&format!("CREATE EXTENSION \"{extension}\""))?;
            }
        }
    }
    Ok(())
}
