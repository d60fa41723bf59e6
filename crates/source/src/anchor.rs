//! What a directive can be bound to: statements, and the columns, constraints and labels in them.

use novate_sql::ast::{AlterTableAction, Script, Statement, TableElement};
use novate_sql::{Ident, Span};

/// Something that a directive can be about.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    /// The bytes it covers.
    pub(crate) span: Span,
    /// The statement, by its place in the script.
    pub(crate) statement: usize,
    /// Which part of it.
    pub(crate) part: Part,
}

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// A column.
    Column(Ident),
    /// A constraint; its name, where the author gave one.
    Constraint(Option<Ident>, Span),
    /// A label of an enum.
    Value(String),
}

/// The anchors of a script by where they begin; what contains another comes before it.
pub(crate) fn anchors(script: &Script) -> Vec<Anchor> {
    let mut all = Vec::new();
    for (statement, spanned) in script.statements.iter().enumerate() {
        let mut add = |span, part| all.push(Anchor { span, statement, part });
        add(spanned.span, Part::Whole);
        match &spanned.value {
            Statement::CreateTable(create) => {
                for element in &create.elements {
                    match element {
                        TableElement::Column(column) => add(column.span, Part::Column(column.name.value.clone())),
                        TableElement::Constraint(it) => add(it.span, Part::Constraint(it.name.clone(), it.span)),
                        TableElement::Like(_) => {}
                    }
                }
            }
            Statement::AlterTable(alter) => {
                for action in &alter.actions {
                    match &action.value {
                        AlterTableAction::AddColumn { column, .. } => {
                            add(action.span, Part::Column(column.name.value.clone()));
                        }
                        AlterTableAction::AddConstraint(it) => {
                            add(action.span, Part::Constraint(it.name.clone(), it.span));
                        }
                        AlterTableAction::AlterColumn { name, .. } => add(action.span, Part::Column(name.clone())),
                        _ => {}
                    }
                }
            }
            Statement::CreateEnum { values, .. } => {
                for value in values {
                    add(value.span, Part::Value(value.value.clone()));
                }
            }
            _ => {}
        }
    }
    all
}
