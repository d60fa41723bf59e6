//! What the parameters of a connection string can say.

use std::path::PathBuf;
use std::time::Duration;

use super::invalid::Invalid;

/// Whether TLS is used, and how far the server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only if the server does not let us in without.
    Allow,
    /// If the server offers it.
    Prefer,
    /// Always.
    Require,
    /// Always, with a certificate from a trusted authority.
    VerifyCa,
    /// Always, with a certificate from a trusted authority for this host.
    VerifyFull,
}

impl SslMode {
    const NAMES: &[(&str, Self)] = &[
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];

    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        choose("sslmode", text, Self::NAMES)
    }

    /// The name that libpq has for it.
    pub fn name(self) -> &'static str {
        name_of(self, Self::NAMES)
    }
}

/// What the server's certificate is verified against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCert {
    /// The certificates in a file.
    Path(PathBuf),
    /// The authorities that the operating system trusts.
    System,
}

/// How the TLS handshake begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslNegotiation {
    /// The server is asked first.
    Postgres,
    /// At once; PostgreSQL 17 and later.
    Direct,
}

impl SslNegotiation {
    const NAMES: &[(&str, Self)] = &[("postgres", Self::Postgres), ("direct", Self::Direct)];

    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        choose("sslnegotiation", text, Self::NAMES)
    }
}

/// The TLS versions that will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersions {
    /// 1.2 and 1.3.
    Any,
    /// 1.2 alone.
    Only12,
    /// 1.3 alone.
    Only13,
}

/// Everything about TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// Whether it is used.
    pub sslmode: SslMode,
    /// What the server's certificate is verified against.
    pub sslrootcert: Option<RootCert>,
    /// The client's certificate.
    pub sslcert: Option<PathBuf>,
    /// The key of the client's certificate.
    pub sslkey: Option<PathBuf>,
    /// How the handshake begins.
    pub sslnegotiation: SslNegotiation,
    /// Whether the host name is sent in the clear so that a proxy can route by it.
    pub sslsni: bool,
    /// The versions that will do.
    pub versions: TlsVersions,
}

/// How far the server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Not at all.
    Nothing,
    /// The authority.
    Authority,
    /// The authority and the host.
    AuthorityAndHost,
}

impl TlsOptions {
    /// As in libpq, a certificate to verify against makes every `sslmode` verify the authority.
    pub fn verification(&self) -> Verification {
        match (self.sslmode, &self.sslrootcert) {
            (SslMode::VerifyFull, _) => Verification::AuthorityAndHost,
            (SslMode::VerifyCa, _) | (_, Some(RootCert::Path(_))) => Verification::Authority,
            _ => Verification::Nothing,
        }
    }
}

/// Whether the login is bound to the TLS connection, so that nobody in between can pass it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If the server can.
    Prefer,
    /// Always.
    Require,
}

impl ChannelBinding {
    const NAMES: &[(&str, Self)] = &[("disable", Self::Disable), ("prefer", Self::Prefer), ("require", Self::Require)];

    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        choose("channel_binding", text, Self::NAMES)
    }

    /// The name that libpq has for it.
    pub fn name(self) -> &'static str {
        name_of(self, Self::NAMES)
    }
}

/// Which kind of server will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetSessionAttrs {
    /// Any.
    Any,
    /// One where sessions can write.
    ReadWrite,
    /// One where sessions cannot.
    ReadOnly,
    /// One that is not a standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby, or any if there is none.
    PreferStandby,
}

impl TargetSessionAttrs {
    const NAMES: &[(&str, Self)] = &[
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];

    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        choose("target_session_attrs", text, Self::NAMES)
    }

    /// The name that libpq has for it.
    pub fn name(self) -> &'static str {
        name_of(self, Self::NAMES)
    }
}

/// How a dead connection is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalives {
    /// Whether the operating system asks at all.
    pub enabled: bool,
    /// After how much silence it asks.
    pub idle: Option<Duration>,
    /// How long it waits before it asks again.
    pub interval: Option<Duration>,
    /// How often it asks in vain.
    pub count: Option<u32>,
    /// How long sent data may stay unacknowledged.
    pub tcp_user_timeout: Option<Duration>,
}

fn choose<T: Copy>(parameter: &'static str, text: &str, names: &[(&str, T)]) -> Result<T, Invalid> {
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
        Invalid::Value { parameter, expected: one_of(&names) }
    })
}

fn one_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn name_of<T: Copy + PartialEq>(value: T, names: &[(&'static str, T)]) -> &'static str {
    names.iter().find(|(_, named)| *named == value).map_or("", |(name, _)| name)
}
