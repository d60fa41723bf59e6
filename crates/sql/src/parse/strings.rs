//! String constants.

use std::borrow::Cow;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, LitKind};

use super::scan::{Scanner, TokenKind};
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

/// `sql` with spaces for what its strings hold, each byte in its place. The body of a function is such a string, in a
/// language and with errors of its own: they come to light where it is run.
pub(super) fn blanked(sql: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(sql.len());
    let mut done = 0;
    for token in Scanner::new(sql, 0).filter(|token| token.kind == TokenKind::String && token.closed) {
        let whole = &sql[token.span.range()];
        let (open, close) = match whole.find('\'') {
            Some(quote) if !whole.starts_with('$') => (quote + 1, 1),
            _ => whole[1..].find('$').map_or((0, 0), |tag| (tag + 2, tag + 2)),
        };
        out.push_str(&sql[done..token.span.start + open]);
        out.extend(std::iter::repeat_n(' ', whole.len() - open - close));
        done = token.span.end - close;
    }
    out.push_str(&sql[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_keep_their_place() {
        assert_eq!(blanked("as $a$ é $a$, 'it''s' E'\\'' x"), "as $a$    $a$, '     ' E'  ' x");
        assert_eq!(blanked("$$x$$ 'y"), "$$ $$ 'y");
    }

    #[test]
    fn the_body_of_a_function_is_not_read() {
        let script = crate::parse("create function f() returns int language sql as $$ selec 1; $$; select 1");
        assert_eq!((script.statements.len(), script.errors.len()), (2, 0));
    }
}
