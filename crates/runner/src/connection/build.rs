//! From parameters to a connection string: libpq's defaults and the rules between parameters.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::decoration::Kind;
use super::env::ConnectEnv;
use super::error::ConnectionError;
use super::files;
use super::invalid::Invalid;
use super::options::{ChannelBinding, Keepalives, TargetSessionAttrs};
use super::parameters::Parameters;
use super::passfile::{Passfile, Wanted};
use super::pooler::{Pooler, PoolerKind, PoolerMode};
use super::secret::Secret;
use super::string::{ConnectionString, Endpoint, Host};
use super::tls_options;

const DEFAULT_PORT: u16 = 5432;

/// libpq waits for as long as the operating system does, which is minutes; nobody watches a pipeline that long.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn build(
    parameters: &Parameters,
    service: Option<String>,
    env: &ConnectEnv,
) -> Result<ConnectionString, ConnectionError> {
    let p = parameters;
    let mut notes: Vec<String> = ignored(p).into_iter().collect();
    let decoration = |kind| p.decorations.get(&kind).map(String::as_str).filter(|value| !value.is_empty());

    let user = p.get("user").map(str::to_owned).or_else(|| env.os_user.clone()).ok_or(Invalid::NoUser)?;
    let dbname = p.get("dbname").unwrap_or(&user).to_owned();
    let password = p.get("password").map(Secret::new);
    let tls = tls_options::build(p, env, &mut notes)?;
    let channel_binding = p.get("channel_binding").map_or(Ok(ChannelBinding::Prefer), ChannelBinding::parse)?;
    tls_options::check_promises(p, &tls, channel_binding)?;

    let passfile = p.get("passfile").map(PathBuf::from);
    let mut hosts = hosts(p, env)?;
    let mut ignored_passfile = None;
    if let Some(password) = &password {
        for endpoint in &mut hosts {
            endpoint.password = Some(password.clone());
        }
    } else if let Some(file) = Passfile::open(passfile.as_deref(), env, &mut ignored_passfile)? {
        for endpoint in &mut hosts {
            let host = passfile_host(endpoint, env);
            endpoint.password = file.find(&Wanted { host: &host, port: endpoint.port, dbname: &dbname, user: &user });
        }
    }

    notes.extend(ignored_passfile.clone());
    let declared = decoration(Kind::PgBouncer) == Some("true");
    let pooler = hosts
        .iter()
        .find_map(Pooler::recognise)
        .or(declared.then_some(Pooler { kind: PoolerKind::Declared, mode: PoolerMode::Transaction }));

    Ok(ConnectionString {
        hosts,
        user,
        password,
        dbname,
        tls,
        channel_binding,
        options: p.get("options").map(str::to_owned),
        application_name: p
            .get("application_name")
            .or_else(|| decoration(Kind::ApplicationName))
            .or_else(|| p.get("fallback_application_name"))
            .map(str::to_owned),
        connect_timeout: timeout(p)?,
        target_session_attrs: p
            .get("target_session_attrs")
            .map_or(Ok(TargetSessionAttrs::Any), TargetSessionAttrs::parse)?,
        keepalives: keepalives(p)?,
        passfile,
        service,
        schema: decoration(Kind::Schema).map(str::to_owned),
        pooler,
        notes,
        ignored_passfile,
    })
}

/// What is said for others, in one line: ORMs say a lot.
fn ignored(p: &Parameters) -> Option<String> {
    let names: Vec<String> = p.ignored.iter().map(|name| format!("`{name}`")).collect();
    let (last, first) = names.split_last()?;
    Some(match first {
        [] => format!("{last} in the connection string changes nothing here and is ignored"),
        first => {
            format!("{} and {last} in the connection string change nothing here and are ignored", first.join(", "))
        }
    })
}

fn hosts(p: &Parameters, env: &ConnectEnv) -> Result<Vec<Endpoint>, Invalid> {
    let names = list(p, "host");
    let addresses = list(p, "hostaddr");
    let ports = list(p, "port");
    // As in libpq, the addresses decide how many servers there are if both are given.
    let count = if addresses.is_empty() { names.len().max(1) } else { addresses.len() };
    if !names.is_empty() && names.len() != count {
        return Err(Invalid::Count { parameter: "hostaddr", hosts: names.len(), given: count });
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(Invalid::Count { parameter: "port", hosts: count, given: ports.len() });
    }
    (0..count)
        .map(|index| {
            let port = port(ports.get(index).or_else(|| ports.first()).copied())?;
            let hostaddr =
                match addresses.get(index).copied().filter(|text| !text.is_empty()) {
                    Some(text) => Some(text.parse::<IpAddr>().map_err(|_| Invalid::Value {
                        parameter: "hostaddr",
                        expected: "a numeric address".to_owned(),
                    })?),
                    None => None,
                };
            let host = match (names.get(index).copied().filter(|text| !text.is_empty()), hostaddr) {
                (Some(name), _) if name.starts_with('/') => Host::Unix(name.into()),
                (Some(name), _) => Host::Tcp(name.to_owned()),
                (None, Some(address)) => Host::Tcp(address.to_string()),
                (None, None) => default_host(port, env),
            };
            Ok(Endpoint { host, hostaddr, port, password: None })
        })
        .collect()
}

fn list<'a>(p: &'a Parameters, name: &'static str) -> Vec<&'a str> {
    p.get(name).map(|value| value.split(',').map(str::trim).collect()).unwrap_or_default()
}

fn port(text: Option<&str>) -> Result<u16, Invalid> {
    match text {
        None | Some("") => Ok(DEFAULT_PORT),
        Some(text) => match text.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(Invalid::Value { parameter: "port", expected: "a number from 1 to 65535".to_owned() }),
        },
    }
}

/// libpq was built with one socket directory in mind; here the usual ones are looked at.
fn default_host(port: u16, env: &ConnectEnv) -> Host {
    let socket = format!(".s.PGSQL.{port}");
    env.socket_dirs
        .iter()
        .find(|folder| files::exists(&folder.join(&socket)))
        .map_or_else(|| Host::Tcp("localhost".to_owned()), |folder| Host::Unix(folder.clone()))
}

/// A server at the usual socket goes by `localhost` in password files.
fn passfile_host(endpoint: &Endpoint, env: &ConnectEnv) -> String {
    match &endpoint.host {
        Host::Unix(path) if env.socket_dirs.contains(path) => "localhost".to_owned(),
        _ => endpoint.place().host,
    }
}

fn timeout(p: &Parameters) -> Result<Option<Duration>, Invalid> {
    let Some(seconds) = integer(p, "connect_timeout")? else { return Ok(Some(DEFAULT_TIMEOUT)) };
    Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

fn keepalives(p: &Parameters) -> Result<Keepalives, Invalid> {
    let seconds = |name| -> Result<Option<u64>, Invalid> {
        Ok(integer(p, name)?.and_then(|value| u64::try_from(value).ok()).filter(|value| *value > 0))
    };
    Ok(Keepalives {
        enabled: integer(p, "keepalives")? != Some(0),
        idle: seconds("keepalives_idle")?.map(Duration::from_secs),
        interval: seconds("keepalives_interval")?.map(Duration::from_secs),
        count: seconds("keepalives_count")?.and_then(|count| u32::try_from(count).ok()),
        tcp_user_timeout: seconds("tcp_user_timeout")?.map(Duration::from_millis),
    })
}

fn integer(p: &Parameters, name: &'static str) -> Result<Option<i64>, Invalid> {
    p.get(name)
        .map(|text| {
            text.trim().parse().map_err(|_| Invalid::Value { parameter: name, expected: "a whole number".to_owned() })
        })
        .transpose()
}
