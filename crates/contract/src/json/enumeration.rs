//! Enum types.

use serde::{Deserialize, Serialize};

use super::text::{ControlWord, is_default};
use crate::Enum;

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnumEntry {
    #[serde(default, skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    control: Option<ControlWord>,
    values: Vec<String>,
}

impl EnumEntry {
    pub(super) fn of(payload: &Enum) -> Self {
        let Enum { values, control, comment } = payload;
        Self { comment: comment.clone(), control: ControlWord::of(*control), values: values.clone() }
    }

    pub(super) fn read(self) -> Enum {
        Enum { values: self.values, control: ControlWord::read(self.control), comment: self.comment }
    }
}
