//! Foreign keys.

use super::text::columns;
use crate::{ForeignKey, MatchKind, ReferentialAction};

/// `FOREIGN KEY (...) REFERENCES ...`, without its name.
pub fn definition(key: &ForeignKey) -> String {
    let ForeignKey { columns: own, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
    let mut words = vec![format!("FOREIGN KEY ({}) REFERENCES {references} ({})", columns(own), columns(referenced))];
    if *match_kind == MatchKind::Full {
        words.push("MATCH FULL".to_owned());
    }
    if let Some(action) = action(*on_update) {
        words.push(format!("ON UPDATE {action}"));
    }
    if let Some(action) = action(*on_delete) {
        words.push(format!("ON DELETE {action}"));
        if !on_delete_columns.is_empty() {
            words.push(format!("({})", columns(on_delete_columns)));
        }
    }
    words.join(" ")
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
