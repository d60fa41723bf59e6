//! Whether two connection strings lead to one database.

use novate_runner::connection::{Connected, ConnectionString, connect};

use crate::{RehearseError, query};

/// When its server was started, to the microsecond, and its id there: no two databases share both.
const WHICH: &str = "SELECT pg_catalog.pg_postmaster_start_time() || ' ' || oid FROM pg_catalog.pg_database \
    WHERE datname = pg_catalog.current_database()";

/// Whether `copy` is not a copy but the database itself, however the two are spelled.
pub async fn is_same(source: &ConnectionString, copy: &ConnectionString) -> Result<bool, RehearseError> {
    let (source, copy) = (connect(source, "novate rehearse").await?, connect(copy, "novate rehearse").await?);
    let same = which(&source).await? == which(&copy).await?;
    source.close().await?;
    copy.close().await?;
    Ok(same)
}

async fn which(connected: &Connected) -> Result<Vec<String>, RehearseError> {
    query::column(connected, "tell which database it is", WHICH).await
}
