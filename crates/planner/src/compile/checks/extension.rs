//! Extensions.

use novate_contract::{Extension, Ident};
use novate_sql::Literal;

use super::fact::{Fact, Place};
use super::sql::text;

pub(super) fn place(name: &Ident) -> Place {
    Place::new("pg_catalog.pg_extension e", format!("e.extname = {}", super::sql::stored(name)))
}

/// Version and schema count where the contract asks for them.
pub(super) fn facts(extension: &Extension) -> Vec<Fact> {
    let Extension { schema, version, control: _, comment: _ } = extension;
    let schema = schema.as_ref().map(|schema| {
        Fact::is(
            format!("in schema {schema}"),
            format!("e.extnamespace = pg_catalog.to_regnamespace({})", text(schema)),
        )
    });
    let version = version
        .as_ref()
        .map(|version| Fact::is(format!("at version {version}"), format!("e.extversion = {}", Literal(version))));
    schema.into_iter().chain(version).collect()
}
