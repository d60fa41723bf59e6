//! The parameters that libpq knows, what is done with each, and where else a value for it comes from.

use std::collections::BTreeMap;

use super::decoration::{self, Decorations, Kind};
use super::env::ConnectEnv;
use super::invalid::Invalid;

enum Treatment {
    /// It is honoured.
    Used,
    /// Whatever it says, the connection is what was asked for.
    Harmless,
    /// Leaving it out of account would make the connection something else than what was asked for.
    Refused(&'static str),
}

use Treatment::{Harmless, Refused, Used};

const NO_OAUTH: &str = "OAuth is not available here";

/// Name, variable, treatment.
const KNOWN: &[(&str, &str, Treatment)] = &[
    ("host", "PGHOST", Used),
    ("hostaddr", "PGHOSTADDR", Used),
    ("port", "PGPORT", Used),
    ("dbname", "PGDATABASE", Used),
    ("user", "PGUSER", Used),
    ("password", "PGPASSWORD", Used),
    ("passfile", "PGPASSFILE", Used),
    ("service", "PGSERVICE", Used),
    ("servicefile", "PGSERVICEFILE", Used),
    ("channel_binding", "PGCHANNELBINDING", Used),
    ("connect_timeout", "PGCONNECT_TIMEOUT", Used),
    ("options", "PGOPTIONS", Used),
    ("application_name", "PGAPPNAME", Used),
    ("fallback_application_name", "", Used),
    ("keepalives", "", Used),
    ("keepalives_idle", "", Used),
    ("keepalives_interval", "", Used),
    ("keepalives_count", "", Used),
    ("tcp_user_timeout", "", Used),
    ("sslmode", "PGSSLMODE", Used),
    ("sslnegotiation", "PGSSLNEGOTIATION", Used),
    ("sslrootcert", "PGSSLROOTCERT", Used),
    ("sslcert", "PGSSLCERT", Used),
    ("sslkey", "PGSSLKEY", Used),
    ("sslsni", "PGSSLSNI", Used),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", Used),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", Used),
    ("target_session_attrs", "PGTARGETSESSIONATTRS", Used),
    ("gssencmode", "PGGSSENCMODE", Used),
    ("client_encoding", "PGCLIENTENCODING", Harmless),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS", Harmless),
    ("sslcompression", "PGSSLCOMPRESSION", Harmless),
    ("gssdelegation", "PGGSSDELEGATION", Harmless),
    ("krbsrvname", "PGKRBSRVNAME", Harmless),
    ("gsslib", "PGGSSLIB", Harmless),
    ("min_protocol_version", "PGMINPROTOCOLVERSION", Harmless),
    ("max_protocol_version", "PGMAXPROTOCOLVERSION", Harmless),
    ("sslcrl", "PGSSLCRL", Refused("revocation lists are not checked here")),
    ("sslcrldir", "PGSSLCRLDIR", Refused("revocation lists are not checked here")),
    ("sslpassword", "", Refused("encrypted keys cannot be read here")),
    ("sslcertmode", "PGSSLCERTMODE", Refused("the server decides whether a client certificate is sent")),
    ("sslkeylogfile", "", Refused("the keys of a connection are not written down")),
    ("requirepeer", "PGREQUIREPEER", Refused("the owner of a socket is not checked here")),
    ("require_auth", "PGREQUIREAUTH", Refused("the server decides how it authenticates")),
    ("replication", "", Refused("a replication connection runs no SQL")),
    ("scram_client_key", "", Refused("a password is needed")),
    ("scram_server_key", "", Refused("a password is needed")),
    ("oauth_issuer", "", Refused(NO_OAUTH)),
    ("oauth_client_id", "", Refused(NO_OAUTH)),
    ("oauth_client_secret", "", Refused(NO_OAUTH)),
    ("oauth_scope", "", Refused(NO_OAUTH)),
];

/// What a connection string, a service and the environment say, the first to say it winning.
#[derive(Default)]
pub(super) struct Parameters {
    values: BTreeMap<&'static str, String>,
    pub(super) decorations: Decorations,
    /// The names of what means nothing here.
    pub(super) ignored: Vec<String>,
}

impl Parameters {
    /// The parameters of a connection string; a later mention overrides an earlier one, as in libpq.
    pub(super) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Invalid> {
        let mut parameters = Self::default();
        let mut after_password = false;
        // A word that is alone and unknown is not a misspelt parameter; it may well be a secret with a `=` in it.
        let alone = pairs.len() == 1;
        for (name, value) in pairs {
            if let Some((known, _, treatment)) = KNOWN.iter().find(|(known, ..)| *known == name) {
                parameters.accept(known, treatment, value)?;
            } else if let Some(kind) = decoration::recognise(&name) {
                if kind == Kind::Ignored {
                    parameters.ignored.push(name.clone());
                }
                parameters.decorations.insert(kind, value);
            } else if after_password {
                return Err(Invalid::PasswordNotQuoted);
            } else {
                return Err(match unknown(name) {
                    Invalid::UnknownParameter { nearest: None, .. } if alone => Invalid::Shape,
                    invalid => invalid,
                });
            }
            after_password = name == "password";
        }
        Ok(parameters)
    }

    fn accept(&mut self, name: &'static str, treatment: &Treatment, value: String) -> Result<(), Invalid> {
        if value.contains('\0') {
            return Err(Invalid::Nul { parameter: name });
        }
        match treatment {
            Used => {
                self.values.insert(name, value);
            }
            Harmless => self.ignored.push(name.to_owned()),
            Refused(reason) => return Err(Invalid::Unsupported { parameter: name, reason }),
        }
        Ok(())
    }

    /// Adds what a service says and the connection string does not.
    pub(super) fn fill_from_service(&mut self, name: &str, value: String) -> Result<(), Invalid> {
        let Some((known, _, treatment)) = KNOWN.iter().find(|(known, ..)| *known == name) else {
            return Err(unknown(name.to_owned()));
        };
        if self.values.contains_key(known) { Ok(()) } else { self.accept(known, treatment, value) }
    }

    /// Adds what the environment says and nobody said before.
    pub(super) fn fill_from_env(&mut self, env: &ConnectEnv) -> Result<(), Invalid> {
        for (name, variable, treatment) in KNOWN {
            let Some(value) = env.variable(variable) else { continue };
            // Variables are set for every program on the machine; one that changes nothing here deserves no note.
            if self.values.contains_key(name) || matches!(treatment, Harmless) {
                continue;
            }
            self.accept(name, treatment, value.to_owned())?;
        }
        Ok(())
    }

    /// A value that is not empty: an empty one asks for the default.
    pub(super) fn get(&self, name: &'static str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Whether libpq knows a parameter of that name.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(known, ..)| *known == name)
}

fn unknown(name: String) -> Invalid {
    // What no parameter can be called is a piece of something else, a password perhaps, and is not repeated.
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Invalid::Name;
    }
    let candidates = KNOWN.iter().map(|(known, ..)| *known).chain(decoration::names());
    let nearest = nearest(&name, candidates);
    Invalid::UnknownParameter { name, nearest }
}

fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let lower = name.to_lowercase();
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&lower, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3 + 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
