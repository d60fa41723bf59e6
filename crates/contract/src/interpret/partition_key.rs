//! Partition keys in one spelling.

use novate_sql::expr::{Expr, TypeScope, canonicalize, parse_expr};

/// A partition key (`RANGE (created_at, lower(name))`) in one spelling, whoever wrote it: expressions in canonical form,
/// in brackets unless they are a call. What is not understood stays as it is.
pub fn partition_key(written: &str, scope: &dyn TypeScope) -> String {
    let Some((strategy, elements)) = parts(written) else { return written.to_owned() };
    let element = |element: &str| match parse_expr(element) {
        Ok(parsed) => match canonicalize(&parsed.expr, scope, None) {
            Expr::Column(parts) => parts.last().map_or_else(|| element.to_owned(), ToString::to_string),
            call @ Expr::Call { .. } => call.to_string(),
            // With a collation it is no expression but an element of its own kind.
            Expr::Collate(..) | Expr::Opaque(_) => element.to_owned(),
            other => format!("({other})"),
        },
        Err(_) => element.to_owned(),
    };
    let elements: Vec<String> = split(elements, ',').into_iter().map(|it| element(it.trim())).collect();
    format!("{} ({})", strategy.to_ascii_uppercase(), elements.join(", "))
}

/// The strategy and what stands in the brackets after it.
pub(super) fn parts(key: &str) -> Option<(&str, &str)> {
    let (strategy, rest) = key.split_once('(')?;
    Some((strategy.trim(), rest.trim_end().strip_suffix(')')?))
}

/// `text` cut at a separator, where that stands outside brackets, strings and quoted names.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c == separator && depth == 0 => {
                parts.push(text.get(start..at).unwrap_or(""));
                start = at + c.len_utf8();
            }
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    parts.push(text.get(start..).unwrap_or(""));
    parts
}
