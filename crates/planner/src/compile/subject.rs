//! What a statement is about.

use std::collections::BTreeSet;

use novate_contract::{Contract, Ident, ObjectId, ObjectKind, QName};
use novate_sql::NameRef;
use novate_sql::ast::{AlterTable, AlterTableAction, ObjectKeyword, Statement, TableConstraint};

use super::plain::Change;

/// The one object that a statement is about: of an `ALTER TABLE` that changes several parts of a table, the table.
/// `None` where it changes nothing.
pub(super) fn of(change: &Change<'_>) -> Option<ObjectId> {
    let touched = change.touched;
    if touched.is_empty() && touched.skipped.is_empty() {
        return None;
    }
    let kind = match change.statement {
        Statement::AlterTable(alter) => return of_alter_table(change, alter),
        Statement::CreateSchema { .. } => ObjectKind::Schema,
        Statement::CreateExtension { .. } | Statement::AlterExtensionUpdate { .. } => ObjectKind::Extension,
        Statement::CreateTable(_) => ObjectKind::Table,
        Statement::CreateIndex(_) => ObjectKind::Index,
        Statement::CreateEnum { .. } | Statement::AddEnumValue { .. } | Statement::RenameEnumValue { .. } => {
            ObjectKind::Enum
        }
        Statement::CreateSequence(_) | Statement::AlterSequence(_) => ObjectKind::Sequence,
        Statement::Comment(_) => ObjectKind::Comment,
        Statement::Drop { kind, .. } | Statement::Rename { kind, .. } | Statement::SetSchema { kind, .. } => {
            of_keyword(*kind)
        }
        _ => return first(change, |_| true),
    };
    first(change, |id| id.kind() == kind).or_else(|| first(change, |_| true))
}

fn first(change: &Change<'_>, wanted: impl Fn(&ObjectId) -> bool) -> Option<ObjectId> {
    let touched = change.touched;
    let renamed = touched.renamed.iter().map(|(_, to)| to);
    let all = touched.created.iter().chain(renamed).chain(&touched.dropped).chain(&touched.altered);
    all.chain(&touched.skipped).find(|id| wanted(id)).cloned()
}

fn of_keyword(kind: ObjectKeyword) -> ObjectKind {
    match kind {
        ObjectKeyword::Schema => ObjectKind::Schema,
        ObjectKeyword::Extension => ObjectKind::Extension,
        ObjectKeyword::Table => ObjectKind::Table,
        ObjectKeyword::Index => ObjectKind::Index,
        ObjectKeyword::Sequence => ObjectKind::Sequence,
        ObjectKeyword::Type => ObjectKind::Enum,
    }
}

fn of_alter_table(change: &Change<'_>, alter: &AlterTable) -> Option<ObjectId> {
    let table = resolve(&alter.name.value);
    if !change.before.tables.contains_key(&table) {
        // ALTER TABLE serves for indexes and sequences too.
        return first(change, |_| true);
    }
    let objects: BTreeSet<ObjectId> =
        alter.actions.iter().map(|action| of_action(change, &table, &action.value)).collect();
    match objects.len() {
        1 => objects.into_iter().next(),
        _ => Some(ObjectId::Table(table)),
    }
}

/// What one action of an `ALTER TABLE` is about, by the name it has afterwards.
pub(super) fn of_action(change: &Change<'_>, table: &QName, action: &AlterTableAction) -> ObjectId {
    use AlterTableAction as Action;
    let column = |name: &Ident| ObjectId::Column(table.clone(), name.clone());
    match action {
        Action::AddColumn { column: definition, .. } => column(&definition.name.value),
        Action::DropColumn { name, .. } | Action::AlterColumn { name, .. } => column(name),
        Action::RenameColumn { to, .. } => column(to),
        Action::AddConstraint(definition) => match (&definition.name, &definition.constraint) {
            (_, TableConstraint::NotNull(name)) => column(name),
            (Some(name), _) => constraint(change, table, name),
            (None, _) => unnamed(change, table, &definition.constraint),
        },
        Action::DropConstraint { name, .. }
        | Action::AlterConstraint { name, .. }
        | Action::ValidateConstraint(name) => constraint(change, table, name),
        Action::RenameConstraint { to, .. } => constraint(change, table, to),
        Action::RenameTo(to) => ObjectId::Table(QName::new(table.schema.clone(), to.clone())),
        Action::SetSchema(to) => ObjectId::Table(QName::new(to.clone(), table.name.clone())),
        _ => ObjectId::Table(table.clone()),
    }
}

/// A constraint by its name, on whichever side it is.
fn constraint(change: &Change<'_>, table: &QName, name: &Ident) -> ObjectId {
    let tag = |contract: &Contract| Some(contract.tables.get(table)?.constraints.get(name)?.kind.tag());
    match tag(change.after).or_else(|| tag(change.before)) {
        Some(tag) => ObjectId::Constraint(tag, table.clone(), name.clone()),
        None => ObjectId::Table(table.clone()),
    }
}

/// A constraint that was given no name: the new one of its kind that no other action names.
fn unnamed(change: &Change<'_>, table: &QName, definition: &TableConstraint) -> ObjectId {
    let kind = match definition {
        TableConstraint::Check(_) => ObjectKind::Check,
        TableConstraint::PrimaryKey { .. } | TableConstraint::UsingIndex { primary: true, .. } => {
            ObjectKind::PrimaryKey
        }
        TableConstraint::Unique { .. } | TableConstraint::UsingIndex { primary: false, .. } => ObjectKind::Unique,
        TableConstraint::ForeignKey(_) => ObjectKind::ForeignKey,
        TableConstraint::Exclude { .. } => ObjectKind::Exclusion,
        TableConstraint::NotNull(_) => ObjectKind::Column,
    };
    let mut made = change.touched.created.iter().filter(|id| id.kind() == kind && id.table() == Some(table));
    made.next().cloned().unwrap_or_else(|| ObjectId::Table(table.clone()))
}

/// What an action or statement calls a relation, in full: names without a schema belong to `public`.
pub(super) fn resolve(name: &NameRef) -> QName {
    name.resolve(&Ident::new("public"))
}

/// The id of an operation on an object: `column.public.users.name`, `foreign-key.public.posts.posts_author_fkey`.
pub(super) fn id(object: &ObjectId) -> String {
    match object {
        ObjectId::Comment(on) => format!("comment.{}", id(on)),
        other => format!("{}.{}", other.kind().as_str().replace(' ', "-"), other.name()),
    }
}

/// What a statement drops without naming it, of things that have a life of their own.
pub(super) fn dropped_along(change: &Change<'_>) -> Vec<ObjectId> {
    let named = |id: &&ObjectId| match change.statement {
        Statement::Drop { kind, names, .. } => {
            id.kind() == of_keyword(*kind)
                && names.iter().any(|name| match id {
                    ObjectId::Schema(own) | ObjectId::Extension(own) => *own == name.name,
                    ObjectId::Index(_, own) => *own == name.name,
                    ObjectId::Enum(own) | ObjectId::Sequence(own) | ObjectId::Table(own) => *own == resolve(name),
                    _ => false,
                })
        }
        Statement::AlterTable(alter) => {
            let table = resolve(&alter.name.value);
            alter.actions.iter().any(|action| match (&action.value, id) {
                (AlterTableAction::DropColumn { name, .. }, ObjectId::Column(of, own))
                | (AlterTableAction::DropConstraint { name, .. }, ObjectId::Constraint(_, of, own)) => {
                    *of == table && own == name
                }
                _ => false,
            })
        }
        _ => false,
    };
    let touched = change.touched;
    let dropped: BTreeSet<&ObjectId> = touched.dropped.iter().filter(|id| !named(id)).collect();
    let altered = touched.altered.iter().filter(|id| matches!(id, ObjectId::Column(..)));
    dropped.into_iter().chain(altered).cloned().collect()
}
