//! Column definitions.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::tree::{Place, child, children, words};
use super::{constraints, names, sequence, types};
use crate::NameRef;
use crate::ast::{ColumnConstraint, ColumnDef, GeneratedKind, NamedConstraint};

/// A column in a table's list or after `ADD COLUMN`: both nodes hold the same children.
pub(super) fn column(place: Place, node: &SyntaxNode) -> Option<ColumnDef> {
    let name = child::<ast::ColumnName>(node)?;
    let constraints = children::<ast::Constraint>(node).map(|constraint| column_constraint(place, &constraint));
    let mut constraints = constraints.collect::<Option<Vec<_>>>()?;
    // Most columns have one, and room for four is what a list begins with.
    constraints.shrink_to_fit();
    Some(ColumnDef {
        name: place.spanned(&name, names::ident(&name)),
        ty: child::<ast::Type>(node).map(|ty| types::lower_column_type(&ty)),
        collation: child::<ast::Collate>(node).and_then(|collate| collation(&collate)).or_else(|| after_default(node)),
        storage: child::<ast::Storage>(node)
            .and_then(|storage| storage.storage_mode())
            .map(|mode| words(mode.syntax())),
        compression: child::<ast::CompressionMethod>(node)
            .and_then(|method| method.compression_method_name())
            .map(|name| words(name.syntax()).to_ascii_lowercase()),
        constraints,
        span: own_span(place, node),
    })
}

/// `ADD COLUMN` stands before the definition that it adds.
fn own_span(place: Place, node: &SyntaxNode) -> crate::Span {
    let span = place.span(node);
    let start = child::<ast::ColumnName>(node).map_or(span.start, |name| place.span(name.syntax()).start);
    crate::Span::new(start, span.end)
}

/// The column's collation where it follows the default.
fn after_default(node: &SyntaxNode) -> Option<NameRef> {
    uncollated(child::<ast::DefaultConstraint>(node)?.expr()?)?.1
}

/// `COLLATE c`.
pub(super) fn collation(node: &ast::Collate) -> Option<NameRef> {
    node.collation_ref().map(|collation| names::name_ref(&collation))
}

/// An expression and the `COLLATE` after it, which the parser takes for a part of it where PostgreSQL's grammar has it
/// belong to the column or the element of an index.
pub(super) fn uncollated(expr: ast::Expr) -> Option<(ast::Expr, Option<NameRef>)> {
    match expr {
        ast::Expr::Collate(collate) => Some((collate.expr()?, collation(&collate))),
        other => Some((other, None)),
    }
}

fn column_constraint(place: Place, node: &ast::Constraint) -> Option<NamedConstraint<ColumnConstraint>> {
    use ast::Constraint as Node;
    let constraint = match node {
        Node::CheckConstraint(check) => ColumnConstraint::Check(place.expr(&check.expr()?)),
        Node::DefaultConstraint(default) => ColumnConstraint::Default(place.expr(&uncollated(default.expr()?)?.0)),
        Node::GeneratedConstraint(node) => generated(place, &node.generated_as()?)?,
        Node::NotNullConstraint(_) => ColumnConstraint::NotNull,
        Node::NullConstraint(_) => ColumnConstraint::Null,
        Node::PrimaryKeyConstraint(key) => {
            ColumnConstraint::PrimaryKey(constraints::index_parameters(key.index_parameters().as_ref()))
        }
        Node::UniqueConstraint(unique) => ColumnConstraint::Unique {
            nulls_not_distinct: constraints::nulls_not_distinct(unique.index_parameters().as_ref()),
            parameters: constraints::index_parameters(unique.index_parameters().as_ref()),
        },
        Node::ReferencesConstraint(references) => ColumnConstraint::References(constraints::references(references)?),
        Node::ExcludeConstraint(_) | Node::ForeignKeyConstraint(_) => return None,
    };
    Some(constraints::named(place, node.syntax(), constraint))
}

fn generated(place: Place, node: &ast::GeneratedAs) -> Option<ColumnConstraint> {
    match node {
        ast::GeneratedAs::GeneratedIdentity(identity) => {
            let identity = sequence::identity(&identity.generated_when()?, identity.sequence_option_list())?;
            Some(ColumnConstraint::Identity(identity))
        }
        ast::GeneratedAs::GeneratedStored(stored) => Some(ColumnConstraint::Generated {
            expr: place.expr(&stored.expr()?),
            kind: match stored.generated_kind() {
                Some(ast::GeneratedKind::Stored(_)) => GeneratedKind::Stored,
                Some(ast::GeneratedKind::Virtual(_)) | None => GeneratedKind::Virtual,
            },
        }),
    }
}
