//! Enum types.

use novate_contract::{Enum, QName};
use novate_sql::Literal;

use super::fact::{Fact, Place};
use super::sql::{array, text};

pub(super) fn place(name: &QName) -> Place {
    Place::new("pg_catalog.pg_type t", format!("t.oid = pg_catalog.to_regtype({})", text(name)))
}

pub(super) fn facts(payload: &Enum) -> Vec<Fact> {
    let Enum { values, control: _, comment: _ } = payload;
    let words: Vec<String> = values.iter().map(|value| Literal(value).to_string()).collect();
    let labels =
        "ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)";
    vec![Fact::is(format!("one of {}", words.join(", ")), format!("t.typtype = 'e' AND {labels} = {}", array(values)))]
}
