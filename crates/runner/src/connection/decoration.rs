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
    /// Nothing here.
    Ignored,
}

const POOL: Option<&str> = Some("sizes a connection pool and is ignored");
const STATEMENTS: Option<&str> = Some("is about prepared statements, which are not kept here, and is ignored");
const TIMEOUT: Option<&str> = Some("is a time limit of a driver and is ignored");
const DRIVER: Option<&str> = Some("is addressed to another driver and is ignored");

const DECORATIONS: &[(&str, Kind, Option<&str>)] = &[
    ("schema", Kind::Schema, None),
    ("currentSchema", Kind::Schema, None),
    ("search_path", Kind::Schema, None),
    ("pgbouncer", Kind::PgBouncer, None),
    ("sslaccept", Kind::SslAccept, None),
    ("ssl", Kind::Ssl, None),
    ("ApplicationName", Kind::ApplicationName, None),
    ("connection_limit", Kind::Ignored, POOL),
    ("pool_timeout", Kind::Ignored, POOL),
    ("pool", Kind::Ignored, POOL),
    ("pool_size", Kind::Ignored, POOL),
    ("pool_mode", Kind::Ignored, POOL),
    ("pool_max_conns", Kind::Ignored, POOL),
    ("pool_min_conns", Kind::Ignored, POOL),
    ("pool_max_conn_lifetime", Kind::Ignored, POOL),
    ("pool_max_conn_idle_time", Kind::Ignored, POOL),
    ("pool_health_check_period", Kind::Ignored, POOL),
    ("max_overflow", Kind::Ignored, POOL),
    ("checkout_timeout", Kind::Ignored, POOL),
    ("idle_timeout", Kind::Ignored, POOL),
    ("max_lifetime", Kind::Ignored, POOL),
    ("statement_cache_size", Kind::Ignored, STATEMENTS),
    ("prepared_statement_cache_size", Kind::Ignored, STATEMENTS),
    ("prepared_statements", Kind::Ignored, STATEMENTS),
    ("prepare", Kind::Ignored, STATEMENTS),
    ("prepareThreshold", Kind::Ignored, STATEMENTS),
    ("preparedStatementCacheQueries", Kind::Ignored, STATEMENTS),
    ("statement_cache_capacity", Kind::Ignored, STATEMENTS),
    ("description_cache_capacity", Kind::Ignored, STATEMENTS),
    ("statement_cache_mode", Kind::Ignored, STATEMENTS),
    ("default_query_exec_mode", Kind::Ignored, STATEMENTS),
    ("socket_timeout", Kind::Ignored, TIMEOUT),
    ("socketTimeout", Kind::Ignored, TIMEOUT),
    ("command_timeout", Kind::Ignored, TIMEOUT),
    ("loginTimeout", Kind::Ignored, TIMEOUT),
    ("max_idle_connection_lifetime", Kind::Ignored, POOL),
    ("single_use_connections", Kind::Ignored, POOL),
    ("uselibpqcompat", Kind::Ignored, DRIVER),
    ("serverVersion", Kind::Ignored, DRIVER),
    ("server_version", Kind::Ignored, DRIVER),
    ("charset", Kind::Ignored, DRIVER),
    ("encoding", Kind::Ignored, DRIVER),
    ("supa", Kind::Ignored, DRIVER),
    ("workaround", Kind::Ignored, DRIVER),
];

/// What a name means, and what to tell the user about it.
pub(super) fn recognise(name: &str) -> Option<(Kind, Option<&'static str>)> {
    DECORATIONS.iter().find(|(known, ..)| *known == name).map(|(_, kind, note)| (*kind, *note))
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DECORATIONS.iter().map(|(name, ..)| *name)
}
