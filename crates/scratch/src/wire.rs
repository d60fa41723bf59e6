//! The part of PostgreSQL's protocol that making databases takes: connect, authenticate, run simple queries.
//!
//! Blocking and without TLS on purpose: it talks to throwaway servers, before any client exists.

use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{DataRowBody, ErrorFields, Message};
use postgres_protocol::message::frontend;

use crate::conninfo::{Host, Target};

/// The rows of a query, each column as the server writes it as text.
pub type Rows = Vec<Vec<Option<String>>>;

/// Why a statement or a connection failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection is unusable.
    Broken(io::Error),
    /// The server said no; the connection goes on.
    Refused { sqlstate: String, message: String },
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(error) => error.fmt(f),
            Self::Refused { sqlstate, message } => write!(f, "{message} ({sqlstate})"),
        }
    }
}

trait Duplex: Read + Write + Send {}
impl<T: Read + Write + Send> Duplex for T {}

pub(crate) struct Connection {
    stream: Box<dyn Duplex>,
    input: BytesMut,
    server_version: String,
}

/// How long connecting and authenticating may take before the server counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Connection {
    pub(crate) fn open(target: &Target, database: &str) -> Result<Self, Failure> {
        match &target.host {
            #[cfg(unix)]
            Host::Socket(dir) => {
                let stream = UnixStream::connect(dir.join(format!(".s.PGSQL.{}", target.port)))?;
                stream.set_read_timeout(Some(CONNECT_TIMEOUT))?;
                let control = stream.try_clone()?;
                let connection = Self::greet(Box::new(stream), target, database)?;
                control.set_read_timeout(None)?;
                Ok(connection)
            }
            #[cfg(not(unix))]
            Host::Socket(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
            Host::Tcp(host) => {
                let stream = TcpStream::connect((host.as_str(), target.port))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(CONNECT_TIMEOUT))?;
                let control = stream.try_clone()?;
                let connection = Self::greet(Box::new(stream), target, database)?;
                control.set_read_timeout(None)?;
                Ok(connection)
            }
        }
    }

    fn greet(stream: Box<dyn Duplex>, target: &Target, database: &str) -> Result<Self, Failure> {
        let mut this = Self { stream, input: BytesMut::new(), server_version: String::new() };
        let parameters = [
            ("user", target.user.as_str()),
            ("database", database),
            ("client_encoding", "UTF8"),
            ("application_name", "novate scratch"),
        ];
        this.send(|buffer| frontend::startup_message(parameters, buffer))?;
        this.authenticate(target)?;
        loop {
            match this.receive()? {
                Message::ParameterStatus(status) if status.name()? == "server_version" => {
                    status.value()?.clone_into(&mut this.server_version);
                }
                Message::ErrorResponse(body) => return Err(refusal(body.fields())),
                Message::ReadyForQuery(_) => return Ok(this),
                _ => {}
            }
        }
    }

    fn authenticate(&mut self, target: &Target) -> Result<(), Failure> {
        let password = || {
            let missing = || io::Error::other("the server asks for a password and the URL gives none");
            target.password.as_deref().ok_or_else(missing)
        };
        let mut scram = None;
        loop {
            match self.receive()? {
                Message::AuthenticationOk => return Ok(()),
                Message::AuthenticationCleartextPassword => {
                    let password = password()?;
                    self.send(|buffer| frontend::password_message(password.as_bytes(), buffer))?;
                }
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(target.user.as_bytes(), password()?.as_bytes(), body.salt());
                    self.send(|buffer| frontend::password_message(hash.as_bytes(), buffer))?;
                }
                Message::AuthenticationSasl(body) => {
                    let offered = body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256))?;
                    if !offered {
                        return Err(io::Error::other("the server offers no SCRAM-SHA-256").into());
                    }
                    let exchange = ScramSha256::new(password()?.as_bytes(), ChannelBinding::unsupported());
                    self.send(|buffer| frontend::sasl_initial_response(SCRAM_SHA_256, exchange.message(), buffer))?;
                    scram = Some(exchange);
                }
                Message::AuthenticationSaslContinue(body) => {
                    let exchange = scram.as_mut().ok_or_else(unexpected)?;
                    exchange.update(body.data())?;
                    self.send(|buffer| frontend::sasl_response(exchange.message(), buffer))?;
                }
                Message::AuthenticationSaslFinal(body) => {
                    scram.as_mut().ok_or_else(unexpected)?.finish(body.data())?;
                }
                Message::ErrorResponse(body) => return Err(refusal(body.fields())),
                Message::NoticeResponse(_) => {}
                _ => {
                    let reason = "the server asks for an authentication other than trust, password, md5 or SCRAM";
                    return Err(io::Error::other(reason).into());
                }
            }
        }
    }

    /// The server's own name for its version.
    pub(crate) fn server_version(&self) -> &str {
        &self.server_version
    }

    /// Runs one or more statements and returns the rows of all of them.
    pub(crate) fn run(&mut self, sql: &str) -> Result<Rows, Failure> {
        self.send(|buffer| frontend::query(sql, buffer))?;
        let mut rows = Rows::new();
        let mut refused = None;
        loop {
            match self.receive()? {
                Message::DataRow(body) => rows.push(row(&body)?),
                Message::ErrorResponse(body) => refused = Some(refusal(body.fields())),
                Message::CopyInResponse(_) => {
                    self.send(|buffer| frontend::copy_fail("COPY FROM STDIN is not supported here", buffer))?;
                }
                Message::ReadyForQuery(_) => return refused.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    fn send(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> io::Result<()> {
        let mut buffer = BytesMut::new();
        write(&mut buffer)?;
        self.stream.write_all(&buffer)?;
        self.stream.flush()
    }

    fn receive(&mut self) -> io::Result<Message> {
        loop {
            if let Some(message) = Message::parse(&mut self.input)? {
                return Ok(message);
            }
            let mut chunk = [0; 8192];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.input.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // A server that is gone already needs no goodbye.
        let _ = self.send(|buffer| {
            frontend::terminate(buffer);
            Ok(())
        });
    }
}

fn unexpected() -> io::Error {
    io::Error::other("the server broke the authentication exchange")
}

fn row(body: &DataRowBody) -> io::Result<Vec<Option<String>>> {
    let buffer = body.buffer();
    let column = |range| Ok(String::from_utf8_lossy(&buffer[range]).into_owned());
    body.ranges().map(|range| range.map(column).transpose()).collect()
}

fn refusal(mut fields: ErrorFields<'_>) -> Failure {
    let mut sqlstate = String::new();
    let mut message = String::new();
    while let Ok(Some(field)) = fields.next() {
        let value = String::from_utf8_lossy(field.value_bytes());
        match field.type_() {
            b'C' => sqlstate = value.into_owned(),
            b'M' => message.insert_str(0, &value),
            b'D' | b'H' => {
                message.push_str("; ");
                message.push_str(&value);
            }
            _ => {}
        }
    }
    Failure::Refused { sqlstate, message }
}
