//! Expressions from text.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::Expr;
use super::lower::{MAX_HEIGHT, extent, lower};
use crate::Span;
use crate::ast::{ExprText, SyntaxError};
use crate::parse::{Scanner, TokenKind, normalised};

/// Reads one expression. Spans count from the start of `text`.
///
/// What is nested deeper than the parser's stack bears is not read but carried as it stands.
pub fn parse_expr(text: &str) -> Result<ExprText, SyntaxError> {
    const BEFORE: &str = "SELECT ";
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let whole = Span::new(start, start + trimmed.len());
    if nesting(trimmed) > MAX_HEIGHT {
        let expr = Expr::Opaque(format!("({})", normalised(trimmed)));
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

/// How deep the parser would recurse into `text`, guessed from above: brackets, `CASE`, and operators that may each hold
/// the next as their operand.
pub(crate) fn nesting(text: &str) -> usize {
    let mut levels = vec![0_usize];
    let (mut depth, mut deepest) = (0, 0);
    for token in Scanner::new(text, 0) {
        let word = &text[token.span.range()];
        let top = levels.last_mut();
        match token.kind {
            TokenKind::Punctuation if matches!(word, "(" | "[") => levels.push(0),
            TokenKind::Word if word.eq_ignore_ascii_case("case") => levels.push(0),
            TokenKind::Punctuation if matches!(word, ")" | "]") => depth -= levels.pop().unwrap_or(0),
            TokenKind::Word if word.eq_ignore_ascii_case("end") => depth -= levels.pop().unwrap_or(0),
            TokenKind::Word if word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") => {
                depth -= top.map_or(0, std::mem::take);
            }
            TokenKind::Punctuation if matches!(word, "," | ";") => depth -= top.map_or(0, std::mem::take),
            TokenKind::Operator | TokenKind::Unknown => depth += top.map_or(0, increment),
            TokenKind::Word if word.eq_ignore_ascii_case("not") || word.eq_ignore_ascii_case("in") => {
                depth += top.map_or(0, increment);
            }
            _ => {}
        }
        deepest = deepest.max(levels.len() + depth);
    }
    deepest
}

fn increment(count: &mut usize) -> usize {
    *count += 1;
    1
}
