//! The rules between the parameters that are about TLS.

use std::path::PathBuf;

use super::decoration::Kind;
use super::env::ConnectEnv;
use super::files;
use super::invalid::Invalid;
use super::options::{ChannelBinding, RootCert, SslMode, SslNegotiation, TlsOptions, TlsVersions};
use super::parameters::Parameters;

pub(super) fn build(p: &Parameters, env: &ConnectEnv, notes: &mut Vec<String>) -> Result<TlsOptions, Invalid> {
    let strict = strict(p, notes)?;
    let named = named_mode(p, notes)?;
    let mut sslrootcert = p.get("sslrootcert").map(|path| match path {
        "system" => RootCert::System,
        path => RootCert::Path(path.into()),
    });
    let sslmode = match (named, &sslrootcert) {
        _ if strict => SslMode::VerifyFull,
        (None, Some(RootCert::System)) => SslMode::VerifyFull,
        (None, _) => SslMode::Prefer,
        (Some(mode), Some(RootCert::System)) if mode < SslMode::VerifyFull => {
            return Err(Invalid::SystemRootsNeedFull { sslmode: mode.name() });
        }
        (Some(mode), _) => mode,
    };
    if sslrootcert.is_none() {
        sslrootcert = default_file(env, "root.crt").map(RootCert::Path);
    }
    if sslrootcert.is_none() && sslmode == SslMode::VerifyFull {
        notes.push("no `sslrootcert` is set: the authorities that the system trusts are used".to_owned());
        sslrootcert = Some(RootCert::System);
    }
    if sslrootcert.is_none() && sslmode == SslMode::VerifyCa {
        return Err(Invalid::NoRootCert);
    }
    let sslcert = p.get("sslcert").map(PathBuf::from).or_else(|| default_file(env, "postgresql.crt"));
    let sslkey = p.get("sslkey").map(PathBuf::from).or_else(|| default_file(env, "postgresql.key"));

    Ok(TlsOptions {
        sslmode,
        sslrootcert,
        sslcert,
        sslkey,
        sslnegotiation: p.get("sslnegotiation").map_or(Ok(SslNegotiation::Postgres), SslNegotiation::parse)?,
        sslsni: p.get("sslsni") != Some("0"),
        versions: versions(p)?,
    })
}

/// Requirements that a connection without TLS, or with another encryption, would break.
pub(super) fn check_promises(p: &Parameters, tls: &TlsOptions, channel_binding: ChannelBinding) -> Result<(), Invalid> {
    let sslmode = tls.sslmode.name();
    if channel_binding == ChannelBinding::Require && tls.sslmode == SslMode::Disable {
        return Err(Invalid::NeedsTls { parameter: "channel_binding=require", sslmode });
    }
    if tls.sslnegotiation == SslNegotiation::Direct && tls.sslmode < SslMode::Require {
        return Err(Invalid::NeedsTls { parameter: "sslnegotiation=direct", sslmode });
    }
    if p.get("gssencmode") == Some("require") {
        return Err(Invalid::Unsupported { parameter: "gssencmode", reason: "GSSAPI is not available here" });
    }
    Ok(())
}

/// `sslmode`, or what a driver says in its place.
fn named_mode(p: &Parameters, notes: &mut Vec<String>) -> Result<Option<SslMode>, Invalid> {
    match (p.get("sslmode"), p.decorations.get(&Kind::Ssl).map(String::as_str)) {
        (Some("no-verify"), _) => {
            notes.push("`sslmode=no-verify` is taken for `sslmode=require`".to_owned());
            Ok(Some(SslMode::Require))
        }
        (Some(text), _) => SslMode::parse(text).map(Some),
        (None, Some("true" | "1" | "on")) => Ok(Some(SslMode::Require)),
        (None, Some("false" | "0" | "off")) => Ok(Some(SslMode::Disable)),
        (None, Some(text)) if !text.is_empty() => SslMode::parse(text).map(Some),
        (None, _) => Ok(None),
    }
}

/// Prisma verifies nothing unless `sslaccept=strict`.
fn strict(p: &Parameters, notes: &mut Vec<String>) -> Result<bool, Invalid> {
    match p.decorations.get(&Kind::SslAccept).map(String::as_str) {
        Some("strict") => {
            notes.push("`sslaccept=strict` is taken for `sslmode=verify-full`".to_owned());
            Ok(true)
        }
        Some("accept_invalid_certs") => {
            notes.push("`sslaccept=accept_invalid_certs` is ignored: `sslmode` says what is verified".to_owned());
            Ok(false)
        }
        None | Some("") => Ok(false),
        Some(_) => {
            Err(Invalid::Value { parameter: "sslaccept", expected: "`strict` or `accept_invalid_certs`".to_owned() })
        }
    }
}

fn default_file(env: &ConnectEnv, name: &str) -> Option<PathBuf> {
    env.at_home(".postgresql").map(|folder| folder.join(name)).filter(|path| files::is_file(path))
}

/// TLS before 1.2 is not spoken here, so a lower minimum is met and a lower maximum cannot be.
fn versions(p: &Parameters) -> Result<TlsVersions, Invalid> {
    let version = |parameter| match p.get(parameter) {
        None => Ok(None),
        Some("TLSv1" | "TLSv1.1") => Ok(Some(1)),
        Some("TLSv1.2") => Ok(Some(2)),
        Some("TLSv1.3") => Ok(Some(3)),
        Some(_) => Err(Invalid::Value { parameter, expected: "`TLSv1.2` or `TLSv1.3`".to_owned() }),
    };
    let min = version("ssl_min_protocol_version")?.unwrap_or(2);
    let max = version("ssl_max_protocol_version")?.unwrap_or(3);
    match (min, max) {
        (3, 3) => Ok(TlsVersions::Only13),
        (1 | 2, 2) => Ok(TlsVersions::Only12),
        (1 | 2, 3) => Ok(TlsVersions::Any),
        _ => Err(Invalid::Value {
            parameter: "ssl_max_protocol_version",
            expected: "at least `TLSv1.2` and not below `ssl_min_protocol_version`".to_owned(),
        }),
    }
}
