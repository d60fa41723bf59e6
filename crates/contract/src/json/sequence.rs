//! Sequences, and the options that identity columns share with them.

use serde::{Deserialize, Serialize};

use super::text::{ControlWord, Fault, Integer, Read, ident, is_default, type_name};
use crate::{Ident, QName, Sequence, SequenceOptions, SequenceOwner, TypeName};

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SequenceEntry {
    #[serde(default, skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    control: Option<ControlWord>,
    #[serde(default, skip_serializing_if = "is_default")]
    options: OptionsEntry,
    #[serde(default, skip_serializing_if = "is_default")]
    owner: Option<OwnerEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    unlogged: bool,
}

/// Options that differ from what PostgreSQL fills in.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OptionsEntry {
    #[serde(skip_serializing_if = "is_default")]
    cache: Option<Integer>,
    #[serde(skip_serializing_if = "is_default")]
    cycle: bool,
    #[serde(skip_serializing_if = "is_default")]
    increment: Option<Integer>,
    #[serde(skip_serializing_if = "is_default")]
    max: Option<Integer>,
    #[serde(skip_serializing_if = "is_default")]
    min: Option<Integer>,
    #[serde(skip_serializing_if = "is_default")]
    start: Option<Integer>,
    #[serde(rename = "type", skip_serializing_if = "is_default")]
    ty: Option<String>,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerEntry {
    column: String,
    #[serde(default, skip_serializing_if = "is_default")]
    schema: Option<String>,
    table: String,
}

impl SequenceEntry {
    pub(super) fn of(schema: &Ident, sequence: &Sequence) -> Self {
        let Sequence { options, unlogged, owner, control, comment } = sequence;
        Self {
            comment: comment.clone(),
            control: ControlWord::of(*control),
            options: OptionsEntry::of(options, &TypeName::builtin("bigint")),
            owner: owner.as_ref().map(|owner| OwnerEntry {
                column: owner.column.as_str().to_owned(),
                schema: (owner.table.schema != *schema).then(|| owner.table.schema.as_str().to_owned()),
                table: owner.table.name.as_str().to_owned(),
            }),
            unlogged: *unlogged,
        }
    }

    pub(super) fn read(self, schema: &Ident) -> Read<Sequence> {
        let owner = self.owner.map(|owner| owner.read(schema)).transpose().map_err(|fault| fault.within("owner"))?;
        let options = self.options.read(&TypeName::builtin("bigint")).map_err(|fault| fault.within("options"))?;
        Ok(Sequence {
            options,
            unlogged: self.unlogged,
            owner,
            control: ControlWord::read(self.control),
            comment: self.comment,
        })
    }
}

impl OwnerEntry {
    fn read(self, schema: &Ident) -> Read<SequenceOwner> {
        let schema = self.schema.as_deref().map_or_else(|| Ok(schema.clone()), ident)?;
        Ok(SequenceOwner { table: QName::new(schema, ident(&self.table)?), column: ident(&self.column)? })
    }
}

impl OptionsEntry {
    /// `usual` is the type that goes without saying: `bigint`, or that of the identity column.
    pub(super) fn of(options: &SequenceOptions, usual: &TypeName) -> Self {
        let SequenceOptions { ty, start, increment, min, max, cache, cycle } = options;
        let filled = SequenceOptions::defaults(ty.clone(), *increment);
        Self {
            cache: Integer::unless(*cache, 1),
            cycle: *cycle,
            increment: Integer::unless(*increment, 1),
            max: Integer::unless(*max, filled.max),
            min: Integer::unless(*min, filled.min),
            start: Integer::unless(*start, first(*increment, *min, *max)),
            ty: (ty != usual).then(|| ty.to_string()),
        }
    }

    pub(super) fn read(self, usual: &TypeName) -> Read<SequenceOptions> {
        let read = |value: Option<Integer>, default: i64| value.map_or(Ok(default), Integer::read);
        let ty = self.ty.map_or_else(|| Ok(usual.clone()), |text| type_name(&text))?;
        let increment = read(self.increment, 1)?;
        if increment == 0 {
            return Err(Fault::new("the increment is zero"));
        }
        let filled = SequenceOptions::defaults(ty, increment);
        let min = read(self.min, filled.min)?;
        let max = read(self.max, filled.max)?;
        let start = read(self.start, first(increment, min, max))?;
        Ok(SequenceOptions { start, min, max, cache: read(self.cache, 1)?, cycle: self.cycle, ..filled })
    }
}

/// Where a sequence starts that was not told to.
fn first(increment: i64, min: i64, max: i64) -> i64 {
    if increment < 0 { max } else { min }
}
