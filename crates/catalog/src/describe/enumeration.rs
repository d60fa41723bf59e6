//! Enum types.

use novate_contract::Enum;
use novate_sql::Literal;

use super::{Listener, list};

pub(super) fn describe(payload: &Enum, to: &mut dyn Listener) {
    let Enum { values, control: _, comment: _ } = payload;
    let values: Vec<Literal<'_>> = values.iter().map(|value| Literal(value)).collect();
    list(to, "values", &values);
}
