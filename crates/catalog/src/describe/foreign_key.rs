//! Foreign keys.

use novate_contract::{ForeignKey, MatchKind, ReferentialAction};

use super::{Aspect, aspect, list};

pub(super) fn aspects(key: &ForeignKey) -> Vec<Aspect> {
    let ForeignKey {
        columns,
        references,
        referenced,
        match_kind,
        on_update,
        on_delete,
        on_delete_columns,
    } = key;
    let match_kind = match match_kind {
        MatchKind::Simple => "simple",
        MatchKind::Full => "full",
    };
    vec![
        list("columns", columns),
        aspect("references", references),
        list("referenced columns", referenced),
        aspect("match", match_kind),
        aspect("on update", action(*on_update)),
        aspect("on delete", action(*on_delete)),
        list("columns that deleting sets", on_delete_columns),
    ]
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "no action",
        ReferentialAction::Restrict => "restrict",
        ReferentialAction::Cascade => "cascade",
        ReferentialAction::SetNull => "set null",
        ReferentialAction::SetDefault => "set default",
    }
}
