use std::fmt;
use std::future::poll_fn;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::error::DbError;
use tokio_postgres::tls::NoTls;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Connection};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::ConnectionError;
use super::failure;
use super::place::Place;
use super::string::ConnectionString;

/// An open connection.
pub struct Connected {
    /// The driver's client.
    pub client: Client,
    /// What the server says besides its answers, as it says it.
    pub notices: mpsc::UnboundedReceiver<Notice>,
    /// Stops what the connection is doing, from anywhere.
    pub canceller: Canceller,
    /// The version of the server.
    pub server_version: ServerVersion,
    /// The number of the server's process for the session that was there first.
    pub pid: i32,
    pub(super) announced_pid: Option<i32>,
    /// Whether the server is a standby.
    pub in_recovery: bool,
    /// Where the server is.
    pub place: Place,
    pub(super) task: JoinHandle<Result<(), ConnectionError>>,
}

impl Connected {
    /// Whether nothing is in between that answers for the server: the process that was announced is the session's.
    pub fn is_direct(&self) -> bool {
        self.announced_pid == Some(self.pid)
    }

    /// Ends the session and says how the connection ended, which is where a server's last words are.
    pub async fn close(self) -> Result<(), ConnectionError> {
        let Self { client, task, place, .. } = self;
        drop(client);
        task.await.unwrap_or_else(|error| Err(ConnectionError::Lost { at: place, reason: error.to_string() }))
    }
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected")
            .field("place", &self.place)
            .field("server_version", &self.server_version)
            .finish_non_exhaustive()
    }
}

/// A message that the server sends besides its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING` and so on, in English where the server says so.
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What the server suggests.
    pub hint: Option<String>,
}

impl From<&DbError> for Notice {
    fn from(notice: &DbError) -> Self {
        Self {
            severity: notice
                .parsed_severity()
                .map_or_else(|| notice.severity().to_owned(), |severity| severity.to_string()),
            code: notice.code().code().to_owned(),
            message: notice.message().to_owned(),
            detail: notice.detail().map(str::to_owned),
            hint: notice.hint().map(str::to_owned),
        }
    }
}

/// The version of a server, as `server_version_num` has it: 180001 is 18.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion {
    /// The number.
    pub num: u32,
}

impl ServerVersion {
    /// The major version.
    pub fn major(self) -> u32 {
        self.num / 10_000
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.num % 10_000)
    }
}

/// Stops what a connection is doing.
#[derive(Clone)]
pub struct Canceller {
    pub(super) token: CancelToken,
    pub(super) tls: Option<MakeRustlsConnect>,
    pub(super) place: Place,
    pub(super) string: ConnectionString,
}

impl Canceller {
    /// Asks the server to stop the statement that is running; the statement fails with SQLSTATE 57014 if it does.
    pub async fn cancel(&self) -> Result<(), ConnectionError> {
        let outcome = match &self.tls {
            Some(tls) => self.token.cancel_query(tls.clone()).await,
            None => self.token.cancel_query(NoTls).await,
        };
        outcome.map_err(|error| failure::classify(&error, self.place.clone(), &self.string))
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Runs a connection on the current runtime and passes on what the server says besides its answers.
pub(super) fn run<S, T>(
    mut connection: Connection<S, T>,
    at: Place,
    string: ConnectionString,
) -> (mpsc::UnboundedReceiver<Notice>, JoinHandle<Result<(), ConnectionError>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, notices) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            let message = message.map_err(|error| failure::lost(&error, at.clone(), &string))?;
            if let AsyncMessage::Notice(notice) = message {
                // Nobody has to listen.
                drop(sender.send(Notice::from(&notice)));
            }
        }
        Ok(())
    });
    (notices, task)
}
