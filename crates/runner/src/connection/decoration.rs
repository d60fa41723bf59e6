//! Parameters that ORMs and drivers add to connection strings and that no PostgreSQL server ever sees.

use std::collections::BTreeMap;

/// The values of the decorations that mean something here, by meaning.
pub(super) type Decorations = BTreeMap<Kind, String>;

/// What a decoration means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The schema the application works in.
    Schema,
    /// A transaction pooler is in between.
    PgBouncer,
    /// How Prisma looks at certificates.
    SslAccept,
    /// A driver's own way to say `sslmode`.
    Ssl,
    /// JDBC's spelling of `application_name`.
    ApplicationName,
    /// Nothing here: the size of a pool, a driver's time limits, its prepared statements.
    Ignored,
}

const DECORATIONS: &[(&str, Kind)] = &[
    ("schema", Kind::Schema),
    ("currentSchema", Kind::Schema),
    ("search_path", Kind::Schema),
    ("pgbouncer", Kind::PgBouncer),
    ("sslaccept", Kind::SslAccept),
    ("ssl", Kind::Ssl),
    ("ApplicationName", Kind::ApplicationName),
    ("connection_limit", Kind::Ignored),
    ("pool_timeout", Kind::Ignored),
    ("pool", Kind::Ignored),
    ("pool_size", Kind::Ignored),
    ("pool_mode", Kind::Ignored),
    ("pool_max_conns", Kind::Ignored),
    ("pool_min_conns", Kind::Ignored),
    ("pool_max_conn_lifetime", Kind::Ignored),
    ("pool_max_conn_idle_time", Kind::Ignored),
    ("pool_health_check_period", Kind::Ignored),
    ("max_overflow", Kind::Ignored),
    ("checkout_timeout", Kind::Ignored),
    ("idle_timeout", Kind::Ignored),
    ("max_lifetime", Kind::Ignored),
    ("statement_cache_size", Kind::Ignored),
    ("prepared_statement_cache_size", Kind::Ignored),
    ("prepared_statements", Kind::Ignored),
    ("prepare", Kind::Ignored),
    ("prepareThreshold", Kind::Ignored),
    ("preparedStatementCacheQueries", Kind::Ignored),
    ("statement_cache_capacity", Kind::Ignored),
    ("description_cache_capacity", Kind::Ignored),
    ("statement_cache_mode", Kind::Ignored),
    ("default_query_exec_mode", Kind::Ignored),
    ("socket_timeout", Kind::Ignored),
    ("socketTimeout", Kind::Ignored),
    ("command_timeout", Kind::Ignored),
    ("loginTimeout", Kind::Ignored),
    ("max_idle_connection_lifetime", Kind::Ignored),
    ("single_use_connections", Kind::Ignored),
    ("uselibpqcompat", Kind::Ignored),
    ("serverVersion", Kind::Ignored),
    ("server_version", Kind::Ignored),
    ("charset", Kind::Ignored),
    ("encoding", Kind::Ignored),
    ("supa", Kind::Ignored),
    ("workaround", Kind::Ignored),
];

/// What a name means.
pub(super) fn recognise(name: &str) -> Option<Kind> {
    DECORATIONS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DECORATIONS.iter().map(|(name, _)| *name)
}
