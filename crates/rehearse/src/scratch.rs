//! A copy on a scratch server: the schema as the catalog tells it, and some of the rows.

use novate_catalog::{ReadOptions, ServerVersion, Snapshot};
use novate_contract::ddl;
use novate_runner::carry_bookkeeping;
use novate_runner::connection::{ConnectEnv, Connected, ConnectionString, connect};
use novate_scratch::{Installation, Options, Server};

use crate::copy::{Copy, Kind};
use crate::{RehearseError, sample};

/// Makes a database on a server of its own that has the schema of another one and, of every table, as many rows as
/// `rows` says and those that they refer to. What is not modelled is not on it.
///
/// Roles and their rights are not copied either: what is done on it is done by a superuser.
pub async fn on_scratch(
    source: &ConnectionString,
    installation: &Installation,
    rows: Option<u32>,
) -> Result<Copy, RehearseError> {
    let from = connect(source, "novate rehearse").await?;
    // What is read and copied is of one moment.
    let begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    from.client.batch_execute(begin).await.map_err(RehearseError::from_server("begin to read"))?;
    let options = ReadOptions {
        server_version: Some(ServerVersion(from.server_version.num)),
        transaction: novate_catalog::Transaction::Open,
        ..ReadOptions::default()
    };
    let live = novate_catalog::read(&from.client, &options).await?;
    let server = Server::start(installation, &Options::default())?;
    let database = server.database("rehearse")?;
    let string = ConnectionString::parse(&database.conninfo(), &ConnectEnv::default())?;
    let to = connect(&string, "novate rehearse").await?;
    make(&to, &live).await?;
    carry_bookkeeping(&from.client, &to.client).await?;
    sample::copy(&from, &to, &live.contract, rows.unwrap_or_default()).await?;
    from.close().await?;
    to.close().await?;
    let lacks = live.contract.unsupported.iter().map(|object| format!("{} {}", object.kind, object.name)).collect();
    Ok(Copy { string, lacks, kind: Kind::Scratch { database, server } })
}

async fn make(to: &Connected, live: &Snapshot) -> Result<(), RehearseError> {
    for statement in ddl::script(&live.contract) {
        to.client.batch_execute(&statement).await.map_err(|error| match error.as_db_error() {
            Some(refusal) => {
                RehearseError::Incomplete { message: refusal.message().to_owned(), statement: statement.clone() }
            }
            None => RehearseError::from_server("make the copy")(error),
        })?;
    }
    Ok(())
}
