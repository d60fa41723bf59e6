use novate_runner::connection::{ConnectEnv, Connected, ConnectionError, ConnectionString, connect};

/// Surroundings in which nothing is set.
pub(crate) fn env() -> ConnectEnv {
    ConnectEnv::new([], None, Some("postgres".to_owned()))
}

pub(crate) async fn open(text: &str) -> Result<Connected, ConnectionError> {
    let string = ConnectionString::parse(text, &env())?;
    connect(&string, "novate-test").await
}

/// The first column of the first row.
pub(crate) async fn ask(connected: &Connected, sql: &str) -> String {
    let rows = novate_runner::connection::unnamed::text_rows(&connected.client, sql).await.unwrap();
    rows.first().and_then(|row| row.first()).cloned().flatten().unwrap_or_default()
}
