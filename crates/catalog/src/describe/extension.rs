//! Extensions.

use novate_contract::Extension;

use super::{Aspect, optional};

pub(super) fn aspects(extension: &Extension) -> Vec<Aspect> {
    let Extension { schema, version, control: _, comment: _ } = extension;
    vec![optional("schema", schema.as_ref()), optional("version", version.as_ref())]
}
