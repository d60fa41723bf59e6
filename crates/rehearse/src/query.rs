//! Questions whose answers are texts.

use novate_runner::connection::Connected;
use tokio_postgres::SimpleQueryMessage;

use crate::RehearseError;

/// The rows of the last statement that has any, as texts.
pub(crate) async fn rows(
    connected: &Connected,
    action: &'static str,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, RehearseError> {
    let messages = connected.client.simple_query(sql).await.map_err(RehearseError::from_server(action))?;
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    };
    Ok(messages.iter().filter_map(row).collect())
}

/// The first column of every row.
pub(crate) async fn column(
    connected: &Connected,
    action: &'static str,
    sql: &str,
) -> Result<Vec<String>, RehearseError> {
    let rows = rows(connected, action, sql).await?;
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}
