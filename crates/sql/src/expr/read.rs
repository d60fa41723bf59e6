//! Expressions from text.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::lower::{extent, in_parentheses, lower};
use super::{Expr, bracketed, quick};
use crate::Span;
use crate::ast::{ExprText, SyntaxError};
use crate::parse::{bearable, normalised};

/// Reads one expression. Spans count from the start of `text`.
///
/// What is nested deeper than the parser's stack bears is not read but carried as it stands.
pub fn parse_expr(text: &str) -> Result<ExprText, SyntaxError> {
    match quick::read(text).or_else(|| bracketed::read(text)) {
        Some(expr) => Ok(ExprText { text: text.to_owned(), expr, span: Span::new(0, text.len()) }),
        None => parse_slowly(text),
    }
}

pub(super) fn parse_slowly(text: &str) -> Result<ExprText, SyntaxError> {
    const BEFORE: &str = "SELECT ";
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let whole = Span::new(start, start + trimmed.len());
    if !bearable(trimmed) {
        let expr = Expr::Opaque(in_parentheses(normalised(trimmed)));
        return Ok(ExprText { text: trimmed.to_owned(), expr, span: whole });
    }
    // The line break keeps a comment at the end of the text from reaching further.
    let parsed = SourceFile::parse(&format!("{BEFORE}{trimmed}\n"));
    let error = |message: String, at: Span| {
        let clamp = |at: usize| (at.saturating_sub(BEFORE.len()) + start).min(whole.end);
        SyntaxError { message, span: Span::new(clamp(at.start), clamp(at.end)) }
    };
    if let Some(first) = parsed.errors().first() {
        let range = first.range();
        return Err(error(first.message().to_owned(), Span::new(range.start().into(), range.end().into())));
    }
    let not_one = || SyntaxError { message: "this is not one expression".to_owned(), span: whole };
    let node = only_expression(&parsed.tree()).ok_or_else(not_one)?;
    let covered = extent(&node);
    let text = parsed.tree().syntax().text().to_string();
    let is_blank = |part: &str| normalised(part).is_empty();
    if !is_blank(&text[BEFORE.len()..covered.start]) || !is_blank(&text[covered.end..]) {
        return Err(not_one());
    }
    let span = Span::new(covered.start - BEFORE.len() + start, covered.end - BEFORE.len() + start);
    Ok(ExprText { text: text[covered.range()].to_owned(), expr: lower(&node), span })
}

fn only_expression(file: &SourceFile) -> Option<ast::Expr> {
    file.syntax().descendants().find_map(ast::Target::cast)?.expr()
}
