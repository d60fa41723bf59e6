//! `ALTER TABLE ... ALTER COLUMN`.

use squawk_syntax::ast::{self, AstNode};

use super::text::normalised;
use super::tree::{Place, words};
use super::{columns, lower_type, names, sequence, storage};
use crate::ast::{AlterColumn, IdentityKind, SequenceOption};

/// What an action says, or `None` where it is of a kind that is not modelled.
pub(super) fn lower(place: Place, option: &ast::AlterColumnOption) -> Option<AlterColumn> {
    use ast::AlterColumnOption as Node;
    Some(match option {
        Node::AddGenerated(add) => {
            AlterColumn::AddIdentity(sequence::identity(&add.generated_when()?, add.sequence_option_list())?)
        }
        Node::DropDefault(_) => AlterColumn::DropDefault,
        Node::DropExpression(_) => AlterColumn::DropExpression,
        Node::DropIdentity(drop) => AlterColumn::DropIdentity { if_exists: drop.if_exists().is_some() },
        Node::DropNotNull(_) => AlterColumn::DropNotNull,
        Node::ResetOptions(reset) => AlterColumn::ResetOptions(storage::names_of(reset.attribute_list())),
        Node::Restart(node) => {
            AlterColumn::SetIdentity { kind: None, options: vec![sequence::restart(node.expr().as_ref())?] }
        }
        Node::SetCompression(set) => {
            AlterColumn::SetCompression(words(set.compression_method_name()?.syntax()).to_ascii_lowercase())
        }
        Node::SetDefault(set) => AlterColumn::SetDefault(place.expr(&set.expr()?)),
        Node::SetExpression(set) => AlterColumn::SetExpression(place.expr(&set.expr()?)),
        Node::SetGenerated(set) => AlterColumn::SetIdentity {
            kind: Some(sequence::identity_kind(&set.generated_when()?)),
            options: Vec::new(),
        },
        Node::SetGeneratedOptions(set) => generated_options(set)?,
        Node::SetNotNull(_) => AlterColumn::SetNotNull,
        Node::SetOptions(set) => AlterColumn::SetOptions(storage::parameters(set.attribute_list())),
        Node::SetSequenceOption(set) => {
            AlterColumn::SetIdentity { kind: None, options: vec![sequence::lower_option(&set.sequence_option()?)?] }
        }
        Node::SetStatistics(set) => AlterColumn::SetStatistics(statistics(set)),
        Node::SetStorage(set) => AlterColumn::SetStorage(words(set.storage_mode()?.syntax())),
        Node::SetType(set) => AlterColumn::Type {
            ty: lower_type(&set.ty()?),
            collation: set.collate().and_then(|collate| columns::collation(&collate)),
            using: set.using_expr().and_then(|using| using.expr()).map(|expr| place.expr(&expr)),
        },
        Node::SetOptionsList(_) | Node::Inherit(_) | Node::NoInherit(_) => return None,
    })
}

fn generated_options(set: &ast::SetGeneratedOptions) -> Option<AlterColumn> {
    let mut kind: Option<IdentityKind> = None;
    let mut options: Vec<SequenceOption> = Vec::new();
    for option in set.set_generated_options() {
        match option {
            ast::SetGeneratedOption::Restart(node) => options.push(sequence::restart(node.expr().as_ref())?),
            ast::SetGeneratedOption::SetGenerated(node) => {
                kind = Some(sequence::identity_kind(&node.generated_when()?));
            }
            ast::SetGeneratedOption::SetSequenceOption(node) => {
                options.push(sequence::lower_option(&node.sequence_option()?)?);
            }
        }
    }
    Some(AlterColumn::SetIdentity { kind, options })
}

/// `-1` and `DEFAULT` alike ask for the server's default.
pub(super) fn statistics(set: &ast::SetStatistics) -> Option<i32> {
    let text = normalised(&set.expr()?.syntax().text().to_string()).replace(' ', "");
    text.parse().ok().filter(|target| *target >= 0)
}

/// The column of an index by its number, as `ALTER INDEX ... ALTER COLUMN 1` names it.
pub(super) fn numbered(alter: &ast::AlterSetStatistics) -> Option<crate::Ident> {
    match (alter.column_name_ref(), alter.expr()) {
        (Some(name), _) => Some(names::ident(&name)),
        (None, Some(number)) => Some(crate::Ident::new(normalised(&number.syntax().text().to_string()))),
        (None, None) => None,
    }
}
