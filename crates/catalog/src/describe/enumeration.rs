//! Enum types.

use novate_contract::Enum;
use novate_sql::Literal;

use super::{Aspect, list};

pub(super) fn aspects(payload: &Enum) -> Vec<Aspect> {
    let Enum { values, control: _, comment: _ } = payload;
    vec![list("values", values.iter().map(|value| Literal(value)))]
}
