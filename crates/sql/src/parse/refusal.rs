//! Why a statement that has no syntax error is not read all the same.

use squawk_syntax::{SyntaxKind, SyntaxNode};

/// The reason, as one sentence.
pub(super) fn reason(tree: &SyntaxNode) -> &'static str {
    let holds = |kind: SyntaxKind| tree.descendants().any(|node| node.kind() == kind);
    if holds(SyntaxKind::WITHOUT_OVERLAPS) || holds(SyntaxKind::PERIOD_COLUMN) {
        "temporal keys (WITHOUT OVERLAPS, PERIOD) are not supported"
    } else if holds(SyntaxKind::MATCH_PARTIAL) {
        "PostgreSQL has no MATCH PARTIAL"
    } else {
        "this statement could not be read"
    }
}
