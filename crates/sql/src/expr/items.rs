//! The parser's tree of operators, laid flat.
//!
//! The parser binds some operators otherwise than PostgreSQL does: its `BETWEEN` and `ISNULL` bind tighter than `+`, its
//! `||` and `->` group to the right, and a `BETWEEN` after a cast is left beside it. What it does get right is the order
//! of operands and operators. So only that is taken from it, and `climb` builds the tree anew.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use super::lower::{function_name, name_parts};
use crate::NameRef;

/// One piece of a run of operands and operators.
#[derive(Debug)]
pub(super) enum Item {
    /// Something that no operator can reach into.
    Operand(SyntaxNode),
    /// An operator: words in upper case with single spaces, symbols as they stand.
    Operator(String),
    /// `OPERATOR(...)`, which binds alike whatever it names; the operator without `pg_catalog`.
    Qualified(String),
    /// What follows `::`.
    Type(ast::Type),
    /// What follows `COLLATE`.
    Collation(NameRef),
}

/// The nodes that belong to the expression that starts at `first`: itself, and a `BETWEEN` left beside it.
pub(super) fn run(first: &SyntaxNode) -> Vec<SyntaxNode> {
    let rest = std::iter::successors(first.next_sibling(), SyntaxNode::next_sibling);
    std::iter::once(first.clone()).chain(rest.take_while(continues)).collect()
}

/// The first nodes of the expressions among a node's children.
pub(super) fn heads(parent: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    parent.children().filter(|child| ast::Expr::can_cast(child.kind()) && !continues(child))
}

fn continues(node: &SyntaxNode) -> bool {
    let mut words = tokens(node).map(|token| token.kind());
    match words.next() {
        Some(SyntaxKind::BETWEEN_KW) => true,
        Some(SyntaxKind::NOT_KW) => words.next() == Some(SyntaxKind::BETWEEN_KW),
        _ => false,
    }
}

/// The items of a run, in the order of the text.
pub(super) fn items(run: &[SyntaxNode]) -> Vec<Item> {
    let mut found = Vec::new();
    let mut left: Vec<SyntaxElement> = run.iter().rev().cloned().map(SyntaxElement::Node).collect();
    while let Some(element) = left.pop() {
        match element {
            SyntaxElement::Token(token) if token.kind().is_trivia() => {}
            SyntaxElement::Token(token) => found.push(Item::Operator(token.text().to_ascii_uppercase())),
            SyntaxElement::Node(node) if is_operation(&node) => {
                let at = left.len();
                left.extend(node.children_with_tokens());
                left[at..].reverse();
            }
            SyntaxElement::Node(node) => found.push(item(node)),
        }
    }
    found
}

fn is_operation(node: &SyntaxNode) -> bool {
    match node.kind() {
        SyntaxKind::BIN_EXPR
        | SyntaxKind::PREFIX_EXPR
        | SyntaxKind::POSTFIX_EXPR
        | SyntaxKind::BETWEEN_EXPR
        | SyntaxKind::COLLATE => true,
        SyntaxKind::CAST_EXPR => node.children().any(|child| child.kind() == SyntaxKind::COLON_COLON),
        _ => false,
    }
}

fn item(node: SyntaxNode) -> Item {
    if ast::Expr::can_cast(node.kind()) {
        return Item::Operand(node);
    }
    if let Some(ty) = ast::Type::cast(node.clone()) {
        return Item::Type(ty);
    }
    match node.kind() {
        SyntaxKind::COLLATION_REF => Item::Collation(function_name(name_parts(&node))),
        SyntaxKind::COLON_COLON => Item::Operator("::".to_owned()),
        SyntaxKind::OPERATOR_CALL => Item::Qualified(qualified(&node)),
        _ => Item::Operator(joined(&node)),
    }
}

fn tokens(node: &SyntaxNode) -> impl Iterator<Item = squawk_syntax::SyntaxToken> {
    node.descendants_with_tokens().filter_map(SyntaxElement::into_token).filter(|token| !token.kind().is_trivia())
}

fn joined(node: &SyntaxNode) -> String {
    let parts: Vec<String> = tokens(node).map(|token| token.text().to_ascii_uppercase()).collect();
    let words = parts.iter().all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
    parts.join(if words { " " } else { "" })
}

fn qualified(node: &SyntaxNode) -> String {
    let path = name_parts(node);
    let is_name = |token: &squawk_syntax::SyntaxToken| {
        token.parent().is_some_and(|parent| parent.kind() == SyntaxKind::PATH_SEGMENT_REF)
    };
    let symbol: String = tokens(node)
        .filter(|token| !is_name(token))
        .map(|token| token.text().to_owned())
        .filter(|text| !matches!(text.as_str(), "(" | ")" | ".") && !text.eq_ignore_ascii_case("operator"))
        .collect();
    let symbol = if symbol == "!=" { "<>".to_owned() } else { symbol };
    match path.last() {
        Some(schema) if schema.as_str() != "pg_catalog" => format!("OPERATOR({schema}.{symbol})"),
        _ => symbol,
    }
}
