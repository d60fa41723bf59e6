//! One attempt at one address of one server.

use std::net::IpAddr;

use rustls::pki_types::ServerName;
use tokio_postgres::config::{self, SslMode as DriverMode};
use tokio_postgres::tls::NoTls;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::announced;
use super::error::ConnectionError;
use super::failure::{classify, depends_on_tls};
use super::options::{ChannelBinding, SslMode, SslNegotiation, Verification};
use super::session::{self, Canceller, Connected, ServerVersion};
use super::string::{ConnectionString, Endpoint, Host};
use super::target::{self, Facts};

/// What all attempts have in common.
pub(super) struct Attempt<'a> {
    pub(super) string: &'a ConnectionString,
    pub(super) application_name: &'a str,
    pub(super) tls: Option<&'a MakeRustlsConnect>,
}

impl Attempt<'_> {
    /// Connects, with and without TLS as `sslmode` has it, and asks the server what it is.
    pub(super) async fn run(
        &self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
    ) -> Result<(Connected, Facts), ConnectionError> {
        let opened = self.open_by_sslmode(endpoint, address).await;
        let opened = opened.map_err(|error| classify(&error, endpoint.place(), self.string))?;
        let place = endpoint.place();
        let facts = target::ask(&opened.client, &place, self.string).await?;
        let canceller = Canceller {
            token: opened.client.cancel_token(),
            tls: opened.tls,
            place: place.clone(),
            string: self.string.clone(),
        };
        let announced_pid = announced::pid(&canceller.token).await;
        let connected = Connected {
            client: opened.client,
            notices: opened.notices,
            canceller,
            server_version: ServerVersion { num: facts.version },
            pid: facts.pid,
            announced_pid,
            in_recovery: facts.in_recovery,
            place,
            task: opened.task,
        };
        Ok((connected, facts))
    }

    async fn open_by_sslmode(
        &self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
    ) -> Result<Opened, tokio_postgres::Error> {
        let plain = || self.open(endpoint, address, DriverMode::Disable);
        let mode = match endpoint.host {
            // As in libpq: what runs through a socket does not leave the machine.
            Host::Unix(_) => SslMode::Disable,
            Host::Tcp(_) => self.string.tls.sslmode,
        };
        match mode {
            SslMode::Disable => plain().await,
            SslMode::Allow => match plain().await {
                Err(error) if depends_on_tls(&error) => {
                    self.open(endpoint, address, DriverMode::Require).await.map_err(|second| {
                        // A server without TLS means its first answer.
                        if second.as_db_error().is_some() { second } else { error }
                    })
                }
                outcome => outcome,
            },
            SslMode::Prefer => match self.open(endpoint, address, DriverMode::Prefer).await {
                Err(error) if depends_on_tls(&error) => {
                    plain().await.map_err(|second| if second.as_db_error().is_some() { error } else { second })
                }
                outcome => outcome,
            },
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                self.open(endpoint, address, DriverMode::Require).await
            }
        }
    }

    async fn open(
        &self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        mode: DriverMode,
    ) -> Result<Opened, tokio_postgres::Error> {
        let config = self.config(endpoint, address, mode);
        let place = endpoint.place();
        let string = self.string.clone();
        if let (Some(tls), true) = (self.tls, mode != DriverMode::Disable) {
            let (client, connection) = config.connect(tls.clone()).await?;
            let (notices, task) = session::run(connection, place, string);
            Ok(Opened { client, notices, task, tls: Some(tls.clone()) })
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            let (notices, task) = session::run(connection, place, string);
            Ok(Opened { client, notices, task, tls: None })
        }
    }

    /// The name that the handshake is for. Where the certificate's is not compared, one that TLS has no way to say
    /// is as good as any other, and the address stands in for it.
    fn name_for_tls(&self, host: &str, address: Option<IpAddr>) -> String {
        let verified = self.string.tls.verification() == Verification::AuthorityAndHost;
        match address {
            Some(address) if !verified && ServerName::try_from(host).is_err() => address.to_string(),
            _ => host.to_owned(),
        }
    }

    fn config(&self, endpoint: &Endpoint, address: Option<IpAddr>, mode: DriverMode) -> Config {
        let string = self.string;
        let mut config = Config::new();
        match &endpoint.host {
            Host::Tcp(host) => config.host(self.name_for_tls(host, address)),
            #[cfg(unix)]
            Host::Unix(path) => config.host_path(path),
            // The driver has no sockets here: this ends as a host that cannot be found.
            #[cfg(not(unix))]
            Host::Unix(path) => config.host(path.display().to_string()),
        };
        if let Some(address) = address {
            config.hostaddr(address);
        }
        config.port(endpoint.port).user(&string.user).dbname(&string.dbname).ssl_mode(mode);
        config.application_name(string.application_name.as_deref().unwrap_or(self.application_name));
        if let Some(password) = &endpoint.password {
            config.password(password.expose());
        }
        if let Some(options) = &string.options {
            config.options(options);
        }
        config.channel_binding(match string.channel_binding {
            ChannelBinding::Disable => config::ChannelBinding::Disable,
            ChannelBinding::Prefer => config::ChannelBinding::Prefer,
            ChannelBinding::Require => config::ChannelBinding::Require,
        });
        if string.tls.sslnegotiation == SslNegotiation::Direct && mode == DriverMode::Require {
            config.ssl_negotiation(config::SslNegotiation::Direct);
        }
        let keepalives = &string.keepalives;
        config.keepalives(keepalives.enabled);
        if let Some(idle) = keepalives.idle {
            config.keepalives_idle(idle);
        }
        if let Some(interval) = keepalives.interval {
            config.keepalives_interval(interval);
        }
        if let Some(count) = keepalives.count {
            config.keepalives_retries(count);
        }
        if let Some(timeout) = keepalives.tcp_user_timeout {
            config.tcp_user_timeout(timeout);
        }
        config
    }
}

struct Opened {
    client: Client,
    notices: tokio::sync::mpsc::UnboundedReceiver<session::Notice>,
    task: tokio::task::JoinHandle<Result<(), ConnectionError>>,
    tls: Option<MakeRustlsConnect>,
}
