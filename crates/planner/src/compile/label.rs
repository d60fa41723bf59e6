//! One line for people: what an operation does.

use novate_contract::{ObjectId, QName, ReferentialAction};
use novate_sql::ast::{
    AlterColumn, AlterTable, AlterTableAction, ObjectKeyword, ReplicaIdentityClause, Statement, TableConstraint,
};

use super::plain::Change;
use super::subject;

/// How many actions of one statement are told one by one.
const TOLD: usize = 3;

/// The label of a statement about `subject`.
pub(super) fn of(change: &Change<'_>, subject: &ObjectId) -> String {
    match change.statement {
        Statement::CreateSchema { .. }
        | Statement::CreateExtension { .. }
        | Statement::CreateTable(_)
        | Statement::CreateEnum { .. }
        | Statement::CreateSequence(_) => format!("Create {subject}"),
        Statement::CreateIndex(create) => {
            let unique = if create.unique { "unique " } else { "" };
            let slowly = if create.concurrently { " concurrently" } else { "" };
            match subject {
                ObjectId::Index(table, name) => format!("Create {unique}index {name} on {table}{slowly}"),
                other => format!("Create {other}{slowly}"),
            }
        }
        Statement::AlterExtensionUpdate { version: Some(version), .. } => format!("Update {subject} to {version}"),
        Statement::AlterExtensionUpdate { version: None, .. } => format!("Update {subject}"),
        Statement::AddEnumValue { value, .. } => format!("Add {} to {subject}", quoted(value)),
        Statement::RenameEnumValue { from, to, .. } => {
            format!("Rename {} of {subject} to {}", quoted(from), quoted(to))
        }
        Statement::AlterSequence(_) => format!("Alter {subject}"),
        Statement::Comment(comment) => match (subject, &comment.text) {
            (ObjectId::Comment(on), Some(_)) => format!("Comment on {on}"),
            (ObjectId::Comment(on), None) => format!("Remove the comment on {on}"),
            (other, _) => format!("Comment on {other}"),
        },
        Statement::Drop { kind, names, .. } => match names.as_slice() {
            [_] => format!("Drop {subject}"),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                format!("Drop {} {}", plural(*kind), names.join(", "))
            }
        },
        Statement::Rename { to, .. } => match change.touched.renamed.first() {
            Some((from, _)) => format!("Rename {from} to {to}"),
            None => format!("Rename {subject}"),
        },
        Statement::SetSchema { to, .. } => match change.touched.renamed.first() {
            Some((from, _)) => format!("Move {from} to schema {to}"),
            None => format!("Move {subject} to schema {to}"),
        },
        Statement::AlterTable(alter) => alter_table(change, alter, subject),
        Statement::Procedural(_) => format!("Rebuild {subject}"),
        other => super::query::words(other),
    }
}

fn plural(kind: ObjectKeyword) -> &'static str {
    match kind {
        ObjectKeyword::Schema => "schemas",
        ObjectKeyword::Extension => "extensions",
        ObjectKeyword::Table => "tables",
        ObjectKeyword::Index => "indexes",
        ObjectKeyword::Sequence => "sequences",
        ObjectKeyword::Type => "types",
    }
}

fn quoted(text: &str) -> novate_sql::Literal<'_> {
    novate_sql::Literal(text)
}

fn alter_table(change: &Change<'_>, alter: &AlterTable, subject: &ObjectId) -> String {
    let table = subject::resolve(&alter.name.value);
    if !change.before.tables.contains_key(&table) {
        return format!("Alter {subject}");
    }
    if let [only] = alter.actions.as_slice() {
        return alone(change, &table, &only.value);
    }
    let phrases: Vec<String> =
        alter.actions.iter().take(TOLD).map(|action| phrase(change, &table, &action.value)).collect();
    match alter.actions.len().saturating_sub(TOLD) {
        0 => format!("Alter {table}: {}", phrases.join(", ")),
        more => format!("Alter {table}: {}, and {more} more", phrases.join(", ")),
    }
}

/// An action as a sentence of its own.
fn alone(change: &Change<'_>, table: &QName, action: &AlterTableAction) -> String {
    use AlterTableAction as Action;
    let phrase = phrase(change, table, action);
    let sentence = capitalised(&phrase);
    match action {
        Action::AddColumn { .. } | Action::AddConstraint(_) => match subject::of_action(change, table, action) {
            ObjectId::Column(_, name) if matches!(action, Action::AddConstraint(_)) => {
                format!("Set {table}.{name} NOT NULL")
            }
            _ => format!("{sentence} to {table}"),
        },
        Action::DropColumn { .. } | Action::DropConstraint { .. } => format!("{sentence} from {table}"),
        Action::AlterColumn { name, action } => capitalised(&alter_column(&format_args!("{table}.{name}"), action)),
        Action::RenameColumn { from, to } => format!("Rename column {table}.{from} to {to}"),
        Action::RenameTo(to) => format!("Rename table {table} to {to}"),
        Action::SetSchema(to) => format!("Move table {table} to schema {to}"),
        Action::Inherit(parent, true) => format!("Let {table} inherit from {parent}"),
        Action::Inherit(parent, false) => format!("No longer let {table} inherit from {parent}"),
        Action::AttachPartition { .. } => format!("{sentence} to {table}"),
        Action::DetachPartition(_) => format!("{sentence} from {table}"),
        _ => format!("{sentence} of {table}"),
    }
}

/// An action as a part of a sentence about its table.
fn phrase(change: &Change<'_>, table: &QName, action: &AlterTableAction) -> String {
    use AlterTableAction as Action;
    match action {
        Action::AddColumn { column, .. } => format!("add column {}", column.name.value),
        Action::DropColumn { name, .. } => format!("drop column {name}"),
        Action::AlterColumn { name, action } => alter_column(name, action),
        Action::AddConstraint(definition) => {
            let kind = match &definition.constraint {
                TableConstraint::Check(_) => "check",
                TableConstraint::NotNull(column) => return format!("set {column} NOT NULL"),
                TableConstraint::PrimaryKey { .. } | TableConstraint::UsingIndex { primary: true, .. } => "primary key",
                TableConstraint::Unique { .. } | TableConstraint::UsingIndex { primary: false, .. } => {
                    "unique constraint"
                }
                TableConstraint::ForeignKey(_) => "foreign key",
                TableConstraint::Exclude { .. } => "exclusion constraint",
            };
            let unchecked = if definition.not_valid { ", not yet validated," } else { "" };
            match subject::of_action(change, table, action) {
                ObjectId::Constraint(_, _, name) => format!("add {kind} {name}{unchecked}"),
                _ => format!("add a {kind}{unchecked}"),
            }
        }
        Action::DropConstraint { name, .. } => format!("drop constraint {name}"),
        Action::AlterConstraint { name, .. } => format!("change when constraint {name} is checked"),
        Action::ValidateConstraint(name) => format!("validate constraint {name}"),
        Action::RenameColumn { from, to } => format!("rename column {from} to {to}"),
        Action::RenameConstraint { from, to } => format!("rename constraint {from} to {to}"),
        Action::RenameTo(to) => format!("rename to {to}"),
        Action::SetSchema(to) => format!("move to schema {to}"),
        Action::SetLogged(true) => "turn on logging".to_owned(),
        Action::SetLogged(false) => "turn off logging".to_owned(),
        Action::SetStorage(parameters) => {
            let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            format!("set parameter {}", names.join(", "))
        }
        Action::ResetStorage(names) => format!("reset parameter {}", names.join(", ")),
        Action::RowSecurity(true) => "turn on row security".to_owned(),
        Action::RowSecurity(false) => "turn off row security".to_owned(),
        Action::ForceRowSecurity(true) => "force row security".to_owned(),
        Action::ForceRowSecurity(false) => "no longer force row security".to_owned(),
        Action::ReplicaIdentity(clause) => match clause {
            ReplicaIdentityClause::Default => "set the default replica identity".to_owned(),
            ReplicaIdentityClause::Full => "set the full replica identity".to_owned(),
            ReplicaIdentityClause::Nothing => "remove the replica identity".to_owned(),
            ReplicaIdentityClause::Index(index) => format!("set the replica identity to {index}"),
        },
        Action::AttachPartition { name, .. } => format!("attach partition {name}"),
        Action::DetachPartition(name) => format!("detach partition {name}"),
        Action::Inherit(parent, true) => format!("inherit from {parent}"),
        Action::Inherit(parent, false) => format!("no longer inherit from {parent}"),
        Action::SetAccessMethod(method) => format!("set access method {method}"),
        Action::SetTablespace(_) | Action::ClusterOn(_) | Action::Owner | Action::Unmodelled(_) => "alter".to_owned(),
    }
}

fn alter_column(name: &dyn std::fmt::Display, action: &AlterColumn) -> String {
    match action {
        AlterColumn::Type { ty, .. } => format!("change {name} to {ty}"),
        AlterColumn::SetDefault(value) => format!("set the default of {name} to {}", one_line(&value.text)),
        AlterColumn::DropDefault => format!("drop the default of {name}"),
        AlterColumn::SetNotNull => format!("set {name} NOT NULL"),
        AlterColumn::DropNotNull => format!("let {name} be NULL"),
        AlterColumn::SetExpression(_) => format!("change what {name} is generated from"),
        AlterColumn::DropExpression => format!("make {name} an ordinary column"),
        AlterColumn::AddIdentity(_) => format!("make {name} an identity"),
        AlterColumn::SetIdentity { .. } => format!("change the identity of {name}"),
        AlterColumn::DropIdentity { .. } => format!("drop the identity of {name}"),
        AlterColumn::SetStatistics(_) => format!("set the statistics target of {name}"),
        AlterColumn::SetOptions(_) | AlterColumn::ResetOptions(_) => format!("set options of {name}"),
        AlterColumn::SetStorage(storage) => format!("set the storage of {name} to {storage}"),
        AlterColumn::SetCompression(method) => format!("set the compression of {name} to {method}"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// What a foreign key does, in words.
pub(super) fn referential(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "no action",
        ReferentialAction::Restrict => "restrict",
        ReferentialAction::Cascade => "cascade",
        ReferentialAction::SetNull => "set null",
        ReferentialAction::SetDefault => "set default",
    }
}
