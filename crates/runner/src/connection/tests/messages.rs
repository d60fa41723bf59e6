use super::super::{ConnectionError, Invalid, Place, TlsFailure};
use super::invalid;

fn show(error: &ConnectionError) -> String {
    format!("{}\n{error}\n{}\n{}", error.code(), error.why(), error.fix())
}

fn show_invalid(text: &str) -> String {
    let invalid = invalid(text);
    format!("{}: {invalid}\n{}", invalid.code(), invalid.fix())
}

fn place() -> Place {
    Place { host: "db.example.com".to_owned(), port: 5432 }
}

#[test]
fn of_connection_strings() {
    insta::assert_snapshot!(show_invalid("host=db sslmod=require"), @r"
    CONNECTION.UNKNOWN_PARAMETER: `sslmod` is not a connection parameter
    Did you mean `sslmode`?
    ");
    insta::assert_snapshot!(show_invalid("postgresql://db/x?conection_limit=2"), @r"
    CONNECTION.UNKNOWN_PARAMETER: `conection_limit` is not a connection parameter
    Did you mean `connection_limit`?
    ");
    insta::assert_snapshot!(show_invalid("host=db wholly_else=1"), @r"
    CONNECTION.UNKNOWN_PARAMETER: `wholly_else` is not a connection parameter
    Remove it.
    ");
    insta::assert_snapshot!(show_invalid("mysql://app:pw@db/shop"), @r"
    CONNECTION.INVALID_URL: `mysql://` is not a PostgreSQL address
    Write `postgresql://user@host:5432/database`.
    ");
    insta::assert_snapshot!(show_invalid("host=db sslmode=requier"), @r"
    CONNECTION.INVALID_URL: `sslmode` must be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`
    Set `sslmode` to `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`.
    ");
    insta::assert_snapshot!(show_invalid("postgresql://app:p@ss@db/shop"), @r"
    CONNECTION.INVALID_URL: the password in the URL seems to hold a `@`, `/`, `?` or `&` that is not percent-encoded
    Write `@` as `%40`, `/` as `%2F`, `?` as `%3F` and `&` as `%26` in the password, or leave the password out of the URL and set PGPASSWORD.
    ");
    insta::assert_snapshot!(show_invalid("host=db sslcrl=x"), @r"
    CONNECTION.UNSUPPORTED_PARAMETER: `sslcrl` is not supported: revocation lists are not checked here
    Remove `sslcrl`.
    ");
}

#[test]
fn of_connections() {
    let at = place();
    insta::assert_snapshot!(show(&ConnectionError::Refused { at: at.clone() }), @r"
    CONNECTION.REFUSED
    db.example.com:5432 refuses connections
    Nothing listens there, or a firewall turns connections away.
    Start the server, or correct the host and port.
    ");
    insta::assert_snapshot!(show(&ConnectionError::AuthFailed { at: at.clone(), user: "app".into(), reason: "password authentication failed for user \"app\"".into() }), @r#"
    CONNECTION.AUTH_FAILED
    db.example.com:5432 does not let `app` in: password authentication failed for user "app"
    The password is wrong or has expired, the user does not exist, or pg_hba.conf has no line that lets it in from here.
    Check the password of `app` and where it comes from.
    "#);
    insta::assert_snapshot!(show(&ConnectionError::TlsFailed { at: at.clone(), reason: TlsFailure::UnknownIssuer }), @r"
    CONNECTION.TLS_FAILED
    no secure connection to db.example.com:5432: the server's certificate is not from a trusted authority
    Anybody can make a certificate; only the authority's signature tells who it is.
    Set `sslrootcert` to the certificate of the authority that issued it.
    ");
    let attempts = vec![
        ConnectionError::Refused { at: at.clone() },
        ConnectionError::Timeout { at: Place { host: "::1".into(), port: 5433 }, seconds: 30 },
    ];
    insta::assert_snapshot!(show(&ConnectionError::NoHost { attempts }), @r"
    CONNECTION.NO_HOST_AVAILABLE
    none of the 2 hosts could be connected to
    db.example.com:5432 refuses connections; [::1]:5433 did not answer within 30 s.
    Start the server, or correct the host and port.
    ");
    insta::assert_snapshot!(show(&ConnectionError::DatabaseMissing { at, database: "shop".into() }), @r"
    CONNECTION.DATABASE_MISSING
    the database `shop` does not exist on db.example.com:5432
    The server and the user are right; there is no such database.
    Correct the name, or create it: CREATE DATABASE shop;
    ");
}

#[test]
fn of_services() {
    let files = vec!["/home/me/.pg_service.conf".into()];
    insta::assert_snapshot!(show(&ConnectionError::ServiceNotFound { service: "shop".into(), files }), @r"
    CONNECTION.SERVICE_NOT_FOUND
    the connection service `shop` is not defined
    It was looked for in /home/me/.pg_service.conf.
    Add a section `[shop]` to `~/.pg_service.conf`, or correct the name.
    ");
    assert_eq!(Invalid::NoUser.code(), "CONNECTION.INVALID_URL");
}
