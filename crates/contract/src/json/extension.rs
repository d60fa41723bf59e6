//! Extensions.

use serde::{Deserialize, Serialize};

use super::text::{ControlWord, Read, ident, is_default};
use crate::Extension;

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExtensionEntry {
    #[serde(skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    control: Option<ControlWord>,
    #[serde(skip_serializing_if = "is_default")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    version: Option<String>,
}

impl ExtensionEntry {
    pub(super) fn of(extension: &Extension) -> Self {
        let Extension { schema, version, control, comment } = extension;
        Self {
            comment: comment.clone(),
            control: ControlWord::of(*control),
            schema: schema.as_ref().map(|name| name.as_str().to_owned()),
            version: version.clone(),
        }
    }

    pub(super) fn read(self) -> Read<Extension> {
        Ok(Extension {
            schema: self.schema.as_deref().map(ident).transpose()?,
            version: self.version,
            control: ControlWord::read(self.control),
            comment: self.comment,
        })
    }
}
