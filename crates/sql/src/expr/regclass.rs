//! Names of tables and sequences inside string constants.

use super::Expr;
use crate::parse::{Scanner, TokenKind};
use crate::{Ident, NameRef};

/// The functions whose first argument is a `regclass`.
pub(super) fn takes_regclass(name: &NameRef) -> bool {
    name.schema.is_none() && matches!(name.name.as_str(), "nextval" | "currval" | "setval")
}

/// The text of the literal, where `expr` is a `regclass` literal, or a call that makes its first argument one.
pub(super) fn literal(expr: &Expr) -> Option<&String> {
    match expr {
        Expr::Cast(value, ty) if ty.is_builtin() && ty.name.as_str() == "regclass" && !ty.array => match &**value {
            Expr::String(text) => Some(text),
            Expr::Cast(inner, ty) if ty.name.as_str() == "text" => match &**inner {
                Expr::String(text) => Some(text),
                _ => None,
            },
            _ => None,
        },
        Expr::Call { name, args, .. } if takes_regclass(name) => match args.first() {
            Some(Expr::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// See [`literal`].
pub(super) fn literal_mut(expr: &mut Expr) -> Option<&mut String> {
    match expr {
        Expr::Cast(value, ty) if ty.is_builtin() && ty.name.as_str() == "regclass" && !ty.array => match &mut **value {
            Expr::String(text) => Some(text),
            Expr::Cast(inner, ty) if ty.name.as_str() == "text" => match &mut **inner {
                Expr::String(text) => Some(text),
                _ => None,
            },
            _ => None,
        },
        Expr::Call { name, args, .. } if takes_regclass(name) => match args.first_mut() {
            Some(Expr::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Reads `s.t` as `regclassin` does; `None` where it is no name (a number is an object's identifier).
pub(super) fn parse(text: &str) -> Option<NameRef> {
    let mut parts = Vec::new();
    let mut name_next = true;
    for token in Scanner::new(text, 0) {
        let source = &text[token.span.range()];
        match token.kind {
            TokenKind::Word if name_next => parts.push(Ident::from_sql(source)),
            TokenKind::QuotedName if name_next && token.closed => parts.push(Ident::from_sql(source)),
            TokenKind::Punctuation if !name_next && source == "." => {}
            _ => return None,
        }
        name_next = !name_next;
    }
    let name = parts.pop().filter(|_| !name_next && parts.len() < 3)?;
    Some(NameRef { schema: parts.pop(), name })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_regclass_does() {
        assert_eq!(parse("S.\"My Seq\"").unwrap().to_string(), "s.\"My Seq\"");
        assert_eq!(parse(" t_id_seq ").unwrap().to_string(), "t_id_seq");
        for no in ["", "1234", "a.", ".a", "a b", "a-b", "\"a"] {
            assert!(parse(no).is_none(), "{no}");
        }
    }
}
