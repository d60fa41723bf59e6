//! Foreign keys.

use novate_contract::{ForeignKey, MatchKind, ReferentialAction};

use super::{Aspect, aspect, list, or_default};

pub(super) fn aspects(key: &ForeignKey) -> Vec<Aspect> {
    let ForeignKey { columns, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
    let match_kind = match match_kind {
        MatchKind::Simple => None,
        MatchKind::Full => Some("full"),
    };
    vec![
        list("columns", columns),
        aspect("references", references),
        list("referenced columns", referenced),
        or_default("match", match_kind, "simple"),
        or_default("on update", action(*on_update), "no action"),
        or_default("on delete", action(*on_delete), "no action"),
        list("columns that deleting sets", on_delete_columns),
    ]
}

fn action(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("restrict"),
        ReferentialAction::Cascade => Some("cascade"),
        ReferentialAction::SetNull => Some("set null"),
        ReferentialAction::SetDefault => Some("set default"),
    }
}
