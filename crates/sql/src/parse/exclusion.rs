//! The elements of `EXCLUDE`.
//!
//! PostgreSQL takes an index's element there, with its operator class and order; the parser takes an expression only. So
//! what follows the expression is hidden from the parser, and each element is read anew as that of an index.

use std::borrow::Cow;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind};

use super::index;
use super::scan::{Scanner, Token, TokenKind};
use super::text::normalised;
use super::tree::Place;
use crate::ast::IndexElement;

/// `sql` as the parser can read it, each byte in its place.
pub(super) fn readable(sql: &str) -> Cow<'_, str> {
    let is_comment = |token: &Token| matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment);
    let tokens: Vec<Token> = Scanner::new(sql, 0).filter(|token| !is_comment(token)).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| &sql[token.span.range()]);
    let is = |at: usize, word: &str| text(at).eq_ignore_ascii_case(word);
    let mut out = Cow::Borrowed(sql);
    for at in (0..tokens.len()).filter(|at| is(*at, "exclude")) {
        let list = if is(at + 1, "using") { at + 3 } else { at + 1 };
        if text(list) != "(" {
            continue;
        }
        let mut start = list + 1;
        while let Some(with) = outside_brackets(start, tokens.len(), &text, |at| is(at, "with")) {
            let first = expression_end(start, with, &text);
            if first < with {
                let hidden = tokens[first].span.start..tokens[with - 1].span.end;
                out.to_mut().replace_range(hidden.clone(), &" ".repeat(hidden.len()));
            }
            match outside_brackets(with, tokens.len(), &text, |at| text(at) == ",") {
                Some(comma) => start = comma + 1,
                None => break,
            }
        }
    }
    out
}

/// The first token that `wanted` takes before the list ends, brackets stepped over.
fn outside_brackets<'a>(
    from: usize,
    to: usize,
    text: &impl Fn(usize) -> &'a str,
    wanted: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut depth = 0_usize;
    for at in from..to {
        match text(at) {
            _ if depth == 0 && wanted(at) => return Some(at),
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The end of a name, a call or a bracketed expression.
fn expression_end<'a>(start: usize, limit: usize, text: &impl Fn(usize) -> &'a str) -> usize {
    let mut at = start;
    if text(at) != "(" {
        at += 1;
        while text(at) == "." {
            at += 2;
        }
    }
    if text(at) == "(" {
        at = outside_brackets(at + 1, limit, text, |place| text(place) == ")").map_or(limit, |close| close + 1);
    }
    at.min(limit)
}

/// An element and its operator.
pub(super) fn lower(place: Place, node: &ast::ConstraintExclusion) -> Option<(IndexElement, String)> {
    let operator = match (node.operator_call(), node.op()) {
        (Some(call), _) => call.op()?,
        (None, op) => op?,
    };
    let operator = normalised(&operator.syntax().text().to_string());
    let with = node.syntax().children_with_tokens().find(|child| child.kind() == SyntaxKind::WITH_KW)?;
    let start = usize::from(node.syntax().text_range().start());
    let element = place.slice(start, usize::from(with.text_range().start()))?;
    Some((as_of_index(place, start, element)?, operator))
}

fn as_of_index(place: Place, start: usize, element: &str) -> Option<IndexElement> {
    const BEFORE: &str = "create index on t (";
    let sql = format!("{BEFORE}{element}\n)");
    let parsed = SourceFile::parse(&sql);
    if !parsed.errors().is_empty() {
        return None;
    }
    let list = parsed.syntax_node().descendants().find_map(ast::PartitionItemList::cast)?;
    let mut items = list.partition_items();
    let (Some(item), None) = (items.next(), items.next()) else {
        return None;
    };
    index::element(place.embedded(&sql, start, BEFORE.len()), &item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_an_expression_is_hidden() {
        assert_eq!(
            readable(
                "exclude using gist (a inet_ops with &&, s.f(b, c) desc nulls last with =, (d || e) x (y = 1) with =)"
            ),
            "exclude using gist (a          with &&, s.f(b, c)                 with =, (d || e)           with =)"
        );
        for untouched in ["exclude (a with =)", "select exclude (a b)", "create table exclude (a int with time zone)"] {
            let hidden = readable(untouched);
            assert_eq!(hidden.len(), untouched.len());
        }
        assert_eq!(readable("exclude (a with =)"), "exclude (a with =)");
    }
}
