//! String constants.

use squawk_syntax::ast::{self, AstNode};

use super::tree::children;
use squawk_syntax::SyntaxNode;

/// What a string constant of any spelling stands for.
pub(super) fn decode(literal: &ast::Literal) -> Option<String> {
    literal.string_value()
}

/// The strings among a node's direct children, decoded, in order.
pub(super) fn all_in(node: &SyntaxNode) -> Vec<String> {
    children::<ast::Literal>(node).filter_map(|literal| decode(&literal)).collect()
}

/// The first of [`all_in`].
pub(super) fn first_in(node: &impl AstNode) -> Option<String> {
    all_in(node.syntax()).into_iter().next()
}
