//! Schemas.

use novate_contract::Schema;

use super::Aspect;

pub(super) fn aspects(schema: &Schema) -> Vec<Aspect> {
    let Schema { control: _, comment: _ } = schema;
    Vec::new()
}
