//! A copy beside the database, on its own server: `CREATE DATABASE ... TEMPLATE ...`, every byte of it.

use novate_runner::LockHolder;
use novate_runner::connection::{Connected, ConnectionString, connect};
use novate_sql::{Ident, Literal};

use crate::copy::{Copy, Kind};
use crate::{RehearseError, query};

/// What the names of copies begin with.
const PREFIX: &str = "novate_rehearse_";
/// The database that is connected to in order to make others.
const MAINTENANCE: &str = "postgres";

/// Copies a database on its server; `stamp` makes the name of the copy its own. Nobody may be connected to the database.
pub async fn on_server(source: &ConnectionString, stamp: &str) -> Result<Copy, RehearseError> {
    let name = Ident::new(format!("{PREFIX}{stamp}_{}", source.dbname));
    let connected = maintenance(source).await?;
    let sql = format!("CREATE DATABASE {name} TEMPLATE {}", Ident::new(&source.dbname));
    let made = connected.client.simple_query(&sql).await;
    let made = match made {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.code().map(tokio_postgres::error::SqlState::code) {
            // object_in_use
            Some("55006") => {
                let sessions = sessions(&connected, &source.dbname).await?;
                RehearseError::InUse { database: source.dbname.clone(), sessions }
            }
            // insufficient_privilege
            Some("42501") => RehearseError::NotAllowed { role: source.user.clone(), database: source.dbname.clone() },
            _ => RehearseError::from_server("copy the database")(error),
        }),
    };
    connected.close().await?;
    made?;
    let string = source.for_database(name.as_str());
    Ok(Copy { string, lacks: Vec::new(), kind: Kind::OnServer { source: Box::new(source.clone()) } })
}

/// The copies that are on a server, those of other rehearsals too: a rehearsal that was killed leaves its copy behind.
pub async fn left_over(source: &ConnectionString) -> Result<Vec<String>, RehearseError> {
    let connected = maintenance(source).await?;
    let sql = format!(
        "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, {}) ORDER BY 1",
        Literal(PREFIX)
    );
    let names = query::column(&connected, "list its databases", &sql).await?;
    connected.close().await?;
    Ok(names)
}

pub(crate) async fn drop_copy(source: &ConnectionString, name: &str) -> Result<(), RehearseError> {
    let connected = maintenance(source).await?;
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Ident::new(name));
    let dropped = query::rows(&connected, "remove the copy", &sql).await;
    connected.close().await?;
    dropped.map(|_| ())
}

async fn maintenance(source: &ConnectionString) -> Result<Connected, RehearseError> {
    let string = source.for_database(MAINTENANCE);
    Ok(connect(&string, "novate rehearse").await?)
}

async fn sessions(connected: &Connected, database: &str) -> Result<Vec<LockHolder>, RehearseError> {
    let sql = format!(
        "SELECT pid, application_name, coalesce(usename, ''), coalesce(state, ''), coalesce(xact_start::text, '') \
         FROM pg_catalog.pg_stat_activity WHERE datname = {} ORDER BY pid",
        Literal(database)
    );
    let rows = query::rows(connected, "see who is connected to it", &sql).await?;
    let holder = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || cells.next().unwrap_or_default();
        LockHolder {
            pid: next().parse().unwrap_or_default(),
            application: next(),
            user: next(),
            state: next(),
            since: next(),
            query: String::new(),
        }
    };
    Ok(rows.into_iter().map(holder).collect())
}
