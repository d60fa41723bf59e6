//! `INSERT`, `UPDATE`, `DELETE` and `MERGE`.

use squawk_syntax::ast::{self, AstNode, Stmt};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::tree::{Place, child};
use super::{names, query};
use crate::ast::{Dml, Statement};
use crate::{Ident, NameRef, Spanned};

/// `stmt` modifies data; `whole` is what it is a part of, itself or a query with it in its `WITH`.
pub(super) fn lower(place: Place, stmt: &Stmt, whole: &Stmt) -> Option<Statement> {
    let node = stmt.syntax();
    let verb = match stmt {
        Stmt::Insert(_) => "INSERT",
        Stmt::Update(_) => "UPDATE",
        Stmt::Delete(_) => "DELETE",
        Stmt::Merge(_) => "MERGE",
        _ => return None,
    };
    Some(Statement::Dml(Box::new(Dml {
        verb: verb.to_owned(),
        target: target(place, node)?,
        written: written(place, node),
        has_where: child::<ast::WhereClauseOrCurrentOf>(node).is_some(),
        query: query::facts(place, whole),
    })))
}

fn target(place: Place, node: &SyntaxNode) -> Option<Spanned<NameRef>> {
    let holder = |kind| matches!(kind, SyntaxKind::RELATION_NAME | SyntaxKind::TABLE_RELATION_NAME);
    let relation = |kind| matches!(kind, SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_NAME_REF);
    let within = node.children().find(|child| holder(child.kind())).unwrap_or_else(|| node.clone());
    let name = within.children().find(|child| relation(child.kind()))?;
    Some(Spanned::new(names::name_from(names::parts_of(&name)), place.span(&name)))
}

/// The columns that the statement itself writes, not those that one in its `WITH` does.
fn written(place: Place, node: &SyntaxNode) -> Vec<Spanned<Ident>> {
    let modifies =
        |kind| matches!(kind, SyntaxKind::INSERT | SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::MERGE);
    let own = |target: &SyntaxNode| target.ancestors().find(|above| modifies(above.kind())).as_ref() == Some(node);
    let targets = node.descendants().filter(|inner| inner.kind() == SyntaxKind::COLUMN_TARGET).filter(own);
    let columns = targets.filter_map(|target| child::<ast::ColumnNameRef>(&target));
    columns.map(|column| place.spanned(&column, names::ident(&column))).collect()
}
