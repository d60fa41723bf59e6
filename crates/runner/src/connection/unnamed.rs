//! Queries that leave nothing behind in the session.
//!
//! Behind a transaction pooler the next statement may run in another session, where a statement that was prepared by
//! name does not exist, or is somebody else's.

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage};

/// A parameter and its type, which has to be said because the server is not asked first.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Runs one statement with parameters.
///
/// The columns of the result must be of built-in types: for any other the driver looks the type up with a named
/// statement. Cast enums, domains and composites to `text`.
pub async fn query(client: &Client, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Error> {
    client.query_typed(sql, parameters).await
}

/// Runs one statement with parameters that gives at most one row; see [`query`].
pub async fn query_opt(client: &Client, sql: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, Error> {
    client.query_typed_opt(sql, parameters).await
}

/// Runs one statement with parameters and gives the number of rows that it touched.
pub async fn execute(client: &Client, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, Error> {
    client.execute_typed(sql, parameters).await
}

/// Runs statements without parameters, as one transaction unless they say otherwise.
pub async fn batch(client: &Client, sql: &str) -> Result<(), Error> {
    client.batch_execute(sql).await
}

/// Runs one statement without parameters and gives its rows as the server writes them, whatever their types.
pub async fn text_rows(client: &Client, sql: &str) -> Result<Vec<Vec<Option<String>>>, Error> {
    let messages = client.simple_query(sql).await?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| (0..row.len()).map(|index| Ok(row.try_get(index)?.map(str::to_owned))).collect()).collect()
}
