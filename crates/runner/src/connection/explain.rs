use novate_sql::Ident;

use super::error::{ConnectionError, TlsFailure};
use super::refusal::Refusal;

impl ConnectionError {
    /// Why this stops the work.
    pub fn why(&self) -> String {
        match self {
            Self::Invalid(_) => "Guessing at a connection string could lead to another database.".to_owned(),
            Self::ServiceNotFound { files, .. } if files.is_empty() => {
                "There is no service file: neither `~/.pg_service.conf` nor the one of the system exists.".to_owned()
            }
            Self::ServiceNotFound { files, .. } => {
                let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
                format!("It was looked for in {}.", files.join(" and "))
            }
            Self::ServiceFile { .. } => "The connection is described there.".to_owned(),
            Self::PassfileUnreadable { .. } => "It was named, so the password is expected to be in it.".to_owned(),
            Self::PassfilePermissions { .. } => {
                "As in every PostgreSQL client, passwords are not read from a file that others can read.".to_owned()
            }
            Self::Certificate { .. } => "The connection would be less secure without it.".to_owned(),
            Self::HostNotFound { reason, .. } => format!("The name does not resolve: {reason}."),
            Self::Refused { .. } => "Nothing listens there, or a firewall turns connections away.".to_owned(),
            Self::Unreachable { .. } => "The server never saw the attempt.".to_owned(),
            Self::Timeout { .. } => {
                "The host is down, a firewall drops the packets, or a sleeping database takes longer to wake."
                    .to_owned()
            }
            Self::AuthFailed { reason, .. } => Refusal::of(reason).why().to_owned(),
            Self::PasswordMissing { ignored, .. } => {
                let why = "The connection string has no password, PGPASSWORD is not set, and ";
                match ignored {
                    Some(ignored) => format!("{why}{ignored}."),
                    None => format!("{why}no password file has a line for it."),
                }
            }
            Self::NotPermitted { .. } => "The login was right; the role lacks a right on the database.".to_owned(),
            Self::DatabaseMissing { .. } => "The server and the user are right; there is no such database.".to_owned(),
            Self::TlsFailed { reason, .. } => tls_why(reason).to_owned(),
            Self::ChannelBinding { .. } => {
                "Without it, somebody between here and the server could pass the login on. It needs TLS, a \
                 SCRAM password, and a certificate whose signature names its digest (not Ed25519 or RSA-PSS)."
                    .to_owned()
            }
            Self::NotPostgres { .. } => "Contracts are verified against PostgreSQL's own catalogs.".to_owned(),
            Self::Closed { .. } => {
                "It is something else than PostgreSQL, a proxy without a server behind it, or a server that just \
                 stopped."
                    .to_owned()
            }
            Self::NotReady { .. } => "It is starting up, shutting down or recovering.".to_owned(),
            Self::TooManyConnections { .. } => {
                "The limit of the server, the database or the role is reached.".to_owned()
            }
            Self::Rejected { .. } => "The server answered and said no.".to_owned(),
            Self::TargetSession { .. } => "It was connected to and asked.".to_owned(),
            Self::NoHost { attempts } => {
                let lines: Vec<_> = attempts.iter().map(ToString::to_string).collect();
                format!("{}.", lines.join("; "))
            }
            Self::Lost { .. } => "The server stopped, ended the session, or the network did.".to_owned(),
        }
    }

    /// What to do about it.
    pub fn fix(&self) -> String {
        match self {
            Self::Invalid(invalid) => invalid.fix(),
            Self::ServiceNotFound { service, .. } => {
                format!("Add a section `[{service}]` to `~/.pg_service.conf`, or correct the name.")
            }
            Self::ServiceFile { .. } => {
                "Write sections as `[name]` and settings as `key=value`, without spaces around the `=`.".to_owned()
            }
            Self::PassfileUnreadable { .. } => "Correct `passfile` or PGPASSFILE, or unset it.".to_owned(),
            Self::PassfilePermissions { path } => format!("Run `chmod 600 {}`.", path.display()),
            Self::Certificate { parameter, reason } => reason.fix(parameter),
            Self::HostNotFound { .. } => "Check the spelling of the host, and the VPN if there is one.".to_owned(),
            Self::Refused { at } if at.host.starts_with('/') => {
                "Start the server, or name the directory of its socket as the host.".to_owned()
            }
            Self::Refused { .. } => "Start the server, or correct the host and port.".to_owned(),
            Self::Unreachable { .. } => "Check the network between here and the server.".to_owned(),
            Self::Timeout { .. } => "Try again, or allow more time with `connect_timeout`.".to_owned(),
            Self::AuthFailed { user, reason, .. } => Refusal::of(reason).fix(user),
            Self::PasswordMissing { ignored: Some(_), .. } => {
                "Run `chmod 600 ~/.pgpass`, or set PGPASSWORD.".to_owned()
            }
            Self::PasswordMissing { .. } => "Set PGPASSWORD, or add a line to `~/.pgpass`.".to_owned(),
            Self::NotPermitted { user, database, .. } => {
                format!("GRANT CONNECT ON DATABASE {} TO {};", Ident::new(database), Ident::new(user))
            }
            Self::DatabaseMissing { database, .. } => {
                format!("Correct the name, or create it: CREATE DATABASE {};", Ident::new(database))
            }
            Self::TlsFailed { reason, .. } => tls_fix(reason).to_owned(),
            Self::ChannelBinding { .. } => "Use `channel_binding=prefer` if the network is trusted.".to_owned(),
            Self::NotPostgres { .. } => "Correct the host and port.".to_owned(),
            Self::Closed { .. } => "Check that the host and port are those of the PostgreSQL server.".to_owned(),
            Self::NotReady { .. } => "Try again in a moment.".to_owned(),
            Self::TooManyConnections { .. } => "Close connections that are not needed, then try again.".to_owned(),
            Self::Rejected { reason, direct, .. } if reason.contains("startup parameter") => match direct {
                Some(direct) => format!("A pooler is in between: connect to {direct}, or remove `options`."),
                None => "A pooler is in between: connect to the server itself, or remove `options`.".to_owned(),
            },
            Self::Rejected { .. } => "Do what the server's message asks for.".to_owned(),
            Self::TargetSession { .. } => "Name the right host, or all of them.".to_owned(),
            Self::NoHost { attempts } => {
                attempts.first().map_or_else(|| "Name a host.".to_owned(), ConnectionError::fix)
            }
            Self::Lost { .. } => "Run the command again: it starts from what is really there.".to_owned(),
        }
    }
}

fn tls_why(reason: &TlsFailure) -> &'static str {
    match reason {
        TlsFailure::NotOffered => "`sslmode` asks for TLS. The server has it off, or it is not a PostgreSQL server.",
        TlsFailure::WrongHost { .. } => {
            "It may be another server. Only the names in the certificate's subjectAltName count, not its common name."
        }
        TlsFailure::UnknownIssuer => "Anybody can make a certificate; only the authority's signature tells who it is.",
        TlsFailure::Expired => "The server's certificate has to be renewed, or the clock here is wrong.",
        TlsFailure::ImpossibleHost { .. } => "`sslmode=verify-full` compares the host with the server's certificate.",
        TlsFailure::NotDirect => "PostgreSQL 17 and later can; others hang up. A proxy in between may be the other.",
        TlsFailure::ClientCertificate { .. } => {
            "It is not from an authority that the server trusts (`ssl_ca_file`), is out of its time, or is missing."
        }
        TlsFailure::Other(_) => "The two sides did not agree on a secure connection.",
    }
}

fn tls_fix(reason: &TlsFailure) -> &'static str {
    match reason {
        TlsFailure::NotOffered => "Turn `ssl` on in the server, or use `sslmode=prefer` if the network is trusted.",
        TlsFailure::WrongHost { .. } => {
            "Connect by a name that the certificate holds, or use `sslmode=verify-ca` if the authority is your own."
        }
        TlsFailure::UnknownIssuer => "Set `sslrootcert` to the certificate of the authority that issued it.",
        TlsFailure::Expired => "Renew the server's certificate.",
        TlsFailure::ImpossibleHost { .. } => "Connect by a name that the certificate holds, or by an address.",
        TlsFailure::NotDirect => "Use `sslnegotiation=postgres`.",
        TlsFailure::ClientCertificate { .. } => {
            "Name a certificate in `sslcert` and `sslkey` that the server's authority has signed."
        }
        TlsFailure::Other(_) => "Check the certificates of both sides and the TLS versions that they allow.",
    }
}
