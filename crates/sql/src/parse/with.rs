//! The names that `WITH` gives to queries.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names;
use super::tree::{child, children, has_token};
use crate::Ident;

/// Whether an unqualified name in a `FROM` is that of a `WITH` query.
pub(super) fn names_query(node: &SyntaxNode, name: &Ident) -> bool {
    node.ancestors().any(|query| clause_of(&query).is_some_and(|clause| defines(&clause, name, node)))
}

/// The `WITH` of a query. That of a `UNION` hangs on its first operand.
pub(super) fn clause_of(query: &SyntaxNode) -> Option<ast::WithClause> {
    let mut node = query.clone();
    while node.kind() == SyntaxKind::COMPOUND_SELECT {
        node = node.first_child()?;
    }
    child(&node)
}

/// Whether a `WITH` names a query that can be seen from `from`: without `RECURSIVE`, a query sees those before it only.
fn defines(clause: &ast::WithClause, name: &Ident, from: &SyntaxNode) -> bool {
    let recursive = has_token(clause.syntax(), SyntaxKind::RECURSIVE_KW);
    let place = from.text_range();
    children::<ast::WithTable>(clause.syntax())
        .take_while(|table| recursive || !table.syntax().text_range().contains_range(place))
        .any(|table| table.name().is_some_and(|found| names::ident(&found) == *name))
}

#[cfg(test)]
mod tests {
    use crate::ast::Statement;

    fn relations(sql: &str) -> Vec<String> {
        match &crate::parse(sql).statements[0].value {
            Statement::Query(query) => query.relations.iter().map(|relation| relation.value.to_string()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_are_seen_where_postgresql_sees_them() {
        assert_eq!(relations("with a as (select 1 from a) select 1 from a, b"), ["a", "b"]);
        assert_eq!(relations("with recursive a as (select 1 from a) select 1 from a"), [""; 0]);
        assert_eq!(relations("with a as (select 1), b as (select 1 from a) select 1 from b"), [""; 0]);
        assert_eq!(relations("with a as (select 1) select 1 from s.a"), ["s.a"]);
        assert_eq!(relations("with a as (select 1) select 2 union select 1 from a order by 1"), [""; 0]);
        assert_eq!(relations("select 1 from a where exists (with a as (select 1) select 1 from a)"), ["a"]);
    }
}
