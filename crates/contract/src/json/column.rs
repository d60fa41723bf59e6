//! Columns.

use serde::{Deserialize, Serialize};

use super::sequence::OptionsEntry;
use super::text::{Fault, Read, expression, ident, is_default, name_ref, type_name};
use crate::{Column, Generated, GeneratedKind, Identity, IdentityKind, TypeName};

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ColumnEntry {
    #[serde(default, skip_serializing_if = "is_default")]
    collation: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    compression: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    default: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    generated: Option<GeneratedEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    identity: Option<IdentityEntry>,
    #[serde(default, skip_serializing_if = "is_default")]
    not_null: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    statistics: Option<i32>,
    #[serde(default, skip_serializing_if = "is_default")]
    storage: Option<String>,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GeneratedEntry {
    expression: String,
    kind: GeneratedWord,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GeneratedWord {
    Stored,
    Virtual,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityEntry {
    kind: IdentityWord,
    #[serde(default, skip_serializing_if = "is_default")]
    options: OptionsEntry,
    #[serde(default, skip_serializing_if = "is_default")]
    sequence: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum IdentityWord {
    Always,
    ByDefault,
}

impl ColumnEntry {
    pub(super) fn of(column: &Column) -> Self {
        let Column { ty, not_null, default, identity, generated, collation, storage, compression, statistics, comment } =
            column;
        Self {
            collation: collation.as_ref().map(ToString::to_string),
            comment: comment.clone(),
            compression: compression.clone(),
            default: default.as_ref().map(|default| default.canonical.to_string()),
            generated: generated.as_ref().map(GeneratedEntry::of),
            identity: identity.as_ref().map(|identity| IdentityEntry::of(identity, ty)),
            not_null: *not_null,
            statistics: *statistics,
            storage: storage.clone(),
            ty: ty.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Column> {
        let within = |key: &'static str| move |fault: Fault| fault.within(key);
        let ty = type_name(&self.ty).map_err(within("type"))?;
        let identity = self.identity.map(|it| it.read(&ty)).transpose().map_err(within("identity"))?;
        Ok(Column {
            ty,
            not_null: self.not_null,
            default: self.default.map(expression),
            identity,
            generated: self.generated.map(GeneratedEntry::read),
            collation: self.collation.as_deref().map(name_ref).transpose().map_err(within("collation"))?,
            storage: self.storage,
            compression: self.compression,
            statistics: self.statistics,
            comment: self.comment,
        })
    }
}

impl GeneratedEntry {
    fn of(generated: &Generated) -> Self {
        let kind = match generated.kind {
            GeneratedKind::Stored => GeneratedWord::Stored,
            GeneratedKind::Virtual => GeneratedWord::Virtual,
        };
        Self { expression: generated.expr.canonical.to_string(), kind }
    }

    fn read(self) -> Generated {
        let kind = match self.kind {
            GeneratedWord::Stored => GeneratedKind::Stored,
            GeneratedWord::Virtual => GeneratedKind::Virtual,
        };
        Generated { kind, expr: expression(self.expression) }
    }
}

impl IdentityEntry {
    fn of(identity: &Identity, column: &TypeName) -> Self {
        let Identity { kind, sequence, options } = identity;
        let kind = match kind {
            IdentityKind::Always => IdentityWord::Always,
            IdentityKind::ByDefault => IdentityWord::ByDefault,
        };
        let sequence = sequence.as_ref().map(|name| name.as_str().to_owned());
        Self { kind, options: OptionsEntry::of(options, column), sequence }
    }

    fn read(self, column: &TypeName) -> Read<Identity> {
        let kind = match self.kind {
            IdentityWord::Always => IdentityKind::Always,
            IdentityWord::ByDefault => IdentityKind::ByDefault,
        };
        let sequence = self.sequence.as_deref().map(ident).transpose()?;
        Ok(Identity { kind, sequence, options: Box::new(self.options.read(column)?) })
    }
}
