//! The ways in which a server does not let a user in.

use novate_sql::Ident;

/// What a server's message about a login means. Only its words tell: the SQLSTATE is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// pg_hba.conf lets the user in, but only with TLS.
    NeedsTls,
    /// pg_hba.conf has no line, or one that rejects.
    NoLine,
    /// The system's user is another.
    Peer,
    /// A client certificate is asked for, or is for somebody else.
    Certificate,
    /// A role that only groups others.
    NoLogin,
    /// Anything else, a wrong password most of all.
    Login,
}

impl Refusal {
    pub(super) fn of(reason: &str) -> Self {
        let is = |text: &str| reason.contains(text);
        // "SSL off" until PostgreSQL 13.
        if is("pg_hba.conf") && (is("no encryption") || is("SSL off")) {
            Self::NeedsTls
        } else if is("pg_hba.conf") {
            Self::NoLine
        } else if reason.starts_with("Peer") || reason.starts_with("Ident") {
            Self::Peer
        } else if is("client certificate") || is("certificate authentication failed") {
            Self::Certificate
        } else if is("not permitted to log in") {
            Self::NoLogin
        } else {
            Self::Login
        }
    }

    pub(super) fn why(self) -> &'static str {
        match self {
            Self::NeedsTls => "pg_hba.conf has no line that lets the user in without TLS.",
            Self::NoLine => "pg_hba.conf decides who comes in from where, to which database, with and without TLS.",
            Self::Peer => "The server asks the system who you are there.",
            Self::Certificate => "pg_hba.conf asks for a client certificate, made out to the user for method `cert`.",
            Self::NoLogin => "The role was created without LOGIN.",
            Self::Login => {
                "The password is wrong or has expired, the user does not exist, or pg_hba.conf has no line that lets it in from here."
            }
        }
    }

    pub(super) fn fix(self, user: &str) -> String {
        match self {
            Self::NeedsTls => {
                "Use `sslmode=require` with a server that has `ssl` on, or add a line to pg_hba.conf that lets the user in without TLS.".to_owned()
            }
            Self::NoLine => format!("Add a line to pg_hba.conf that lets `{user}` in from here."),
            Self::Peer => {
                format!("Run as the system user that may connect as `{user}`, or connect to a host with a password.")
            }
            Self::Certificate => format!("Name a certificate for `{user}` in `sslcert`, and its key in `sslkey`."),
            Self::NoLogin => format!("Connect as another role, or: ALTER ROLE {} LOGIN;", Ident::new(user)),
            Self::Login => format!("Check the password of `{user}` and where it comes from."),
        }
    }
}
