//! A connection string as text, without what is secret in it.

use std::fmt;

use super::build::DEFAULT_TIMEOUT;
use super::options::{ChannelBinding, RootCert, SslMode, TargetSessionAttrs};
use super::percent::encode;
use super::server_options;
use super::string::{ConnectionString, Endpoint, Host};

pub(super) const HIDDEN: &str = "***";

impl fmt::Display for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionString({})", self.redacted())
    }
}

impl ConnectionString {
    /// The whole of it as a URL, with `***` for the password.
    pub fn redacted(&self) -> String {
        let has_password = self.hosts.iter().any(|endpoint| endpoint.password.is_some());
        let password = if has_password { format!(":{HIDDEN}") } else { String::new() };
        let hosts: Vec<_> = self.hosts.iter().map(url_host).collect();
        let query = self.query();
        let mark = if query.is_empty() { "" } else { "?" };
        format!(
            "postgresql://{}{password}@{}/{}{mark}{}",
            encode(&self.user),
            hosts.join(","),
            encode(&self.dbname),
            query.join("&")
        )
    }

    /// Who connects where, in as few words as will do: `app@db.example.com:5432/shop`.
    pub fn safe_summary(&self) -> String {
        let hosts: Vec<_> = self.hosts.iter().map(|endpoint| endpoint.place().to_string()).collect();
        format!("{}@{}/{}", self.user, hosts.join(","), self.dbname)
    }

    /// A text from a server or driver, without the passwords and options that it might repeat.
    pub(super) fn scrub(&self, text: &str) -> String {
        let passwords = self.password.iter().chain(self.hosts.iter().filter_map(|host| host.password.as_ref()));
        let passwords = passwords.map(|password| password.expose().to_owned());
        let options = self.options.as_deref().map(server_options::secrets).unwrap_or_default();
        passwords
            .chain(options)
            .filter(|secret| !secret.is_empty() && !self.names(secret))
            .fold(text.to_owned(), |text, secret| text.replace(&secret, HIDDEN))
    }

    /// Where the password is the user's name, say, hiding it would tell what it is and garble every message.
    fn names(&self, password: &str) -> bool {
        password == self.user
            || password == self.dbname
            || self.hosts.iter().any(|endpoint| endpoint.place().host == password)
    }

    fn query(&self) -> Vec<String> {
        let mut query = Vec::new();
        let mut add = |name: &str, value: &str| query.push(format!("{name}={}", encode(value)));
        if self.tls.sslmode != SslMode::Prefer {
            add("sslmode", self.tls.sslmode.name());
        }
        match &self.tls.sslrootcert {
            Some(RootCert::System) => add("sslrootcert", "system"),
            Some(RootCert::Path(path)) => add("sslrootcert", &path.display().to_string()),
            None => {}
        }
        if let Some(path) = &self.tls.sslcert {
            add("sslcert", &path.display().to_string());
        }
        if self.channel_binding != ChannelBinding::Prefer {
            add("channel_binding", self.channel_binding.name());
        }
        if let Some(options) = &self.options {
            add("options", &self.scrub(&server_options::redacted(options)));
        }
        if let Some(name) = &self.application_name {
            add("application_name", &self.scrub(name));
        }
        if self.connect_timeout != Some(DEFAULT_TIMEOUT) {
            add("connect_timeout", &self.connect_timeout.map_or(0, |timeout| timeout.as_secs()).to_string());
        }
        if self.target_session_attrs != TargetSessionAttrs::Any {
            add("target_session_attrs", self.target_session_attrs.name());
        }
        if let Some(schema) = &self.schema {
            add("schema", &self.scrub(schema));
        }
        query
    }
}

fn url_host(endpoint: &Endpoint) -> String {
    let port = endpoint.port;
    match &endpoint.host {
        Host::Unix(path) => format!("{}:{port}", encode(&path.display().to_string())),
        // A colon is kept: between brackets it belongs to an address.
        Host::Tcp(host) if host.contains(':') => format!("[{}]:{port}", encode(host).replace("%3A", ":")),
        Host::Tcp(host) => format!("{}:{port}", encode(host)),
    }
}
