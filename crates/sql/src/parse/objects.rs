//! Schemas, extensions, enums, and `DROP`, `RENAME` and `SET SCHEMA` of what is modelled.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::alter_table::cascade;
use super::tree::{Place, child, has_token};
use super::{names, strings};
use crate::Spanned;
use crate::ast::{EnumPosition, ObjectKeyword, Statement};

pub(super) fn create_schema(node: &ast::CreateSchema) -> Option<Statement> {
    let name = match node.create_schema_target()? {
        ast::CreateSchemaTarget::NamedSchema(named) => names::ident(&named.schema()?),
        ast::CreateSchemaTarget::AuthorizationSchema(of) => names::ident(&of.role()?),
    };
    Some(Statement::CreateSchema { name, if_not_exists: node.if_not_exists().is_some() })
}

pub(super) fn create_extension(node: &ast::CreateExtension) -> Option<Statement> {
    let schema = node.extension_schema().and_then(|clause| clause.schema_ref());
    Some(Statement::CreateExtension {
        name: names::ident(&node.extension()?),
        if_not_exists: node.if_not_exists().is_some(),
        schema: schema.map(|schema| names::ident(&schema)),
        version: node.extension_version_clause().and_then(|clause| version(clause.syntax())),
        cascade: node.cascade_token().is_some(),
    })
}

/// `None` where an extension's members change, which says nothing that is modelled.
pub(super) fn alter_extension(node: &ast::AlterExtension) -> Option<Statement> {
    let name = names::ident(&node.extension_ref()?);
    match node.action()? {
        ast::AlterExtensionAction::AlterExtensionUpdate(update) => {
            let version = update.update_to().and_then(|to| version(to.syntax()));
            Some(Statement::AlterExtensionUpdate { name, version })
        }
        ast::AlterExtensionAction::SetSchema(set) => Some(Statement::SetSchema {
            kind: ObjectKeyword::Extension,
            name: names::name_from(vec![name]),
            to: names::ident(&set.schema_ref()?),
        }),
        ast::AlterExtensionAction::AlterExtensionAdd(_) | ast::AlterExtensionAction::AlterExtensionDrop(_) => None,
    }
}

fn version(node: &SyntaxNode) -> Option<String> {
    let name = child::<ast::ExtensionVersion>(node).map(|name| names::ident(&name).as_str().to_owned());
    strings::all_in(node).pop().or(name)
}

/// `None` for a type that is not an enum.
pub(super) fn create_enum(place: Place, node: &ast::CreateType) -> Option<Statement> {
    let Some(ast::CreateTypeKind::EnumType(kind)) = node.kind() else {
        return None;
    };
    let list = kind.variant_list()?;
    let label = |variant: ast::Variant| Some(place.spanned(&variant, strings::decode(&variant.literal()?)?));
    Some(Statement::CreateEnum {
        name: names::name_ref(&node.type_name()?),
        values: list.variants().map(label).collect::<Option<Vec<Spanned<String>>>>()?,
    })
}

/// `None` for what changes something else than an enum's labels, a type's name or its schema.
pub(super) fn alter_type(node: &ast::AlterType) -> Option<Statement> {
    use ast::AlterTypeAction as Node;
    let name = names::name_ref(&node.type_name_ref()?);
    let kind = ObjectKeyword::Type;
    match node.action()? {
        Node::AddValue(add) => Some(Statement::AddEnumValue {
            name,
            value: strings::decode(&add.literal()?)?,
            if_not_exists: add.if_not_exists().is_some(),
            position: match add.value_position() {
                None => EnumPosition::End,
                Some(ast::ValuePosition::BeforeValue(before)) => EnumPosition::Before(strings::first_in(&before)?),
                Some(ast::ValuePosition::AfterValue(after)) => EnumPosition::After(strings::first_in(&after)?),
            },
        }),
        Node::RenameValue(rename) => Some(Statement::RenameEnumValue {
            name,
            from: strings::decode(&rename.from()?)?,
            to: strings::decode(&rename.to()?)?,
        }),
        Node::OwnerTo(_) => Some(Statement::Owner),
        Node::SetSchema(set) => Some(Statement::SetSchema { kind, name, to: names::ident(&set.schema_ref()?) }),
        Node::TypeRenameTo(to) => Some(Statement::Rename { kind, name, to: names::ident(&to.type_name()?) }),
        Node::AlterTypeAttributeActionList(_) | Node::RenameAttribute(_) | Node::SetOptions(_) => None,
    }
}

pub(super) fn alter_schema(node: &ast::AlterSchema) -> Option<Statement> {
    match node.action()? {
        ast::AlterSchemaAction::OwnerTo(_) => Some(Statement::Owner),
        ast::AlterSchemaAction::SchemaRenameTo(to) => Some(Statement::Rename {
            kind: ObjectKeyword::Schema,
            name: names::name_ref(&node.schema_ref()?),
            to: names::ident(&to.schema()?),
        }),
    }
}

/// `DROP kind [CONCURRENTLY] [IF EXISTS] name, ... [CASCADE]`.
pub(super) fn drop(kind: ObjectKeyword, node: &SyntaxNode) -> Statement {
    let is_name = |child: &SyntaxNode| {
        matches!(
            child.kind(),
            SyntaxKind::EXTENSION_REF
                | SyntaxKind::INDEX_REF
                | SyntaxKind::SCHEMA_REF
                | SyntaxKind::SEQUENCE_REF
                | SyntaxKind::TABLE_NAME_REF
                | SyntaxKind::TYPE_NAME_REF
        )
    };
    Statement::Drop {
        kind,
        concurrently: has_token(node, SyntaxKind::CONCURRENTLY_KW),
        if_exists: child::<ast::IfExists>(node).is_some(),
        names: node.children().filter(is_name).map(|name| names::name_from(names::parts_of(&name))).collect(),
        cascade: cascade(node),
    }
}
