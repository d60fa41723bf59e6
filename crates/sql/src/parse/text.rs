//! The text of a piece of SQL, freed of how it was laid out.

use squawk_syntax::SyntaxNode;

use super::scan::{Scanner, TokenKind};
use crate::Ident;
use crate::literal::ident_is_safe;

/// The text of a node as [`normalised`] gives it.
pub(crate) fn tokens_normalised(node: &SyntaxNode) -> String {
    normalised(&node.text().to_string())
}

/// `text` without comments, with single spaces, unquoted names and keywords in lower case, and quotes only around names
/// that need them. Strings and numbers stay as they were written.
pub(crate) fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before: Option<(TokenKind, String)> = None;
    for token in Scanner::new(text, 0) {
        let source = &text[token.span.range()];
        let word = match token.kind {
            TokenKind::LineComment | TokenKind::BlockComment => continue,
            TokenKind::Word => source.to_ascii_lowercase(),
            TokenKind::QuotedName if source.starts_with('"') && token.closed => Ident::from_sql(source).to_string(),
            _ => source.to_owned(),
        };
        if before.as_ref().is_some_and(|(kind, last)| space_between(*kind, last, token.kind, &word)) {
            out.push(' ');
        }
        out.push_str(&word);
        before = Some((token.kind, word));
    }
    out
}

fn space_between(left_kind: TokenKind, left: &str, right_kind: TokenKind, right: &str) -> bool {
    if matches!(left, "(" | "[" | "." | "::") || matches!(right, ")" | "]" | "[" | "," | ";" | "." | "::") {
        // A number must not swallow the dot that follows it.
        return left_kind == TokenKind::Number && right == ".";
    }
    // A call has no space before its arguments, a keyword before its list has one.
    let named = match left_kind {
        TokenKind::QuotedName => true,
        TokenKind::Word => ident_is_safe(left),
        _ => false,
    };
    !(named && right == "(" && right_kind == TokenKind::Punctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_case_do_not_matter() {
        assert_eq!(normalised("SELECT  Lower( \"name\" ) -- c\n FROM\tS . \"T\""), "select lower(name) from s.\"T\"");
        assert_eq!(normalised("a IN('X',2)and b::Int [ 1 ]=-1"), "a in ('X', 2) and b::int[1] = - 1");
        assert_eq!(normalised("/* x */"), "");
    }

    #[test]
    fn is_its_own_fixed_point() {
        let once = normalised("select count( * )filter(where A<>B)over w from t a,lateral f(1.) x where a.b @> '{}'");
        assert_eq!(normalised(&once), once);
    }
}
