//! Pieces of questions that several kinds share.

use std::fmt;

use novate_contract::{Ident, ObjectId, QName, StorageParameters};
use novate_sql::Literal;

use crate::operation::Check;

/// The number of a relation, NULL where it is not there.
pub(super) fn regclass(name: &QName) -> String {
    format!("pg_catalog.to_regclass({})", text(name))
}

/// A name as a string constant.
pub(super) fn text(name: impl fmt::Display) -> String {
    Literal(&name.to_string()).to_string()
}

/// A stored name as a string constant, to be compared with a column of the catalog.
pub(super) fn stored(name: &Ident) -> String {
    Literal(name.as_str()).to_string()
}

/// An array of texts: `ARRAY['a', 'b']`.
pub(super) fn array<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| Literal(value.as_ref()).to_string()).collect();
    if values.is_empty() { "'{}'::text[]".to_owned() } else { format!("ARRAY[{}]", values.join(", ")) }
}

/// `a, b`.
pub(super) fn list<T: ToString>(names: &[T]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// That the columns of `relation` with the numbers `numbers` (an array) are these, in this order.
pub(super) fn columns_are(relation: &str, numbers: &str, columns: &[Ident]) -> String {
    format!(
        "ARRAY(SELECT a.attname::text FROM pg_catalog.unnest({numbers}) WITH ORDINALITY k(n, i) \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = {relation} AND a.attnum = k.n ORDER BY k.i) = {}",
        array(columns)
    )
}

/// That the storage parameters of a row of `pg_class`, or the like, are these.
pub(super) fn options_are(column: &str, options: &StorageParameters) -> String {
    if options.is_empty() {
        return format!("{column} IS NULL");
    }
    let texts: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let array = array(&texts);
    format!("{column} @> {array} AND {column} <@ {array}")
}

/// `fillfactor=70, ...`.
pub(super) fn options_words(options: &StorageParameters) -> String {
    let texts: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    texts.join(", ")
}

/// That a relation of any kind has a name.
pub(super) fn relation_exists(id: &ObjectId, name: &QName) -> Check {
    Check { description: format!("{id} is there"), sql: format!("SELECT {} IS NOT NULL", regclass(name)) }
}

/// That no relation of any kind has a name.
pub(super) fn relation_absent(name: &QName) -> String {
    format!("SELECT {} IS NULL", regclass(name))
}
