//! Extensions.

use novate_contract::Extension;

use super::{Listener, optional};

pub(super) fn describe(extension: &Extension, to: &mut dyn Listener) {
    let Extension { schema, version, control: _, comment: _ } = extension;
    optional(to, "schema", schema.as_ref());
    optional(to, "version", version.as_ref());
}
