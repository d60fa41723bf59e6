//! Statements of PostgreSQL's that the parser cannot read. Their tokens tell enough.

use super::scan::{Scanner, Token, TokenKind};
use super::unmodelled;
use crate::ast::Statement;

/// The statement, where it is one of these.
pub(super) fn read(sql: &str) -> Option<Statement> {
    set_names(sql).or_else(|| create_language(sql))
}

/// `SET NAMES 'utf8'`.
fn set_names(sql: &str) -> Option<Statement> {
    let is_comment = |token: &Token| matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment);
    let tokens: Vec<Token> = Scanner::new(sql, 0).filter(|token| !is_comment(token)).collect();
    let [set, names, value] = tokens.as_slice() else { return None };
    let text = |token: &Token| &sql[token.span.range()];
    let plain = value.kind == TokenKind::String && value.closed && text(value).starts_with('\'');
    let set_names = text(set).eq_ignore_ascii_case("set") && text(names).eq_ignore_ascii_case("names");
    (set_names && plain).then(|| Statement::Set {
        name: "client_encoding".to_owned(),
        values: vec![text(value).trim_matches('\'').to_owned()],
    })
}

/// `CREATE TRUSTED LANGUAGE` and `CREATE PROCEDURAL LANGUAGE`.
fn create_language(sql: &str) -> Option<Statement> {
    let found = unmodelled::classify(sql)?;
    (found.kind == "language" && found.verb == "create").then_some(Statement::Unmodelled(found))
}

#[cfg(test)]
mod tests {
    use crate::ast::{Statement, Unmodelled};
    use crate::parse;

    #[test]
    fn are_read_all_the_same() {
        let script =
            parse("create or replace trusted procedural language x handler h; set names 'utf8'; set names x y");
        assert_eq!(script.errors.len(), 1);
        let [language, names] = script.statements.as_slice() else { panic!("{script:?}") };
        assert!(
            matches!(&language.value, Statement::Unmodelled(Unmodelled { kind, name, .. }) if kind == "language" && name == "x")
        );
        assert!(
            matches!(&names.value, Statement::Set { name, values } if name == "client_encoding" && values == &["utf8"])
        );
    }
}
