//! Foreign keys.

use novate_contract::{ForeignKey, MatchKind, ReferentialAction};

use super::{Listener, aspect, list, or_default};

pub(super) fn describe(key: &ForeignKey, to: &mut dyn Listener) {
    let ForeignKey { columns, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
    let match_kind = match match_kind {
        MatchKind::Simple => None,
        MatchKind::Full => Some("full"),
    };
    list(to, "columns", columns);
    aspect(to, "references", references);
    list(to, "referenced columns", referenced);
    or_default(to, "match", match_kind, "simple");
    or_default(to, "on update", action(*on_update), "no action");
    or_default(to, "on delete", action(*on_delete), "no action");
    list(to, "columns that deleting sets", on_delete_columns);
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
