use std::fmt;

/// Where a server is: a host and port, or a unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A host name, an address, or the directory of a unix socket.
    pub host: String,
    /// The port, which also is part of a socket's name.
    pub port: u16,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.starts_with('/') {
            write!(f, "{}/.s.PGSQL.{port}", host.trim_end_matches('/'))
        } else if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}
