use super::string::{Endpoint, Host};

/// A connection pooler that a host is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooler {
    /// Whose pooler it is.
    pub kind: PoolerKind,
    /// What a client can rely on.
    pub mode: PoolerMode,
}

/// Whose pooler it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolerKind {
    /// Neon's: `-pooler` in the host's first name.
    Neon,
    /// Supabase's: `pooler.supabase.com`, or port 6543 of the database's own host.
    Supabase,
    /// One that the connection string says is there: `pgbouncer=true`.
    Declared,
}

/// What a client can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolerMode {
    /// Every transaction may run in another session: no session state, no advisory locks, no named statements.
    Transaction,
    /// A connection is a session.
    Session,
}

impl Pooler {
    /// The pooler that an endpoint is, as far as its name and port tell.
    pub(super) fn recognise(endpoint: &Endpoint) -> Option<Self> {
        let Host::Tcp(host) = &endpoint.host else { return None };
        let host = host.to_ascii_lowercase();
        if is_neon(&host) && host.contains("-pooler.") {
            return Some(Self { kind: PoolerKind::Neon, mode: PoolerMode::Transaction });
        }
        let supabase = host.ends_with("pooler.supabase.com")
            || (endpoint.port == 6543 && (host.ends_with(".supabase.co") || host.ends_with(".supabase.com")));
        supabase.then_some(Self {
            kind: PoolerKind::Supabase,
            mode: if endpoint.port == 6543 { PoolerMode::Transaction } else { PoolerMode::Session },
        })
    }

    /// Whether an endpoint is a proxy that gives every connection a session of its own: Neon's, without the pooler.
    pub(super) fn gives_sessions(endpoint: &Endpoint) -> bool {
        let Host::Tcp(host) = &endpoint.host else { return false };
        let host = host.to_ascii_lowercase();
        is_neon(&host) && !host.contains("-pooler.")
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match (self.kind, self.mode) {
            (PoolerKind::Neon, _) => "Neon's pooler",
            (PoolerKind::Supabase, PoolerMode::Transaction) => "Supabase's transaction pooler",
            (PoolerKind::Supabase, PoolerMode::Session) => "Supabase's session pooler",
            (PoolerKind::Declared, _) => "a pooler",
        }
    }

    /// Where to connect instead so that a connection is a session, in words for the user.
    pub(super) fn instead(self, endpoint: &Endpoint) -> Option<String> {
        let Host::Tcp(host) = &endpoint.host else { return None };
        match (self.kind, self.mode) {
            (_, PoolerMode::Session) | (PoolerKind::Declared, _) => None,
            (PoolerKind::Neon, _) => Some(format!("{}:{}", host.replacen("-pooler.", ".", 1), endpoint.port)),
            (PoolerKind::Supabase, _) => Some(format!("{host}:5432")),
        }
    }
}

fn is_neon(host: &str) -> bool {
    host.ends_with(".neon.tech") || host.ends_with(".neon.build")
}
