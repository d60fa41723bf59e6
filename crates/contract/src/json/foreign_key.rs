//! Foreign keys.

use serde::{Deserialize, Serialize};

use super::text::{Read, ident, idents, is_default, strings};
use crate::{ForeignKey, Ident, MatchKind, QName, ReferentialAction};

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ForeignKeyEntry {
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    match_full: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    on_delete: Option<ActionWord>,
    #[serde(default, skip_serializing_if = "is_default")]
    on_delete_columns: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    on_update: Option<ActionWord>,
    references: ReferenceEntry,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceEntry {
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    schema: Option<String>,
    table: String,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ActionWord {
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl ForeignKeyEntry {
    pub(super) fn of(schema: &Ident, key: &ForeignKey) -> Self {
        let ForeignKey { columns, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
        Self {
            columns: strings(columns),
            match_full: *match_kind == MatchKind::Full,
            on_delete: ActionWord::of(*on_delete),
            on_delete_columns: strings(on_delete_columns),
            on_update: ActionWord::of(*on_update),
            references: ReferenceEntry {
                columns: strings(referenced),
                schema: (references.schema != *schema).then(|| references.schema.as_str().to_owned()),
                table: references.name.as_str().to_owned(),
            },
        }
    }

    pub(super) fn read(self, schema: &Ident) -> Read<ForeignKey> {
        let schema = self.references.schema.as_deref().map_or_else(|| Ok(schema.clone()), ident)?;
        Ok(ForeignKey {
            columns: idents(&self.columns)?,
            references: QName::new(schema, ident(&self.references.table)?),
            referenced: idents(&self.references.columns)?,
            match_kind: if self.match_full { MatchKind::Full } else { MatchKind::Simple },
            on_update: ActionWord::read(self.on_update),
            on_delete: ActionWord::read(self.on_delete),
            on_delete_columns: idents(&self.on_delete_columns)?,
        })
    }
}

impl ActionWord {
    fn of(action: ReferentialAction) -> Option<Self> {
        match action {
            ReferentialAction::NoAction => None,
            ReferentialAction::Restrict => Some(Self::Restrict),
            ReferentialAction::Cascade => Some(Self::Cascade),
            ReferentialAction::SetNull => Some(Self::SetNull),
            ReferentialAction::SetDefault => Some(Self::SetDefault),
        }
    }

    fn read(word: Option<Self>) -> ReferentialAction {
        match word {
            None => ReferentialAction::NoAction,
            Some(Self::Restrict) => ReferentialAction::Restrict,
            Some(Self::Cascade) => ReferentialAction::Cascade,
            Some(Self::SetNull) => ReferentialAction::SetNull,
            Some(Self::SetDefault) => ReferentialAction::SetDefault,
        }
    }
}
