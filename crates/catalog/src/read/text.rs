//! From the server's words to names and parameters of the model.

use novate_contract::{Ident, StorageParameters};
use novate_sql::NameRef;

/// Storage parameters as the catalog keeps them: `fillfactor=70`.
pub(super) fn storage(options: &[String], prefix: &str) -> StorageParameters {
    let pairs = options.iter().map(|option| option.split_once('=').unwrap_or((option, "")));
    pairs.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned())).collect()
}

/// A name whose schema is left out where it is PostgreSQL's own.
pub(super) fn outside_catalog(schema: Ident, name: Ident) -> NameRef {
    named(schema, name, &["pg_catalog"])
}

/// A name whose schema is left out where every database finds it without.
pub(super) fn outside_default_path(schema: Ident, name: Ident) -> NameRef {
    named(schema, name, &["pg_catalog", "public"])
}

fn named(schema: Ident, name: Ident, silent: &[&str]) -> NameRef {
    NameRef { schema: Some(schema).filter(|schema| !silent.contains(&schema.as_str())), name }
}
