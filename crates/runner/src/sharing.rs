//! Whether a connection is a session of the server's own, or shares sessions with others behind a pooler.

use std::time::Duration;

use crate::connection::{Connected, ConnectionString, PoolerMode, connect, unnamed};

/// What a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// One session, from its beginning to its end.
    Own,
    /// Every transaction may run in another session.
    Shared,
    /// Something is in between, and it has not been found out what it does.
    Unknown,
}

/// How long a pooler may take to hand out a session.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known without asking.
pub(crate) fn known(connected: &Connected, string: &ConnectionString) -> Sharing {
    match string.pooler.map(|pooler| pooler.mode) {
        _ if connected.is_direct() => Sharing::Own,
        Some(PoolerMode::Transaction) => Sharing::Shared,
        Some(PoolerMode::Session) => Sharing::Own,
        None if string.has_session_proxy() => Sharing::Own,
        None => Sharing::Unknown,
    }
}

/// Finds out, with a second connection: sessions that both come to work in, or that change, are shared. No transaction
/// may be open.
///
/// Where that cannot be found out the session counts as shared: nothing must rely on it then.
pub(crate) async fn probe(connected: &Connected, string: &ConnectionString) -> Sharing {
    let asked = async {
        let other = connect(string, "novate").await.ok()?;
        // A pooler hands out the session that was let go of last, or each in turn. The other connection keeps one, and
        // this one asks more than once.
        let theirs = pid(&other, "BEGIN; SELECT pg_catalog.pg_backend_pid()").await?;
        let mut own = theirs == other.pid && theirs != connected.pid;
        for _ in 0..3 {
            own &= pid(connected, "SELECT pg_catalog.pg_backend_pid()").await? == connected.pid;
        }
        unnamed::batch(&other.client, "ROLLBACK").await.ok()?;
        Some(own)
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Some(true)) => Sharing::Own,
        _ => Sharing::Shared,
    }
}

async fn pid(connected: &Connected, sql: &str) -> Option<i32> {
    let rows = unnamed::text_rows(&connected.client, sql).await.ok()?;
    rows.into_iter().flatten().flatten().next()?.parse().ok()
}
