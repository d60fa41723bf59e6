//! Names in the parser's tree, in stored form.

use squawk_syntax::ast::{AstNode, normalize_name_node};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::{Ident, NameRef};

/// The identifier that a node holds as its own token; the last one where the node is a path.
pub(super) fn ident(node: &impl AstNode) -> Ident {
    ident_of(node.syntax())
}

/// See [`ident`].
pub(super) fn ident_of(node: &SyntaxNode) -> Ident {
    parts_of(node).pop().unwrap_or_else(|| Ident::new(""))
}

/// The parts of a dotted name.
pub(super) fn parts(node: &impl AstNode) -> Vec<Ident> {
    parts_of(node.syntax())
}

/// See [`parts`].
pub(super) fn parts_of(node: &SyntaxNode) -> Vec<Ident> {
    let segments: Vec<Ident> = node
        .descendants()
        .filter(|part| matches!(part.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF))
        .map(|part| Ident::new(normalize_name_node(&part)))
        .collect();
    if segments.is_empty() { vec![Ident::new(normalize_name_node(node))] } else { segments }
}

/// A name with or without its schema; a database before that is left out, since it can only be the current one.
pub(super) fn name_ref(node: &impl AstNode) -> NameRef {
    name_from(parts(node))
}

/// See [`name_ref`].
pub(super) fn name_from(mut parts: Vec<Ident>) -> NameRef {
    let name = parts.pop().unwrap_or_else(|| Ident::new(""));
    NameRef { schema: parts.pop(), name }
}
