//! An open session: statements in, events out, and a way to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::SimpleQueryMessage;

use crate::RunError;
use crate::connection::{Connected, ConnectionError, ConnectionString, Notice, connect};
use crate::error::is_lost;
use crate::event::{Event, LockHolder};
use crate::program::{self, Observing, Report};
use crate::sharing::{self, Sharing};
use crate::turn::Turn;
use crate::watch::{Watch, Watching};

impl Heard {
    /// What the program reports of itself, or what else is to be told.
    pub(crate) fn report(self) -> Result<Report, Event> {
        match self {
            Self::Notice(notice) => program::report(&notice.message)
                .ok_or(Event::Notice { severity: notice.severity, message: notice.message }),
            Self::Blocked(holders) => Err(Event::Blocked { holders }),
        }
    }

    /// Tells only who is waited for.
    pub(crate) fn blocked(on: &mut dyn FnMut(Event)) -> impl FnMut(Self) {
        move |heard| {
            if let Self::Blocked(holders) = heard {
                on(Event::Blocked { holders });
            }
        }
    }
}

/// A request to stop, shared with whoever may make it (a signal handler).
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    wake: Notify,
}

impl Interrupt {
    /// Asks the run to stop at the next safe point; what is running on the server is cancelled.
    pub fn interrupt(&self) {
        self.inner.asked.store(true, Ordering::SeqCst);
        self.inner.wake.notify_waiters();
    }

    /// Whether somebody asked.
    pub fn is_set(&self) -> bool {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// Returns once somebody has asked.
    pub async fn wait(&self) {
        loop {
            let woken = self.inner.wake.notified();
            if self.is_set() {
                return;
            }
            woken.await;
        }
    }
}

/// How a batch failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// PostgreSQL refused it.
    Server(Box<tokio_postgres::error::DbError>),
    /// The session is gone.
    Lost(tokio_postgres::Error),
    /// It was cancelled because somebody asked to stop.
    Interrupted,
}

impl Failure {
    pub(crate) fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Server(error) => Some(error.code().code()),
            _ => None,
        }
    }

    /// Whether waiting and trying again may help: lock not available, deadlock, serialization failure, and the
    /// unique violation of two sessions that create the same bookkeeping.
    pub(crate) fn is_contention(&self) -> bool {
        matches!(self.sqlstate(), Some("55P03" | "40P01" | "40001"))
    }

    /// As an error of a step that is novate's own.
    pub(crate) fn into_refused(self, action: &str) -> RunError {
        match self {
            Self::Server(error) => RunError::Refused {
                action: action.to_owned(),
                sqlstate: error.code().code().to_owned(),
                message: error.message().to_owned(),
                detail: error.detail().map(str::to_owned),
                missing: None,
            },
            Self::Lost(error) => lost(&error),
            Self::Interrupted => RunError::Interrupted,
        }
    }
}

/// The error for a session that is gone.
pub(crate) fn lost(error: &tokio_postgres::Error) -> RunError {
    use std::error::Error;
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    RunError::ConnectionLost { reason }
}

/// How often a lost connection is tried again, a quarter of a second apart.
const RECONNECTS: u32 = 40;

/// A connection with what a run needs around it.
#[derive(Debug)]
pub struct Session {
    pub(crate) connected: Connected,
    pub(crate) interrupt: Interrupt,
    string: ConnectionString,
    application: String,
    sharing: Sharing,
    watch: Watch,
    /// After how long a statement is looked at.
    pub(crate) watch_after: Duration,
    /// Whether operations are observed.
    pub(crate) observing: Observing,
    /// Who was waited for last.
    blockers: Vec<LockHolder>,
    /// What is held of a space's lock beyond transactions.
    pub(crate) turn: Turn,
}

/// What is heard while a statement runs.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The server said something.
    Notice(Notice),
    /// It waits for others; for nobody once that is over.
    Blocked(Vec<LockHolder>),
}

impl Session {
    /// Connects; runs on the session stop when `interrupt` says so. `application` is what the server shows.
    pub async fn open(
        string: &ConnectionString,
        application: &str,
        interrupt: Interrupt,
    ) -> Result<Self, ConnectionError> {
        let connected = connect(string, application).await?;
        Ok(Self {
            sharing: sharing::known(&connected, string),
            connected,
            interrupt,
            string: string.clone(),
            application: application.to_owned(),
            watch: Watch::new(string.clone()),
            watch_after: Duration::from_secs(1),
            observing: Observing::No,
            blockers: Vec::new(),
            turn: Turn::None,
        })
    }

    /// Connects again, after the connection was lost.
    pub(crate) async fn reconnect(&mut self) -> Result<(), ConnectionError> {
        let mut attempt = 0_u32;
        loop {
            match connect(&self.string, &self.application).await {
                Ok(connected) => {
                    self.sharing = sharing::known(&connected, &self.string);
                    self.connected = connected;
                    // The lock went with the session that had it.
                    self.turn = Turn::None;
                    return Ok(());
                }
                // A server that is being started again refuses for a while.
                Err(_) if attempt < RECONNECTS && !self.interrupt.is_set() => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The major version of the server.
    pub fn server_major(&self) -> u32 {
        self.connected.server_version.major()
    }

    /// Whether the connection is a session of its own; finds it out where something unknown is in between. No
    /// transaction may be open.
    pub(crate) async fn is_own(&mut self) -> bool {
        if self.sharing == Sharing::Unknown {
            self.sharing = sharing::probe(&self.connected, &self.string).await;
        }
        self.sharing == Sharing::Own
    }

    /// Asks with the next transaction for a turn that lasts the whole run, where the session is known to be its own.
    pub(crate) fn want_turn(&mut self) {
        if self.sharing == Sharing::Own {
            self.turn = Turn::Wanted;
        }
    }

    /// Gives a turn up, in a transaction or outside of one.
    pub(crate) async fn give_turn_up(&mut self) {
        if let Some(sql) = std::mem::take(&mut self.turn).give_up()
            && let Err(error) = self.connected.client.simple_query(&sql).await
        {
            tracing::debug!(%error, "giving the lock up");
        }
    }

    /// The pooler by name, and where to connect past it, where that is known.
    pub(crate) fn pooler(&self) -> (&'static str, Option<String>) {
        let name = self.string.pooler.map_or("a pooler", crate::connection::Pooler::name);
        (name, self.string.past_the_pooler())
    }

    /// Who kept the last statement waiting, as far as it was looked at.
    pub(crate) fn take_blockers(&mut self) -> Vec<LockHolder> {
        std::mem::take(&mut self.blockers)
    }

    /// Whether the connection string sets a setting of the server's.
    pub(crate) fn asks_for(&self, setting: &str) -> bool {
        self.string.options.as_deref().is_some_and(|options| options.contains(setting))
    }

    /// Ends the session.
    pub async fn close(self) {
        if let Err(error) = self.connected.close().await {
            tracing::debug!(%error, "close");
        }
    }

    /// The connection.
    pub fn connected(&self) -> &Connected {
        &self.connected
    }

    /// Runs statements in one round trip and gives the rows of each as text, passing on what is heard as it comes.
    pub(crate) async fn batch(
        &mut self,
        sql: &str,
        on: &mut dyn FnMut(Heard),
    ) -> Result<Vec<Vec<Option<String>>>, Failure> {
        if self.interrupt.is_set() {
            return Err(Failure::Interrupted);
        }
        self.blockers.clear();
        // Behind a pooler nobody knows which of the server's sessions works for this one.
        let mut watching =
            (self.sharing == Sharing::Own).then(|| self.watch.begin(self.connected.pid, self.watch_after));
        let Connected { client, notices, canceller, .. } = &mut self.connected;
        let query = client.simple_query(sql);
        tokio::pin!(query);
        let mut cancelled = false;
        let answer = loop {
            tokio::select! {
                biased;
                Some(notice) = notices.recv() => on(Heard::Notice(notice)),
                Some(holders) = seen(watching.as_mut()) => {
                    // Those of a wait that is over are of no use to what comes next.
                    self.blockers.clone_from(&holders);
                    on(Heard::Blocked(holders));
                }
                answer = &mut query => break answer,
                () = self.interrupt.wait(), if !cancelled => {
                    cancelled = true;
                    if let Err(error) = canceller.cancel().await {
                        tracing::debug!(%error, "the server could not be asked to stop");
                    }
                }
            }
        };
        while let Ok(notice) = notices.try_recv() {
            on(Heard::Notice(notice));
        }
        match answer {
            Ok(messages) => Ok(rows(&messages)),
            Err(error) if is_lost(&error) => Err(Failure::Lost(error)),
            Err(error) => match error.as_db_error() {
                Some(db) if cancelled && db.code().code() == "57014" => Err(Failure::Interrupted),
                Some(db) => Err(Failure::Server(Box::new(db.clone()))),
                None => Err(Failure::Lost(error)),
            },
        }
    }

    /// Runs a statement at the end of a run that failed or was interrupted. Where the session is gone, the server finds
    /// out by itself what the statement would have said.
    pub(crate) async fn last_word(&mut self, sql: &str) {
        self.rollback().await;
        if let Err(error) = self.connected.client.simple_query(sql).await {
            tracing::debug!(%error, "the last word");
        }
    }

    /// Ends whatever transaction is open. A session that is gone has none.
    pub(crate) async fn rollback(&mut self) {
        if let Err(error) = self.connected.client.simple_query("ROLLBACK").await {
            tracing::debug!(%error, "rollback");
        }
        while self.connected.notices.try_recv().is_ok() {}
    }
}

/// What a watch sees next, if there is one.
async fn seen(watching: Option<&mut Watching>) -> Option<Vec<LockHolder>> {
    match watching {
        Some(watching) => watching.seen.recv().await,
        None => std::future::pending().await,
    }
}

fn rows(messages: &[SimpleQueryMessage]) -> Vec<Vec<Option<String>>> {
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        })
        .collect()
}
