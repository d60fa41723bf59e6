//! Constraints: what they have in common, checks and keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::exclusion::ExclusionEntry;
use super::foreign_key::ForeignKeyEntry;
use super::text::{Fault, Read, expression, idents, is_default, strings};
use crate::{Check, Constraint, ConstraintKind, Deferral, Ident, PrimaryKey, Unique};

/// Exactly one of the kinds is there.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConstraintEntry {
    #[serde(skip_serializing_if = "is_default")]
    check: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    deferrable: Option<DeferralWord>,
    #[serde(skip_serializing_if = "is_default")]
    exclusion: Option<ExclusionEntry>,
    #[serde(skip_serializing_if = "is_default")]
    foreign_key: Option<ForeignKeyEntry>,
    #[serde(skip_serializing_if = "is_default")]
    no_inherit: bool,
    #[serde(skip_serializing_if = "is_default")]
    not_enforced: bool,
    #[serde(skip_serializing_if = "is_default")]
    not_valid: bool,
    #[serde(skip_serializing_if = "is_default")]
    primary_key: Option<KeyEntry>,
    #[serde(skip_serializing_if = "is_default")]
    unique: Option<KeyEntry>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum DeferralWord {
    InitiallyImmediate,
    InitiallyDeferred,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyEntry {
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    nulls_not_distinct: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    storage_parameters: BTreeMap<String, String>,
}

impl ConstraintEntry {
    /// `schema` is that of the table.
    pub(super) fn of(schema: &Ident, constraint: &Constraint) -> Self {
        let Constraint { kind, deferral, validated, no_inherit, enforced, comment } = constraint;
        let mut entry = Self {
            comment: comment.clone(),
            deferrable: match deferral {
                Deferral::NotDeferrable => None,
                Deferral::InitiallyImmediate => Some(DeferralWord::InitiallyImmediate),
                Deferral::InitiallyDeferred => Some(DeferralWord::InitiallyDeferred),
            },
            no_inherit: *no_inherit,
            not_enforced: !enforced,
            not_valid: !validated,
            ..Self::default()
        };
        match kind {
            ConstraintKind::PrimaryKey(PrimaryKey { columns, include, storage }) => {
                entry.primary_key = Some(KeyEntry {
                    columns: strings(columns),
                    include: strings(include),
                    nulls_not_distinct: false,
                    storage_parameters: storage.clone(),
                });
            }
            ConstraintKind::Unique(Unique { columns, nulls_not_distinct, include, storage }) => {
                entry.unique = Some(KeyEntry {
                    columns: strings(columns),
                    include: strings(include),
                    nulls_not_distinct: *nulls_not_distinct,
                    storage_parameters: storage.clone(),
                });
            }
            ConstraintKind::ForeignKey(key) => entry.foreign_key = Some(ForeignKeyEntry::of(schema, key)),
            ConstraintKind::Check(Check { expr }) => entry.check = Some(expr.canonical.to_string()),
            ConstraintKind::Exclusion(exclusion) => entry.exclusion = Some(ExclusionEntry::of(exclusion)),
        }
        entry
    }

    pub(super) fn read(self, schema: &Ident) -> Read<Constraint> {
        let within = |key: &'static str| move |fault: Fault| fault.within(key);
        let kind = match (self.primary_key, self.unique, self.foreign_key, self.check, self.exclusion) {
            (Some(key), None, None, None, None) => {
                ConstraintKind::PrimaryKey(key.read_primary().map_err(within("primaryKey"))?)
            }
            (None, Some(key), None, None, None) => ConstraintKind::Unique(key.read_unique().map_err(within("unique"))?),
            (None, None, Some(key), None, None) => {
                ConstraintKind::ForeignKey(key.read(schema).map_err(within("foreignKey"))?)
            }
            (None, None, None, Some(text), None) => ConstraintKind::Check(Check { expr: expression(text) }),
            (None, None, None, None, Some(exclusion)) => {
                ConstraintKind::Exclusion(exclusion.read().map_err(within("exclusion"))?)
            }
            _ => return Err(Fault::new("a constraint has exactly one kind")),
        };
        Ok(Constraint {
            kind,
            deferral: match self.deferrable {
                None => Deferral::NotDeferrable,
                Some(DeferralWord::InitiallyImmediate) => Deferral::InitiallyImmediate,
                Some(DeferralWord::InitiallyDeferred) => Deferral::InitiallyDeferred,
            },
            validated: !self.not_valid,
            no_inherit: self.no_inherit,
            enforced: !self.not_enforced,
            comment: self.comment,
        })
    }
}

impl KeyEntry {
    fn read_primary(self) -> Read<PrimaryKey> {
        if self.nulls_not_distinct {
            return Err(Fault::new("a primary key holds no nulls to tell apart"));
        }
        let (columns, include) = (idents(&self.columns)?, idents(&self.include)?);
        Ok(PrimaryKey { columns, include, storage: self.storage_parameters })
    }

    fn read_unique(self) -> Read<Unique> {
        Ok(Unique {
            columns: idents(&self.columns)?,
            nulls_not_distinct: self.nulls_not_distinct,
            include: idents(&self.include)?,
            storage: self.storage_parameters,
        })
    }
}
