use std::net::IpAddr;

use super::attempt::Attempt;
use super::error::ConnectionError;
use super::options::TargetSessionAttrs;
use super::session::Connected;
use super::string::{ConnectionString, Endpoint, Host};
use super::tls;

/// Connects to the first server of the connection string that is there and is what was asked for.
///
/// `application_name` is what the server shows for the session unless the connection string names it. The connection
/// itself runs as a task of the current runtime.
pub async fn connect(string: &ConnectionString, application_name: &str) -> Result<Connected, ConnectionError> {
    let tls = tls::connector(string)?;
    let attempt = Attempt { string, application_name, tls: tls.as_ref() };
    let wanted = string.target_session_attrs;
    match any_host(&attempt, wanted).await {
        Err(error) if wanted == TargetSessionAttrs::PreferStandby && !error.is_final() => {
            any_host(&attempt, TargetSessionAttrs::Any).await
        }
        outcome => outcome,
    }
}

async fn any_host(attempt: &Attempt<'_>, wanted: TargetSessionAttrs) -> Result<Connected, ConnectionError> {
    let mut failures = Vec::new();
    for endpoint in &attempt.string.hosts {
        match any_address(attempt, endpoint, wanted).await {
            Ok(connected) => return Ok(connected),
            Err(error) if error.is_final() => return Err(error),
            Err(error) => failures.push(error),
        }
    }
    match failures.pop() {
        Some(only) if failures.is_empty() => Err(only),
        last => {
            failures.extend(last);
            Err(ConnectionError::NoHost { attempts: failures })
        }
    }
}

async fn any_address(
    attempt: &Attempt<'_>,
    endpoint: &Endpoint,
    wanted: TargetSessionAttrs,
) -> Result<Connected, ConnectionError> {
    let mut failure = None;
    for address in within(attempt, endpoint, addresses(endpoint)).await? {
        let outcome = within(attempt, endpoint, attempt.run(endpoint, address)).await;
        match outcome {
            Ok((connected, facts)) if facts.satisfy(wanted) => return Ok(connected),
            Ok(_) => {
                failure = Some(ConnectionError::TargetSession { at: endpoint.place(), wanted: wanted.name() });
            }
            Err(error) if error.is_final() => return Err(error),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| no_address(endpoint, "it has no address")))
}

/// The addresses to try, `None` being that of a socket.
///
/// Looked up here and not by the driver so that the time limit holds for each address, as in libpq.
async fn addresses(endpoint: &Endpoint) -> Result<Vec<Option<IpAddr>>, ConnectionError> {
    match (&endpoint.host, endpoint.hostaddr) {
        (Host::Unix(_), _) => Ok(vec![None]),
        (Host::Tcp(_), Some(address)) => Ok(vec![Some(address)]),
        (Host::Tcp(host), None) => {
            let found = tokio::net::lookup_host((host.as_str(), endpoint.port)).await;
            let found = found.map_err(|error| no_address(endpoint, &error.to_string()))?;
            Ok(found.map(|address| Some(address.ip())).collect())
        }
    }
}

fn no_address(endpoint: &Endpoint, reason: &str) -> ConnectionError {
    ConnectionError::HostNotFound { host: endpoint.place().host, reason: reason.to_owned() }
}

async fn within<T>(
    attempt: &Attempt<'_>,
    endpoint: &Endpoint,
    work: impl Future<Output = Result<T, ConnectionError>>,
) -> Result<T, ConnectionError> {
    let Some(limit) = attempt.string.connect_timeout else { return work.await };
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ConnectionError::Timeout { at: endpoint.place(), seconds: limit.as_secs() }),
    }
}
