//! Databases: made from a template in milliseconds, dropped with their value.

use std::sync::Arc;

use crate::error::ScratchError;
use crate::server::Inner;
use crate::wire::Rows;

/// A database of a scratch server, dropped when the value is. It keeps its server running.
#[derive(Debug)]
pub struct Database {
    server: Arc<Inner>,
    name: String,
    /// Not to be dropped.
    kept: bool,
}

impl Database {
    pub(crate) fn create(server: &Arc<Inner>, prefix: &str, template: &str) -> Result<Self, ScratchError> {
        let name = server.unique_name(prefix);
        // Copying files beats writing every page to the log, which is what servers that have the choice do by default.
        let strategy = if server.version.major.0 >= 15 { " STRATEGY file_copy" } else { "" };
        let template = quoted(template);
        server.admin(&format!("CREATE DATABASE {} TEMPLATE {template}{strategy}", quoted(&name)))?;
        Ok(Self { server: Arc::clone(server), name, kept: false })
    }

    pub(crate) fn adopt(server: &Arc<Inner>, name: &str) -> Self {
        Self { server: Arc::clone(server), name: name.to_owned(), kept: false }
    }

    /// Gives it up without dropping it, for a server that will be started again on the same data; its name.
    pub fn keep(mut self) -> String {
        self.kept = true;
        self.name.clone()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, for libpq, tokio-postgres and every other client.
    pub fn url(&self) -> String {
        self.server.target.url(&self.name)
    }

    /// Its key/value connection string.
    pub fn conninfo(&self) -> String {
        self.server.target.conninfo(&self.name)
    }

    /// Runs statements on a connection of their own and returns all rows as text: enough to set a stage in a test.
    pub fn execute(&self, sql: &str) -> Result<Rows, ScratchError> {
        let mut connection = self.server.open(&self.name)?;
        connection.run(sql).map_err(|failure| self.server.failed(failure, sql))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let name = quoted(&self.name);
        let dropped = if self.server.version.major.0 >= 13 {
            self.server.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        } else {
            let literal = self.name.replace('\'', "''");
            self.server
                .admin(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{literal}'"))
                .and_then(|_| self.server.admin(&format!("DROP DATABASE IF EXISTS {name}")))
        };
        if let Err(error) = dropped {
            tracing::warn!(%error, database = %self.name, "a scratch database was not dropped");
        }
    }
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
