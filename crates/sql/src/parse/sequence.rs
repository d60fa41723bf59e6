//! Sequences and the options of identities.

use squawk_syntax::ast::{self, AstNode};

use super::text::normalised;
use super::tree::{Place, children};
use super::{lower_type, names};
use crate::ast::{
    AlterSequence, CreateSequence, Identity, IdentityKind, ObjectKeyword, OwnedBy, Persistence, SequenceOption,
    Statement,
};

pub(super) fn create(place: Place, node: &ast::CreateSequence) -> Option<Statement> {
    let name = node.sequence()?;
    Some(Statement::CreateSequence(Box::new(CreateSequence {
        name: place.spanned(&name, names::name_ref(&name)),
        persistence: persistence(node.persistence().as_ref()),
        if_not_exists: node.if_not_exists().is_some(),
        options: children(node.syntax()).map(|option| lower_option(&option)).collect::<Option<_>>()?,
    })))
}

pub(super) fn alter(node: &ast::AlterSequence) -> Option<Statement> {
    let name = names::name_ref(&node.sequence_ref()?);
    let mut options = Vec::new();
    for action in node.actions() {
        match action {
            ast::AlterSequenceAction::OwnerTo(_) => return Some(Statement::Owner),
            ast::AlterSequenceAction::SequenceRenameTo(to) => {
                return Some(Statement::Rename {
                    kind: ObjectKeyword::Sequence,
                    name,
                    to: names::ident(&to.sequence()?),
                });
            }
            ast::AlterSequenceAction::SetSchema(to) => {
                let to = names::ident(&to.schema_ref()?);
                return Some(Statement::SetSchema { kind: ObjectKeyword::Sequence, name, to });
            }
            ast::AlterSequenceAction::SetLogged(_) => options.push(SequenceOption::Logged(true)),
            ast::AlterSequenceAction::SetUnlogged(_) => options.push(SequenceOption::Logged(false)),
            ast::AlterSequenceAction::SequenceOption(option) => options.push(lower_option(&option)?),
        }
    }
    Some(Statement::AlterSequence(Box::new(AlterSequence { name, if_exists: node.if_exists().is_some(), options })))
}

pub(super) fn persistence(node: Option<&ast::Persistence>) -> Persistence {
    match node {
        None => Persistence::Permanent,
        Some(ast::Persistence::Unlogged(_)) => Persistence::Unlogged,
        Some(ast::Persistence::Temp(_)) => Persistence::Temporary,
    }
}

pub(super) fn identity(when: &ast::GeneratedWhen, list: Option<ast::SequenceOptionList>) -> Option<Identity> {
    let options = list.into_iter().flat_map(|list| list.sequence_options());
    Some(Identity { kind: identity_kind(when), options: options.map(|o| lower_option(&o)).collect::<Option<_>>()? })
}

pub(super) fn identity_kind(when: &ast::GeneratedWhen) -> IdentityKind {
    match when {
        ast::GeneratedWhen::GeneratedAlways(_) => IdentityKind::Always,
        ast::GeneratedWhen::GeneratedByDefault(_) => IdentityKind::ByDefault,
    }
}

pub(super) fn lower_option(option: &ast::SequenceOption) -> Option<SequenceOption> {
    use ast::SequenceOption as Node;
    Some(match option {
        Node::OptionAsType(node) => SequenceOption::As(lower_type(&node.ty()?)),
        Node::OptionCache(node) => SequenceOption::Cache(number(&node.expr()?)?),
        Node::OptionIncrement(node) => SequenceOption::Increment(number(&node.expr()?)?),
        Node::OptionSequenceName(node) => SequenceOption::Name(names::name_ref(&node.sequence()?)),
        Node::OptionRestart(node) => restart(node.expr().as_ref())?,
        Node::OptionLogged(_) => SequenceOption::Logged(true),
        Node::OptionUnlogged(_) => SequenceOption::Logged(false),
        Node::OptionStart(node) => SequenceOption::Start(number(&node.expr()?)?),
        Node::OptionOwnedBy(node) => SequenceOption::OwnedBy(owned_by(&node.owned_by_target()?)?),
        Node::OptionMaxValue(node) => SequenceOption::MaxValue(Some(number(&node.expr()?)?)),
        Node::OptionMinValue(node) => SequenceOption::MinValue(Some(number(&node.expr()?)?)),
        Node::OptionNoMaxValue(_) => SequenceOption::MaxValue(None),
        Node::OptionNoMinValue(_) => SequenceOption::MinValue(None),
        Node::OptionNoCycle(_) => SequenceOption::Cycle(false),
        Node::OptionCycle(_) => SequenceOption::Cycle(true),
    })
}

/// `RESTART`, with its number if there is one.
pub(super) fn restart(expr: Option<&ast::Expr>) -> Option<SequenceOption> {
    let number = match expr {
        Some(expr) => Some(number(expr)?),
        None => None,
    };
    Some(SequenceOption::Restart(number))
}

fn owned_by(target: &ast::OwnedByTarget) -> Option<OwnedBy> {
    match target {
        ast::OwnedByTarget::OwnedByNone(_) => Some(OwnedBy::None),
        ast::OwnedByTarget::QualifiedColumnNameRef(node) => {
            let mut parts = names::parts(node);
            let column = parts.pop()?;
            // `none` may come as a name where the parser does not take it for a keyword.
            if parts.is_empty() {
                return (column.as_str() == "none").then_some(OwnedBy::None);
            }
            Some(OwnedBy::Column { table: names::name_from(parts), column })
        }
    }
}

/// A whole number with or without sign; PostgreSQL also takes one in quotes or with a fraction of zero nowhere.
fn number(expr: &ast::Expr) -> Option<i64> {
    normalised(&expr.syntax().text().to_string()).replace([' ', '_'], "").parse().ok()
}
