//! Looking, while a statement runs, whether it waits for somebody: only then does the server know exactly for whom.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use crate::connection::{Connected, ConnectionString, connect, unnamed};
use crate::event::LockHolder;
use crate::holder;

/// How often.
const PAUSE: Duration = Duration::from_secs(2);

/// A second connection, made the first time that a statement takes long.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    string: ConnectionString,
    connection: Arc<Mutex<Second>>,
}

/// The second connection.
#[derive(Debug, Default)]
enum Second {
    /// It was not needed yet.
    #[default]
    None,
    Open(Box<Connected>),
    /// There is none to be had: a limit, perhaps, that is not to be run against again and again.
    Refused,
}

/// What a watch sees while it lasts.
pub(crate) struct Watching {
    task: JoinHandle<()>,
    /// Who is waited for, whenever that has changed; nobody at the end of a wait.
    pub(crate) seen: UnboundedReceiver<Vec<LockHolder>>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch {
    pub(crate) fn new(string: ConnectionString) -> Self {
        Self { string, connection: Arc::default() }
    }

    /// Looks at a session, after a while and then again and again.
    pub(crate) fn begin(&self, pid: i32, after: Duration) -> Watching {
        let (sender, seen) = unbounded_channel();
        let watch = self.clone();
        let task = tokio::spawn(async move {
            let mut last = Vec::new();
            let mut pause = after;
            loop {
                tokio::time::sleep(pause).await;
                pause = PAUSE;
                let holders = watch.look(pid).await;
                if holders != last && sender.send(holders.clone()).is_err() {
                    return;
                }
                last = holders;
            }
        });
        Watching { task, seen }
    }

    /// Whoever keeps the session waiting. Best effort: there may be no second connection to be had.
    async fn look(&self, pid: i32) -> Vec<LockHolder> {
        let mut kept = self.connection.lock().await;
        if matches!(*kept, Second::None) {
            let opened = connect(&self.string, "novate (watching)").await;
            *kept = opened.map_or(Second::Refused, |connected| Second::Open(Box::new(connected)));
        }
        let Second::Open(connected) = &*kept else { return Vec::new() };
        match unnamed::text_rows(&connected.client, &holder::blocking(pid)).await {
            Ok(rows) => rows.into_iter().filter_map(holder::of_row).collect(),
            Err(error) => {
                tracing::debug!(%error, "the second connection");
                *kept = Second::None;
                Vec::new()
            }
        }
    }
}
