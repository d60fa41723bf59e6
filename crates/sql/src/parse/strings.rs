//! String constants.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, LitKind};

use super::tree::children;

/// What a string constant of any spelling stands for; `None` for any other constant.
pub(super) fn decode(literal: &ast::Literal) -> Option<String> {
    match literal.kind()? {
        LitKind::String(_)
        | LitKind::EscString(_)
        | LitKind::UnicodeEscString(_)
        | LitKind::DollarQuotedString(_)
        | LitKind::NationalString(_) => literal.string_value(),
        _ => None,
    }
}

/// The strings among a node's direct children, decoded, in order.
pub(super) fn all_in(node: &SyntaxNode) -> Vec<String> {
    children::<ast::Literal>(node).filter_map(|literal| decode(&literal)).collect()
}

/// The first of [`all_in`].
pub(super) fn first_in(node: &impl AstNode) -> Option<String> {
    all_in(node.syntax()).into_iter().next()
}
