//! Foreign keys.

use super::text::columns;
use crate::{ForeignKey, MatchKind, ReferentialAction};

/// `FOREIGN KEY (...) REFERENCES ...`, without its name.
pub fn definition(key: &ForeignKey) -> String {
    let ForeignKey { columns: own, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
    let mut text = format!("FOREIGN KEY ({}) REFERENCES {references} ({})", columns(own), columns(referenced));
    if *match_kind == MatchKind::Full {
        text.push_str(" MATCH FULL");
    }
    if let Some(action) = action(*on_update) {
        text.push_str(" ON UPDATE ");
        text.push_str(action);
    }
    if let Some(action) = action(*on_delete) {
        text.push_str(" ON DELETE ");
        text.push_str(action);
        if !on_delete_columns.is_empty() {
            text.push_str(&format!(" ({})", columns(on_delete_columns)));
        }
    }
    text
}

/// The words for an action; `None` for the one that is meant where nothing is said.
fn action(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT"),
        ReferentialAction::Cascade => Some("CASCADE"),
        ReferentialAction::SetNull => Some("SET NULL"),
        ReferentialAction::SetDefault => Some("SET DEFAULT"),
    }
}
