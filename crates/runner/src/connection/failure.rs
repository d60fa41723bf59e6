//! What the driver reports, in our terms.

use std::error::Error as StdError;
use std::io;

use rustls::pki_types::InvalidDnsNameError;
use rustls::{AlertDescription, CertificateError};
use tokio_postgres::error::{DbError, SqlState};

use super::error::{ConnectionError, TlsFailure};
use super::options::SslNegotiation;
use super::place::Place;
use super::string::ConnectionString;

/// Why an attempt at a connection failed.
pub(super) fn classify(error: &tokio_postgres::Error, at: Place, string: &ConnectionString) -> ConnectionError {
    if let Some(db) = error.as_db_error() {
        return from_server(db, at, string);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        let reason = tls_failure(tls, &at);
        return ConnectionError::TlsFailed { at, reason };
    }
    if find::<InvalidDnsNameError>(error).is_some() {
        let reason = TlsFailure::ImpossibleHost { host: at.host.clone() };
        return ConnectionError::TlsFailed { at, reason };
    }
    let cause = innermost(error);
    // The driver keeps the kind of its errors to itself; only its words tell them apart.
    match error.to_string().as_str() {
        "error performing TLS handshake" if cause.contains("does not support TLS") => {
            ConnectionError::TlsFailed { at, reason: TlsFailure::NotOffered }
        }
        "error performing TLS handshake" if string.tls.sslnegotiation == SslNegotiation::Direct => {
            ConnectionError::TlsFailed { at, reason: TlsFailure::NotDirect }
        }
        // A server that turns a certificate down says so and hangs up; its word is lost where the client still writes.
        "error performing TLS handshake" if string.tls.sslcert.is_some() && hung_up(error) => {
            let alert = format!("it hung up when it was sent ({})", string.scrub(&cause));
            ConnectionError::TlsFailed { at, reason: TlsFailure::ClientCertificate { alert } }
        }
        "error performing TLS handshake" => {
            ConnectionError::TlsFailed { at, reason: TlsFailure::Other(string.scrub(&cause)) }
        }
        "invalid configuration" if cause == "password missing" => {
            let ignored = string.ignored_passfile.clone();
            ConnectionError::PasswordMissing { at, user: string.user.clone(), ignored }
        }
        "authentication error" if cause.contains("channel binding") => ConnectionError::ChannelBinding { at },
        "authentication error" => {
            ConnectionError::AuthFailed { at, user: string.user.clone(), reason: string.scrub(&cause) }
        }
        "unexpected message from server" | "error parsing response from server" => not_the_protocol(at),
        "connection closed" => ConnectionError::Closed { at },
        // What is left of an answer that made no sense when the other side hangs up.
        "error communicating with the server" if cause == "bytes remaining on stream" => not_the_protocol(at),
        _ => match find::<io::Error>(error) {
            Some(io) => from_io(io, at),
            None => ConnectionError::Unreachable { at, reason: string.scrub(&cause) },
        },
    }
}

/// Whether the other side ended the connection.
fn hung_up(error: &tokio_postgres::Error) -> bool {
    find::<io::Error>(error).is_some_and(|io| {
        matches!(
            io.kind(),
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
        )
    })
}

/// Why a connection that was open is not any more.
pub(super) fn lost(error: &tokio_postgres::Error, at: Place, string: &ConnectionString) -> ConnectionError {
    let reason = error.as_db_error().map_or_else(|| innermost(error), |db| db.message().to_owned());
    ConnectionError::Lost { at, reason: string.scrub(&reason) }
}

/// Whether the server may answer otherwise if TLS is used, or is not used.
pub(super) fn depends_on_tls(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(db) => *db.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        None => find::<rustls::Error>(error).is_some() || error.to_string() == "error performing TLS handshake",
    }
}

fn from_server(db: &DbError, at: Place, string: &ConnectionString) -> ConnectionError {
    let reason = string.scrub(db.message());
    let user = string.user.clone();
    let code = db.code();
    if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code) {
        return ConnectionError::AuthFailed { at, user, reason };
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return ConnectionError::NotPermitted { at, user, database: string.dbname.clone(), reason };
    }
    // Poolers have their own ways to say the same, and one code for all of them.
    let says = |texts: &[&str]| texts.iter().any(|text| reason.contains(text));
    let missing = reason.starts_with("database ") && reason.ends_with(" does not exist");
    if *code == SqlState::INVALID_CATALOG_NAME || missing || says(&["no such database"]) {
        return ConnectionError::DatabaseMissing { at, database: string.dbname.clone() };
    }
    if says(&["no such user", "authentication failed", "Tenant or user not found"]) {
        return ConnectionError::AuthFailed { at, user, reason };
    }
    if *code == SqlState::CANNOT_CONNECT_NOW || says(&["cannot connect to server", "database is shutting down"]) {
        return ConnectionError::NotReady { at, reason };
    }
    if *code == SqlState::TOO_MANY_CONNECTIONS || says(&["no more connections allowed", "Max client connections"]) {
        return ConnectionError::TooManyConnections { at, reason };
    }
    let direct = string.past_the_pooler();
    ConnectionError::Rejected { at, sqlstate: code.code().to_owned(), reason, direct }
}

fn from_io(error: &io::Error, at: Place) -> ConnectionError {
    match error.kind() {
        // A socket that is not there is a server that is not running.
        io::ErrorKind::ConnectionRefused => ConnectionError::Refused { at },
        io::ErrorKind::NotFound if at.host.starts_with('/') => ConnectionError::Refused { at },
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            ConnectionError::Closed { at }
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => not_the_protocol(at),
        _ => ConnectionError::Unreachable { at, reason: error.to_string() },
    }
}

fn not_the_protocol(at: Place) -> ConnectionError {
    ConnectionError::NotPostgres { at, found: "it does not speak the protocol".to_owned() }
}

fn tls_failure(error: &rustls::Error, at: &Place) -> TlsFailure {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFailure::WrongHost { host: at.host.clone() }
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFailure::UnknownIssuer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFailure::Expired,
            _ => TlsFailure::Other(error.to_string()),
        },
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::AccessDenied => TlsFailure::ClientCertificate { alert: format!("{alert:?}") },
            _ => TlsFailure::Other(error.to_string()),
        },
        _ => TlsFailure::Other(error.to_string()),
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

fn chain(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause(error: Cause<'_>) -> Option<Cause<'_>> {
    match error.downcast_ref::<io::Error>() {
        // The source of an I/O error is that of the error it wraps, which would be passed over.
        Some(io) => io.get_ref().map(|inner| inner as Cause<'_>),
        None => error.source(),
    }
}

fn find<E: StdError + 'static>(error: Cause<'_>) -> Option<&E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

fn innermost(error: Cause<'_>) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
