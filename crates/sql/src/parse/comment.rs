//! `COMMENT ON`.

use squawk_syntax::ast::{self, AstNode};

use super::text::normalised;
use super::{names, strings};
use crate::ast::{CommentOn, CommentTarget};

pub(super) fn lower(node: &ast::CommentOn) -> Option<CommentOn> {
    let text = match node.literal() {
        Some(literal) if matches!(literal.kind(), Some(ast::LitKind::Null(_))) => None,
        Some(literal) => Some(strings::decode(&literal)?),
        None => None,
    };
    Some(CommentOn { target: target(&node.comment_object()?)?, text })
}

fn target(object: &ast::CommentObject) -> Option<CommentTarget> {
    use ast::CommentObject as Node;
    Some(match object {
        Node::ObjectSchema(node) => CommentTarget::Schema(names::ident(&node.schema_ref()?)),
        Node::ObjectExtension(node) => CommentTarget::Extension(names::ident(&node.extension_ref()?)),
        Node::ObjectTable(node) => CommentTarget::Table(names::name_ref(&node.table_name_ref()?)),
        Node::ObjectIndex(node) => CommentTarget::Index(names::name_ref(&node.index_ref()?)),
        Node::ObjectSequence(node) => CommentTarget::Sequence(names::name_ref(&node.sequence_ref()?)),
        Node::ObjectType(node) => CommentTarget::Type(names::name_ref(&node.type_name_ref()?)),
        Node::ObjectColumn(node) => {
            let mut parts = names::parts(&node.name()?);
            let column = parts.pop()?;
            CommentTarget::Column { table: names::name_from(parts), column }
        }
        Node::ObjectConstraint(node) if node.domain_token().is_none() => CommentTarget::Constraint {
            table: names::name_ref(&node.table_name_ref()?),
            name: names::ident(&node.constraint_name_ref()?),
        },
        _ => other(object)?,
    })
}

/// The keywords before the first name are the kind; what follows is the name.
fn other(object: &ast::CommentObject) -> Option<CommentTarget> {
    let node = object.syntax();
    let name_start = node.first_child()?.text_range().start() - node.text_range().start();
    let text = node.text().to_string();
    let (kind, name) = text.split_at(usize::from(name_start));
    Some(CommentTarget::Other { kind: normalised(kind), name: normalised(name) })
}
