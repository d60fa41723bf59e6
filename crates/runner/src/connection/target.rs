//! What a server is, and whether that is what was asked for.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::error::ConnectionError;
use super::failure::classify;
use super::options::TargetSessionAttrs;
use super::place::Place;
use super::string::ConnectionString;

/// What a server says about itself and the session.
pub(super) struct Facts {
    pub(super) pid: i32,
    pub(super) version: u32,
    pub(super) in_recovery: bool,
    pub(super) read_only: bool,
}

impl Facts {
    /// Whether a server like this is what was asked for.
    pub(super) fn satisfy(&self, wanted: TargetSessionAttrs) -> bool {
        match wanted {
            TargetSessionAttrs::Any => true,
            TargetSessionAttrs::ReadWrite => !self.read_only,
            TargetSessionAttrs::ReadOnly => self.read_only,
            TargetSessionAttrs::Primary => !self.in_recovery,
            TargetSessionAttrs::Standby | TargetSessionAttrs::PreferStandby => self.in_recovery,
        }
    }
}

/// One simple query, so that it works behind every pooler.
const QUESTION: &str = "SELECT current_setting('server_version_num'), pg_catalog.pg_is_in_recovery(), \
                        current_setting('transaction_read_only'), pg_catalog.version(), \
                        pg_catalog.pg_backend_pid()";

pub(super) async fn ask(client: &Client, at: &Place, string: &ConnectionString) -> Result<Facts, ConnectionError> {
    let messages = client.simple_query(QUESTION).await.map_err(|error| {
        // Servers that speak the protocol and are something else lack one of these functions, or SELECT.
        match error.as_db_error() {
            Some(db) if db.code().code().starts_with("42") => not_postgres(at, "it lacks PostgreSQL's own functions"),
            _ => classify(&error, at.clone(), string),
        }
    })?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let column = |index| row.and_then(|row| row.try_get(index).ok().flatten()).unwrap_or("");
    let product = column(3).split(' ').next().unwrap_or("");
    if !["PostgreSQL", "EnterpriseDB"].contains(&product) {
        return Err(not_postgres(at, product));
    }
    let version = column(0).parse().map_err(|_| not_postgres(at, "it has no version number"))?;
    let pid = column(4).parse().map_err(|_| not_postgres(at, "its sessions have no number"))?;
    Ok(Facts { pid, version, in_recovery: column(1) == "t", read_only: column(2) == "on" })
}

fn not_postgres(at: &Place, found: &str) -> ConnectionError {
    ConnectionError::NotPostgres { at: at.clone(), found: found.to_owned() }
}
