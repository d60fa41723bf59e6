//! A database of its own for every test.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use novate_catalog::{ReadOptions, Snapshot, read};
use novate_scratch::{Database, Server};
use tokio_postgres::{Client, NoTls};

/// A database and a connection to it.
pub struct Session {
    pub client: Client,
    runtime: tokio::runtime::Runtime,
    database: Database,
}

impl Session {
    /// A new database in which `sql` has been executed.
    pub fn with(sql: &str) -> Self {
        let database = Server::shared().unwrap().database("catalog").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(&database.conninfo(), NoTls)).unwrap();
        runtime.spawn(async move {
            let _ = connection.await;
        });
        let session = Self { client, runtime, database };
        session.execute(sql);
        session
    }

    /// Runs a future to its end.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Executes statements.
    pub fn execute(&self, sql: &str) {
        if let Err(error) = self.wait(self.client.batch_execute(sql)) {
            panic!("{error:?}\n{sql}");
        }
    }

    /// Reads the catalog.
    pub fn read(&self) -> Snapshot {
        self.wait(read(&self.client, &ReadOptions::default())).unwrap()
    }

    /// The URL of the database.
    pub fn url(&self) -> String {
        self.database.url()
    }
}

/// What a database holds after `sql`.
pub fn live(sql: &str) -> Snapshot {
    Session::with(sql).read()
}
