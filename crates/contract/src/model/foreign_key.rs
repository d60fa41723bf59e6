//! Foreign keys.

use super::{Ident, MatchKind, QName, ReferentialAction};

/// `FOREIGN KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Referencing columns.
    pub columns: Vec<Ident>,
    /// Referenced table.
    pub references: QName,
    /// Referenced columns, never empty once the contract is resolved.
    pub referenced: Vec<Ident>,
    /// `MATCH`.
    pub match_kind: MatchKind,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// The columns that `SET NULL (...)` or `SET DEFAULT (...)` names; empty for all (15).
    pub on_delete_columns: Vec<Ident>,
}
