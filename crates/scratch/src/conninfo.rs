//! Connection strings: how the two forms that every client reads are taken apart and put together.

use std::fmt::Write as _;

use camino::Utf8PathBuf;

use crate::error::ScratchError;

/// Where a server listens and who connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) database: String,
    /// Parameters that mean nothing here and are handed on.
    rest: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// A folder with a unix socket.
    Socket(Utf8PathBuf),
    Tcp(String),
}

pub(crate) const PORT: u16 = 5432;
pub(crate) const SUPERUSER: &str = "postgres";

impl Target {
    /// The server that listens in a folder of ours.
    #[cfg(unix)]
    pub(crate) fn socket(dir: Utf8PathBuf, port: u16) -> Self {
        Self {
            host: Host::Socket(dir),
            port,
            user: SUPERUSER.to_owned(),
            password: None,
            database: SUPERUSER.to_owned(),
            rest: Vec::new(),
        }
    }

    /// Reads a `postgresql://` URL.
    pub(crate) fn parse(url: &str) -> Result<Self, ScratchError> {
        let invalid = |reason: &str| ScratchError::UrlInvalid { reason: reason.to_owned() };
        let rest = url
            .strip_prefix("postgresql://")
            .or_else(|| url.strip_prefix("postgres://"))
            .ok_or_else(|| invalid("it does not begin with postgresql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        let text = |encoded: &str| decode(encoded).ok_or_else(|| invalid("it is not percent-encoded UTF-8"));

        let (mut host, mut port) = split_address(address);
        let mut user = text(user)?;
        let mut password = password.map(text).transpose()?;
        let mut database = text(database)?;
        let mut decoded_host = text(host)?;
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| invalid("a parameter has no value"))?;
            let value = text(value)?;
            match name {
                "host" => {
                    decoded_host = value;
                    host = "given";
                }
                "port" => port = Some(value),
                "user" => user = value,
                "password" => password = Some(value),
                "dbname" => database = value,
                "sslmode" if matches!(value.as_str(), "require" | "verify-ca" | "verify-full") => {
                    return Err(invalid("scratch servers are reached without TLS, and its sslmode demands it"));
                }
                _ => others.push((name.to_owned(), value)),
            }
        }
        if host.is_empty() {
            return Err(invalid("it names no host"));
        }
        if decoded_host.contains(',') {
            return Err(invalid("it names several hosts; one is enough for scratch use"));
        }
        let port = match port.as_deref() {
            None | Some("") => PORT,
            Some(port) => port.parse().map_err(|_| invalid("its port is not a number"))?,
        };
        if user.is_empty() {
            user = std::env::var("USER").unwrap_or_else(|_| SUPERUSER.to_owned());
        }
        if database.is_empty() {
            database.clone_from(&user);
        }
        let host =
            if decoded_host.starts_with('/') { Host::Socket(decoded_host.into()) } else { Host::Tcp(decoded_host) };
        Ok(Self { host, port, user, password, database, rest: others })
    }

    /// The URL of one database.
    pub(crate) fn url(&self, database: &str) -> String {
        let mut url = format!("postgresql://{}", encode(&self.user));
        if let Some(password) = &self.password {
            url.push(':');
            url.push_str(&encode(password));
        }
        url.push('@');
        let mut parameters = Vec::new();
        match &self.host {
            Host::Socket(dir) => {
                parameters.push(format!("host={}", encode(dir.as_str())));
                if self.port != PORT {
                    parameters.push(format!("port={}", self.port));
                }
            }
            Host::Tcp(host) if host.contains(':') => {
                let _ = write!(url, "[{host}]:{}", self.port);
            }
            Host::Tcp(host) => {
                let _ = write!(url, "{}:{}", encode(host), self.port);
            }
        }
        url.push('/');
        url.push_str(&encode(database));
        parameters.extend(self.rest.iter().map(|(name, value)| format!("{name}={}", encode(value))));
        if !parameters.is_empty() {
            url.push('?');
            url.push_str(&parameters.join("&"));
        }
        url
    }

    /// The key/value string of one database.
    pub(crate) fn conninfo(&self, database: &str) -> String {
        let host = match &self.host {
            Host::Socket(dir) => dir.as_str(),
            Host::Tcp(host) => host,
        };
        let mut pairs = vec![
            format!("host={}", quote(host)),
            format!("port={}", self.port),
            format!("user={}", quote(&self.user)),
            format!("dbname={}", quote(database)),
        ];
        pairs.extend(self.password.iter().map(|password| format!("password={}", quote(password))));
        pairs.extend(self.rest.iter().map(|(name, value)| format!("{name}={}", quote(value))));
        pairs.join(" ")
    }

    /// The place, without credentials.
    pub(crate) fn place(&self) -> String {
        match &self.host {
            Host::Socket(dir) => format!("{dir}/.s.PGSQL.{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
        }
    }
}

/// Splits `host:port` and `[::1]:port`.
fn split_address(address: &str) -> (&str, Option<String>) {
    if let Some((host, rest)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':').map(str::to_owned));
    }
    match address.split_once(':') {
        Some((host, port)) => (host, Some(port.to_owned())),
        None => (address, None),
    }
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_socket_has_both_forms() {
        let target = Target::socket("/dev/shm/novate-1-abc".into(), PORT);
        assert_eq!(target.url("proof_1"), "postgresql://postgres@/proof_1?host=%2Fdev%2Fshm%2Fnovate-1-abc");
        assert_eq!(target.conninfo("it's"), "host=/dev/shm/novate-1-abc port=5432 user=postgres dbname='it\\'s'");
        assert_eq!(Target::parse(&target.url("postgres")).unwrap(), target);
    }

    #[test]
    fn a_url_keeps_what_it_says_but_the_database() {
        let url = "postgres://me:p%40ss@db.example:6000/main?application_name=ci&sslmode=disable";
        let target = Target::parse(url).unwrap();
        assert_eq!(target.password.as_deref(), Some("p@ss"));
        assert_eq!(target.place(), "db.example:6000");
        assert_eq!(
            target.url("x y"),
            "postgresql://me:p%40ss@db.example:6000/x%20y?application_name=ci&sslmode=disable"
        );
        assert_eq!(Target::parse("postgresql://me@[::1]:5433/d").unwrap().url("e"), "postgresql://me@[::1]:5433/e");
    }

    #[test]
    fn what_cannot_work_is_refused_without_repeating_the_url() {
        for url in [
            "host=x dbname=y",
            "postgresql://me:secret@/db",
            "postgresql://me:secret@a,b/db",
            "postgresql://me:secret@a:port/db",
            "postgresql://me:secret@a/db?sslmode=require",
            "postgresql://me:secret%@a/db",
        ] {
            let error = Target::parse(url).unwrap_err();
            assert_eq!(error.code(), "SCRATCH.URL_INVALID", "{url}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn other_clients_read_the_url() {
        let target = Target::socket("/dev/shm/novate-1-abc".into(), PORT);
        for text in [target.url("proof"), target.conninfo("proof")] {
            let config: tokio_postgres::Config = text.parse().unwrap();
            assert_eq!(config.get_dbname(), Some("proof"));
            assert_eq!(config.get_user(), Some("postgres"));
            assert_eq!(config.get_hosts(), [tokio_postgres::config::Host::Unix("/dev/shm/novate-1-abc".into())]);
        }
    }
}
