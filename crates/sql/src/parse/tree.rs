//! What every lowering needs of the parser's tree.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

use super::message;
use crate::ast::{ExprText, SyntaxError};
use crate::expr::{extent, lower};
use crate::{Span, Spanned};

/// The text that is being lowered, and where in its script it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    sql: &'a str,
    /// The byte of the script at which byte `offset` of `sql` stands.
    start: usize,
    offset: usize,
}

impl<'a> Place<'a> {
    pub(super) fn new(sql: &'a str, start: usize) -> Self {
        Self { sql, start, offset: 0 }
    }

    /// A text made for the parser, whose byte `offset` is byte `at` of this one.
    pub(super) fn embedded(self, sql: &str, at: usize, offset: usize) -> Place<'_> {
        Place { sql, start: self.at(at, at).start, offset }
    }

    /// A part of the text.
    pub(super) fn slice(self, start: usize, end: usize) -> Option<&'a str> {
        self.sql.get(start..end)
    }

    fn at(self, start: usize, end: usize) -> Span {
        let place = |byte: usize| (self.start + byte).saturating_sub(self.offset);
        Span::new(place(start), place(end))
    }

    /// The bytes of a node, from its first token to its last.
    pub(super) fn span(self, node: &SyntaxNode) -> Span {
        let range = node.text_range();
        let first = std::iter::successors(node.first_token(), SyntaxToken::next_token).find(is_significant);
        let last = std::iter::successors(node.last_token(), SyntaxToken::prev_token).find(is_significant);
        let start = first.map_or(range.start(), |token| token.text_range().start());
        let end = last.map_or(range.end(), |token| token.text_range().end());
        self.at(start.into(), end.into())
    }

    pub(super) fn spanned<T>(self, node: &impl AstNode, value: T) -> Spanned<T> {
        Spanned::new(value, self.span(node.syntax()))
    }

    pub(super) fn error(self, error: &squawk_syntax::syntax_error::SyntaxError) -> SyntaxError {
        let range = error.range();
        SyntaxError {
            message: message::readable(error.message()),
            span: self.at(range.start().into(), range.end().into()),
        }
    }

    /// An expression with its text.
    pub(super) fn expr(self, node: &ast::Expr) -> ExprText {
        let extent = extent(node);
        let text = self.sql.get(extent.range()).unwrap_or_default().trim();
        let start = self.span(node.syntax()).start;
        ExprText { text: text.to_owned(), expr: lower(node), span: Span::new(start, start + text.len()) }
    }
}

/// The tokens of a node without white space and comments.
pub(super) fn significant(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens().filter_map(SyntaxElement::into_token).filter(is_significant)
}

fn is_significant(token: &SyntaxToken) -> bool {
    !token.kind().is_trivia()
}

/// Whether a token of this kind is a direct child.
pub(super) fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|child| child.as_token().is_some_and(|token| token.kind() == kind))
}

/// The first direct child of a type.
pub(super) fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

/// The direct children of a type.
pub(super) fn children<N: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = N> {
    node.children().filter_map(N::cast)
}

/// The words of a node in upper case, single-spaced.
pub(super) fn words(node: &SyntaxNode) -> String {
    significant(node).map(|token| token.text().to_ascii_uppercase()).collect::<Vec<_>>().join(" ")
}
