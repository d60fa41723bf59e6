//! Schemas.

use novate_contract::Ident;

use super::fact::Place;
use super::sql::stored;

pub(super) fn place(name: &Ident) -> Place {
    Place::new("pg_catalog.pg_namespace n", format!("n.nspname = {}", stored(name)))
}
