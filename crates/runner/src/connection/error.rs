use std::path::PathBuf;

use thiserror::Error;

use super::certificate::Unusable;
use super::invalid::Invalid;
use super::place::Place;

/// Why there is no connection. No variant holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The connection string cannot be used.
    #[error("the connection string cannot be used: {0}")]
    Invalid(#[from] Invalid),
    /// No service file defines the service.
    #[error("the connection service `{service}` is not defined")]
    ServiceNotFound {
        /// The service.
        service: String,
        /// The files that were looked into.
        files: Vec<PathBuf>,
    },
    /// A service file that cannot be read or understood.
    #[error("the service file {} cannot be used: {reason}", path.display())]
    ServiceFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A password file that was named and cannot be read.
    #[error("the password file {} cannot be read: {reason}", path.display())]
    PassfileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// A password file that was named and that others can read.
    #[error("the password file {} can be read by others", path.display())]
    PassfilePermissions {
        /// The file.
        path: PathBuf,
    },
    /// A certificate or key file that cannot be used.
    #[error("`{parameter}` cannot be used: {reason}")]
    Certificate {
        /// The parameter that names it.
        parameter: &'static str,
        /// What is wrong with it.
        reason: Unusable,
    },
    /// The host name does not resolve.
    #[error("the host `{host}` cannot be found")]
    HostNotFound {
        /// The host.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// Nobody listens there.
    #[error("{at} refuses connections")]
    Refused {
        /// Where.
        at: Place,
    },
    /// The network or the operating system does not let us there.
    #[error("{at} cannot be reached: {reason}")]
    Unreachable {
        /// Where.
        at: Place,
        /// What the operating system says.
        reason: String,
    },
    /// No answer in time.
    #[error("{at} did not answer within {seconds} s")]
    Timeout {
        /// Where.
        at: Place,
        /// The limit.
        seconds: u64,
    },
    /// The server does not let the user in.
    #[error("{at} does not let `{user}` in: {reason}")]
    AuthFailed {
        /// Where.
        at: Place,
        /// The user.
        user: String,
        /// What the server says.
        reason: String,
    },
    /// The server asks for a password and there is none.
    #[error("{at} asks for a password for `{user}`, and there is none")]
    PasswordMissing {
        /// Where.
        at: Place,
        /// The user.
        user: String,
        /// A password file that was left alone, and why.
        ignored: Option<String>,
    },
    /// The role may not connect to the database.
    #[error("{at} does not let `{user}` into the database `{database}`: {reason}")]
    NotPermitted {
        /// Where.
        at: Place,
        /// The user.
        user: String,
        /// The database.
        database: String,
        /// What the server says.
        reason: String,
    },
    /// The database does not exist.
    #[error("the database `{database}` does not exist on {at}")]
    DatabaseMissing {
        /// Where.
        at: Place,
        /// The database.
        database: String,
    },
    /// No secure connection.
    #[error("no secure connection to {at}: {reason}")]
    TlsFailed {
        /// Where.
        at: Place,
        /// What went wrong.
        reason: TlsFailure,
    },
    /// `channel_binding=require` cannot be met.
    #[error("{at} does not offer channel binding, which `channel_binding=require` asks for")]
    ChannelBinding {
        /// Where.
        at: Place,
    },
    /// Something else than PostgreSQL answers.
    #[error("{at} is not a PostgreSQL server: {found}")]
    NotPostgres {
        /// Where.
        at: Place,
        /// What was found.
        found: String,
    },
    /// The other side hung up.
    #[error("{at} closed the connection while it was being opened")]
    Closed {
        /// Where.
        at: Place,
    },
    /// The server is starting, stopping or recovering.
    #[error("{at} does not take connections now: {reason}")]
    NotReady {
        /// Where.
        at: Place,
        /// What the server says.
        reason: String,
    },
    /// All connections are taken.
    #[error("{at} has no connection left: {reason}")]
    TooManyConnections {
        /// Where.
        at: Place,
        /// What the server says.
        reason: String,
    },
    /// The server refuses the session for another reason.
    #[error("{at} refuses the session: {reason} (SQLSTATE {sqlstate})")]
    Rejected {
        /// Where.
        at: Place,
        /// The SQLSTATE.
        sqlstate: String,
        /// What the server says.
        reason: String,
        /// Where to connect past a pooler, where that is known.
        direct: Option<String>,
    },
    /// The server is not of the kind that `target_session_attrs` asks for.
    #[error("{at} is not what `target_session_attrs={wanted}` asks for")]
    TargetSession {
        /// Where.
        at: Place,
        /// The kind that was asked for.
        wanted: &'static str,
    },
    /// None of several hosts would do.
    #[error("none of the {} hosts could be connected to", attempts.len())]
    NoHost {
        /// What each of them said, in the order they were tried.
        attempts: Vec<ConnectionError>,
    },
    /// An open connection broke.
    #[error("the connection to {at} broke: {reason}")]
    Lost {
        /// Where.
        at: Place,
        /// What was the matter.
        reason: String,
    },
}

/// What went wrong with TLS.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The server has no TLS.
    #[error("the server does not offer TLS")]
    NotOffered,
    /// The certificate is for other hosts.
    #[error("the server's certificate is not for `{host}`")]
    WrongHost {
        /// The host that was asked for.
        host: String,
    },
    /// The certificate is not from an authority that is trusted.
    #[error("the server's certificate is not from a trusted authority")]
    UnknownIssuer,
    /// The certificate is outside of its time.
    #[error("the server's certificate has expired or is not valid yet")]
    Expired,
    /// No certificate can be for such a host.
    #[error("no certificate can be for `{host}`, which is neither a DNS name nor an address")]
    ImpossibleHost {
        /// The host that was asked for.
        host: String,
    },
    /// The server does not know `sslnegotiation=direct`.
    #[error("the server does not begin TLS without being asked, as `sslnegotiation=direct` has it")]
    NotDirect,
    /// The server turned the client's certificate down, or wants one.
    #[error("the server does not accept the certificate of `sslcert`: {alert}")]
    ClientCertificate {
        /// What the server says.
        alert: String,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl ConnectionError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::ServiceNotFound { .. } => "CONNECTION.SERVICE_NOT_FOUND",
            Self::ServiceFile { .. } => "CONNECTION.SERVICE_FILE_INVALID",
            Self::PassfileUnreadable { .. } => "CONNECTION.PASSFILE_UNREADABLE",
            Self::PassfilePermissions { .. } => "CONNECTION.PASSFILE_PERMISSIONS",
            Self::Certificate { .. } => "CONNECTION.CERTIFICATE_UNUSABLE",
            Self::HostNotFound { .. } => "CONNECTION.HOST_NOT_FOUND",
            Self::Refused { .. } => "CONNECTION.REFUSED",
            Self::Unreachable { .. } => "CONNECTION.UNREACHABLE",
            Self::Timeout { .. } => "CONNECTION.TIMEOUT",
            Self::AuthFailed { .. } => "CONNECTION.AUTH_FAILED",
            Self::PasswordMissing { .. } => "CONNECTION.PASSWORD_MISSING",
            Self::NotPermitted { .. } => "CONNECTION.NOT_PERMITTED",
            Self::DatabaseMissing { .. } => "CONNECTION.DATABASE_MISSING",
            Self::TlsFailed { .. } => "CONNECTION.TLS_FAILED",
            Self::ChannelBinding { .. } => "CONNECTION.CHANNEL_BINDING_FAILED",
            Self::NotPostgres { .. } => "CONNECTION.NOT_POSTGRES",
            Self::Closed { .. } => "CONNECTION.CLOSED",
            Self::NotReady { .. } => "CONNECTION.NOT_READY",
            Self::TooManyConnections { .. } => "CONNECTION.TOO_MANY_CONNECTIONS",
            Self::Rejected { .. } => "CONNECTION.REJECTED",
            Self::TargetSession { .. } => "CONNECTION.TARGET_SESSION",
            Self::NoHost { .. } => "CONNECTION.NO_HOST_AVAILABLE",
            Self::Lost { .. } => "CONNECTION.LOST",
        }
    }

    /// Whether the next host must not be tried: a server answered, and the others would be asked the same.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::AuthFailed { .. }
                | Self::PasswordMissing { .. }
                | Self::NotPermitted { .. }
                | Self::DatabaseMissing { .. }
                | Self::TooManyConnections { .. }
                | Self::Rejected { .. }
        )
    }
}
