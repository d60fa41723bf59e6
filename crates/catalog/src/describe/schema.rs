//! Schemas.

use novate_contract::Schema;

use super::Listener;

pub(super) fn describe(schema: &Schema, _: &mut dyn Listener) {
    let Schema { control: _, comment: _ } = schema;
}
