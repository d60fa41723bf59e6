//! Which statement is lowered by what.

use squawk_syntax::ast::{self, AstNode, Stmt};

use super::text::normalised;
use super::tree::{Place, significant};
use super::{alter_table, comment, create_table, dml, index, objects, query, sequence, session, unmodelled};
use crate::ast::{ObjectKeyword, Statement, Unmodelled};
use crate::{NameRef, Spanned};

/// `None` where the tree lacks what the statement needs.
pub(super) fn lower(place: Place, stmt: &Stmt) -> Option<Statement> {
    let sql = || stmt.syntax().text().to_string();
    match stmt {
        Stmt::CreateSchema(node) => objects::create_schema(node),
        Stmt::CreateExtension(node) => objects::create_extension(node),
        Stmt::AlterExtension(node) => objects::alter_extension(node).or_else(|| not_modelled(&sql())),
        Stmt::CreateTable(node) => create_table::create(place, node),
        Stmt::CreateTableAs(node) => create_table::create_as(place, node),
        Stmt::SelectInto(node) => create_table::select_into(place, node),
        Stmt::CreateIndex(node) => index::create(place, node),
        Stmt::CreateType(node) => match node.kind() {
            Some(ast::CreateTypeKind::EnumType(_)) => objects::create_enum(place, node),
            _ => not_modelled(&sql()),
        },
        Stmt::CreateSequence(node) => sequence::create(place, node),
        Stmt::AlterTable(node) => alter_table::table(place, node),
        Stmt::AlterIndex(node) => alter_table::index(place, node),
        Stmt::AlterView(_) | Stmt::AlterMaterializedView(_) | Stmt::AlterForeignTable(_) => {
            alter_table::other(place, stmt.syntax())
        }
        Stmt::AlterSchema(node) => objects::alter_schema(node),
        Stmt::AlterSequence(node) => sequence::alter(node),
        Stmt::AlterType(node) => objects::alter_type(node).or_else(|| not_modelled(&sql())),
        Stmt::CommentOn(node) => comment::lower(node).map(Statement::Comment),
        Stmt::DropExtension(_) => Some(objects::drop(ObjectKeyword::Extension, stmt.syntax())),
        Stmt::DropIndex(_) => Some(objects::drop(ObjectKeyword::Index, stmt.syntax())),
        Stmt::DropSchema(_) => Some(objects::drop(ObjectKeyword::Schema, stmt.syntax())),
        Stmt::DropSequence(_) => Some(objects::drop(ObjectKeyword::Sequence, stmt.syntax())),
        Stmt::DropTable(_) => Some(objects::drop(ObjectKeyword::Table, stmt.syntax())),
        Stmt::DropType(_) => Some(objects::drop(ObjectKeyword::Type, stmt.syntax())),
        Stmt::Reassign(_) => Some(Statement::Owner),
        Stmt::Set(node) => session::set(node),
        Stmt::Reset(node) => session::reset(node),
        Stmt::SetRole(_) => Some(session::role("role", stmt.syntax())),
        Stmt::SetSessionAuth(_) => Some(session::role("session_authorization", stmt.syntax())),
        Stmt::ResetRole(_) => Some(Statement::Set { name: "role".to_owned(), values: Vec::new() }),
        Stmt::ResetSessionAuth(_) => {
            Some(Statement::Set { name: "session_authorization".to_owned(), values: Vec::new() })
        }
        Stmt::Select(node) => session::configuring_select(node).or_else(|| query(place, stmt)),
        Stmt::Table(_) | Stmt::Values(_) | Stmt::CompoundSelect(_) | Stmt::ParenSelect(_) => query(place, stmt),
        Stmt::Insert(_) | Stmt::Update(_) | Stmt::Delete(_) | Stmt::Merge(_) => dml::lower(place, stmt, stmt),
        Stmt::Begin(_)
        | Stmt::Commit(_)
        | Stmt::Rollback(_)
        | Stmt::SavepointCreate(_)
        | Stmt::ReleaseSavepoint(_)
        | Stmt::PrepareTransaction(_)
        | Stmt::SetTransaction(_)
        | Stmt::SetConstraints(_) => Some(session::transaction(&first_word(stmt))),
        other => {
            not_modelled(&other.syntax().text().to_string()).or_else(|| Some(Statement::Procedural(first_word(stmt))))
        }
    }
}

fn query(place: Place, stmt: &Stmt) -> Option<Statement> {
    match query::modifying_with(stmt.syntax()) {
        Some(modifying) => dml::lower(place, &modifying, stmt),
        None => Some(Statement::Query(Box::new(query::facts(place, stmt)))),
    }
}

fn not_modelled(sql: &str) -> Option<Statement> {
    if unmodelled::changes_owner(sql) {
        return Some(Statement::Owner);
    }
    unmodelled::classify(sql).map(Statement::Unmodelled)
}

fn first_word(stmt: &Stmt) -> String {
    significant(stmt.syntax()).next().map(|token| token.text().to_ascii_uppercase()).unwrap_or_default()
}

/// What `CREATE SCHEMA` makes besides the schema. Objects without a schema of their own go into the new one.
pub(super) fn schema_elements(place: Place, node: &ast::CreateSchema) -> Option<Vec<Spanned<Statement>>> {
    let Some(Statement::CreateSchema { name: schema, .. }) = objects::create_schema(node) else {
        return None;
    };
    let into = |name: &mut NameRef| {
        name.schema.get_or_insert_with(|| schema.clone());
    };
    let mut found = Vec::new();
    for element in node.schema_elements() {
        let stmt = Stmt::cast(element.syntax().clone())?;
        let mut statement = lower(place, &stmt)?;
        match &mut statement {
            Statement::CreateTable(table) => into(&mut table.name.value),
            Statement::CreateIndex(index) => into(&mut index.table),
            Statement::CreateSequence(sequence) => into(&mut sequence.name.value),
            Statement::CreateEnum { name, .. } => into(name),
            Statement::Unmodelled(Unmodelled { name, .. }) if !name.contains(['.', ' ']) => {
                *name = normalised(&format!("{schema}.{name}"));
            }
            _ => {}
        }
        found.push(place.spanned(&stmt, statement));
    }
    Some(found)
}
