//! Where a database stands, carried over to a copy of it.

use novate_sql::Literal;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::RunError;
use crate::bookkeeping::ENSURE_TABLES;
use crate::session::Failure;

/// Copies the markers of all spaces, and what is in transit, to a database that has the same schema. The ledger stays
/// behind. Nothing is copied where the first has none.
pub async fn carry_bookkeeping(from: &Client, to: &Client) -> Result<(), RunError> {
    let there = texts(from, "SELECT pg_catalog.to_regclass('novate.meta') IS NOT NULL").await?;
    if there.first().map(String::as_str) != Some("t") {
        return Ok(());
    }
    texts(to, ENSURE_TABLES).await?;
    for table in ["marker", "progress"] {
        for row in texts(from, &format!("SELECT pg_catalog.row_to_json(it) FROM novate.{table} it")).await? {
            let row = Literal(&row).to_string();
            let record = format!("pg_catalog.json_populate_record(NULL::novate.{table}, {row})");
            texts(to, &format!("INSERT INTO novate.{table} SELECT * FROM {record}")).await?;
        }
    }
    Ok(())
}

async fn texts(client: &Client, sql: &str) -> Result<Vec<String>, RunError> {
    let messages = client.simple_query(sql).await.map_err(|error| match error.as_db_error() {
        Some(refusal) => Failure::Server(Box::new(refusal.clone())).into_refused("copy the marker"),
        None => crate::session::lost(&error),
    })?;
    let text = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    Ok(messages.iter().filter_map(text).collect())
}
