//! Foreign keys.

use novate_contract::{ForeignKey, Ident, MatchKind, ReferentialAction};
use serde::Deserialize;

use super::assemble::Numbers;

/// What only foreign keys have.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    table: i64,
    columns: Vec<i16>,
    match_kind: String,
    on_update: String,
    on_delete: String,
    on_delete_columns: Option<Vec<i16>>,
}

/// The foreign key of `columns` of the table with the number `table`.
pub(super) fn foreign_key(columns: Vec<Ident>, table: i64, row: &Row, numbers: &Numbers) -> ForeignKey {
    ForeignKey {
        columns,
        references: numbers.table(row.table),
        referenced: numbers.columns(row.table, &row.columns),
        match_kind: if row.match_kind == "f" { MatchKind::Full } else { MatchKind::Simple },
        on_update: action(&row.on_update),
        on_delete: action(&row.on_delete),
        on_delete_columns: numbers.columns(table, row.on_delete_columns.as_deref().unwrap_or_default()),
    }
}

fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
