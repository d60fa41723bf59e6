use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::build;
use super::env::ConnectEnv;
use super::error::ConnectionError;
use super::invalid::Invalid;
use super::options::{ChannelBinding, Keepalives, TargetSessionAttrs, TlsOptions};
use super::parameters::Parameters;
use super::place::Place;
use super::pooler::Pooler;
use super::secret::Secret;
use super::{keyword, parameters, service, url};

/// Where a server is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A host name or an address.
    Tcp(String),
    /// The directory of a unix socket.
    Unix(PathBuf),
}

/// One of the servers that a connection string names.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// The address to use instead of looking the host up.
    pub hostaddr: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// The password for this server: the one of the connection string, or else the one of the password file.
    pub password: Option<Secret>,
}

impl Endpoint {
    /// Where it is, for messages.
    pub fn place(&self) -> Place {
        let host = match &self.host {
            Host::Tcp(host) => host.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        Place { host, port: self.port }
    }
}

/// A connection string with everything that decides the connection filled in.
///
/// `Display` and `Debug` show it without the password.
#[derive(Clone)]
pub struct ConnectionString {
    /// The servers, in the order they are tried; at least one.
    pub hosts: Vec<Endpoint>,
    /// The user.
    pub user: String,
    /// The password, if the connection string, the service or the environment has it.
    pub password: Option<Secret>,
    /// The database.
    pub dbname: String,
    /// Whether and how TLS is used.
    pub tls: TlsOptions,
    /// Whether the login is bound to the TLS connection.
    pub channel_binding: ChannelBinding,
    /// Settings for the server, such as `-c search_path=shop`.
    pub options: Option<String>,
    /// The name that the server shows for the session.
    pub application_name: Option<String>,
    /// The limit for each address; `None` waits for as long as it takes.
    pub connect_timeout: Option<Duration>,
    /// Which kind of server will do.
    pub target_session_attrs: TargetSessionAttrs,
    /// How a dead connection is noticed.
    pub keepalives: Keepalives,
    /// The password file that was named.
    pub passfile: Option<PathBuf>,
    /// The service that was named.
    pub service: Option<String>,
    /// The schema that an ORM's `schema=` names; the connection does not use it.
    pub schema: Option<String>,
    /// The pooler that is in between.
    pub pooler: Option<Pooler>,
    /// What was said and is not done, in words for the user.
    pub notes: Vec<String>,
    /// Why the password file at the usual place was left alone, if it was.
    pub(super) ignored_passfile: Option<String>,
}

impl ConnectionString {
    /// Reads a URL or `key=value` pairs; the service, the environment and libpq's defaults say the rest.
    pub fn parse(text: &str, env: &ConnectEnv) -> Result<Self, ConnectionError> {
        let mut parameters = read(text)?;
        let service = service::apply(&mut parameters, env)?;
        parameters.fill_from_env(env)?;
        build::build(&parameters, service, env)
    }
}

impl ConnectionString {
    /// Whether what is in between is known to give every connection a session of its own.
    pub fn has_session_proxy(&self) -> bool {
        self.hosts.iter().all(Pooler::gives_sessions)
    }

    /// Another database of the same servers, for the same role.
    #[must_use]
    pub fn for_database(&self, dbname: &str) -> Self {
        Self { dbname: dbname.to_owned(), ..self.clone() }
    }

    /// Where to connect instead so that a connection is a session of its own: `host:port`, where that is known.
    pub fn past_the_pooler(&self) -> Option<String> {
        let is_pooler = |endpoint: &&Endpoint| Pooler::recognise(endpoint) == self.pooler;
        self.pooler.and_then(|pooler| self.hosts.iter().find(is_pooler).and_then(|endpoint| pooler.instead(endpoint)))
    }
}

/// Whether a text that may be something else (a file, a name) is meant to be a connection string, well written or not.
pub fn is_connection_string(text: &str) -> bool {
    let text = text.trim();
    let key = text.split('=').next().filter(|key| key.len() < text.len()).unwrap_or_default();
    let login = text.split_once(':').is_some_and(|(_, rest)| rest.contains('@'));
    text.contains("://") || login || parameters::is_known(key.trim())
}

fn read(text: &str) -> Result<Parameters, Invalid> {
    // Around pairs it is the reader's to skip: what ends in `\ ` ends in a space.
    let Some(rest) = url::after_scheme(text.trim())? else {
        return Parameters::from_pairs(keyword::read(text)?);
    };
    url::read(rest).and_then(Parameters::from_pairs).map_err(|invalid| match invalid {
        Invalid::PasswordNotQuoted => Invalid::PasswordNotEncoded,
        _ if url::may_misplace_password(rest) => Invalid::PasswordNotEncoded,
        _ => invalid,
    })
}
