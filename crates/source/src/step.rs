//! From the statements of a script to steps that can be taken in any order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use novate_contract::interpret::Environment;
use novate_sql::ast::{
    AlterColumn, AlterSequence, AlterTable, AlterTableAction, ColumnConstraint, CreateTable, ForeignKey,
    NamedConstraint, Relation, SequenceOption, Statement, TableConstraint, TableElement,
};
use novate_sql::{Ident, NameRef, QName, Span, Spanned};

use crate::{Drops, Problem};

/// A statement that does one thing, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) statement: Statement,
    /// The file, by its place among those read.
    pub(crate) file: usize,
    /// The statement that it is part of, by its place in the file.
    pub(crate) origin: usize,
    /// Where it stands.
    pub(crate) span: Span,
    pub(crate) environment: Arc<Environment>,
    pub(crate) phase: Phase,
}

/// What can be taken first because nothing else is needed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Schemas,
    Extensions,
    /// Names that others may refer to.
    Unmodelled,
    Enums,
    /// In the order of the text; what needs something that comes later waits for it.
    Rest,
    /// Keys and indexes of partitioned tables and partitions: what they bring along depends on which partitions there
    /// are.
    Partitions {
        /// Small for what lies deep.
        above: usize,
    },
    /// `LIKE`: what it takes over depends on all that is said of the other table.
    Likes,
}

impl Phase {
    /// Whether two steps belong into the same round.
    pub(crate) fn same(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// How a statement is to be taken.
pub(crate) enum Verdict {
    Take,
    /// Says nothing about a schema, or nothing new.
    Skip,
    /// As `Skip`, and people should know.
    PassOver(String),
    Refuse(Problem),
}

pub(crate) fn judge(statement: &Statement, drops: Drops) -> Verdict {
    let script = drops == Drops::Execute;
    let data = |problem: Problem| match (script, &problem) {
        (true, Problem::NotADescription(verb)) => Verdict::PassOver(format!("{verb} describes no schema")),
        (true, Problem::Data(what)) => Verdict::PassOver(format!("{what} carries data")),
        _ => Verdict::Refuse(problem),
    };
    match statement {
        Statement::Dml(dml) => data(Problem::NotADescription(dml.verb.clone())),
        Statement::Query(_) => data(Problem::NotADescription("SELECT".to_owned())),
        Statement::Procedural(verb) if verb == "COPY" => data(Problem::Data("COPY")),
        Statement::Procedural(verb) => data(Problem::NotADescription(verb.clone())),
        Statement::SetVal => data(Problem::Data("setval")),
        Statement::Transaction(_) => Verdict::Skip,
        Statement::Drop { if_exists: true, .. } if !script => Verdict::PassOver(
            "DROP IF EXISTS says nothing in a contract: what is not described is not there".to_owned(),
        ),
        Statement::Unmodelled(unmodelled) if unmodelled.verb == "drop" && !script => {
            Verdict::PassOver(format!("DROP {} says nothing in a contract", unmodelled.kind.to_uppercase()))
        }
        _ => match change(statement).filter(|_| !script) {
            Some(words) => Verdict::Refuse(Problem::Change(words.to_owned())),
            None => Verdict::Take,
        },
    }
}

/// What a statement takes away or renames.
fn change(statement: &Statement) -> Option<&'static str> {
    use AlterTableAction as Action;
    match statement {
        Statement::Drop { .. } => Some("DROP"),
        Statement::Rename { .. } => Some("RENAME"),
        Statement::SetSchema { .. } => Some("SET SCHEMA"),
        Statement::RenameEnumValue { .. } => Some("RENAME VALUE"),
        Statement::AlterTable(alter) => alter.actions.iter().find_map(|action| match &action.value {
            Action::DropColumn { .. } => Some("DROP COLUMN"),
            Action::DropConstraint { .. } => Some("DROP CONSTRAINT"),
            Action::RenameColumn { .. } | Action::RenameConstraint { .. } | Action::RenameTo(_) => Some("RENAME"),
            Action::SetSchema(_) => Some("SET SCHEMA"),
            Action::DetachPartition(_) => Some("DETACH PARTITION"),
            Action::Inherit(_, false) => Some("NO INHERIT"),
            Action::AlterColumn { action, .. } => match action {
                AlterColumn::Type { .. } => Some("ALTER COLUMN ... TYPE"),
                AlterColumn::DropDefault => Some("DROP DEFAULT"),
                AlterColumn::DropNotNull => Some("DROP NOT NULL"),
                AlterColumn::DropExpression => Some("DROP EXPRESSION"),
                AlterColumn::DropIdentity { .. } => Some("DROP IDENTITY"),
                _ => None,
            },
            _ => None,
        }),
        _ => None,
    }
}

/// The steps of one statement: foreign keys and owners may refer to what comes later, so they come apart from their
/// tables and sequences, and so do the actions of an `ALTER TABLE`.
pub(crate) fn split(statement: Statement, span: Span, access_method: Option<&Ident>) -> Vec<(Span, Statement)> {
    match statement {
        Statement::CreateTable(mut create) => {
            if create.access_method.is_none() && create.partition_by.is_none() {
                create.access_method = access_method.cloned();
            }
            let keys = take_foreign_keys(&mut create);
            let name = create.name.clone();
            let mut steps = vec![(span, Statement::CreateTable(create))];
            steps.extend(keys.into_iter().map(|key| {
                let at = key.span;
                let action = AlterTableAction::AddConstraint(Box::new(key));
                let alter = AlterTable {
                    relation: Relation::Table,
                    name: name.clone(),
                    if_exists: false,
                    only: false,
                    actions: vec![Spanned::new(action, at)],
                };
                (at, Statement::AlterTable(Box::new(alter)))
            }));
            steps
        }
        Statement::CreateSequence(mut create) => {
            let (owners, options) =
                create.options.into_iter().partition(|option| matches!(option, SequenceOption::OwnedBy(_)));
            create.options = options;
            let name = create.name.value.clone();
            let mut steps = vec![(span, Statement::CreateSequence(create))];
            let owners: Vec<SequenceOption> = owners;
            if !owners.is_empty() {
                let alter = AlterSequence { name, if_exists: false, options: owners };
                steps.push((span, Statement::AlterSequence(Box::new(alter))));
            }
            steps
        }
        Statement::AlterTable(alter) if alter.actions.len() > 1 => {
            let AlterTable { relation, name, if_exists, only, actions } = *alter;
            let one = |action: Spanned<AlterTableAction>| {
                let at = action.span;
                let alter = AlterTable { relation, name: name.clone(), if_exists, only, actions: vec![action] };
                (at, Statement::AlterTable(Box::new(alter)))
            };
            actions.into_iter().map(one).collect()
        }
        other => vec![(span, other)],
    }
}

fn take_foreign_keys(create: &mut CreateTable) -> Vec<NamedConstraint<TableConstraint>> {
    let mut keys = Vec::new();
    let elements = std::mem::take(&mut create.elements);
    for mut element in elements {
        match &mut element {
            TableElement::Column(column) => {
                for constraint in &column.constraints {
                    if let ColumnConstraint::References(key) = &constraint.constraint {
                        let columns = vec![column.name.value.clone()];
                        let key = TableConstraint::ForeignKey(ForeignKey { columns, ..key.clone() });
                        keys.push(of_new_table(constraint, key));
                    }
                }
                column.constraints.retain(|it| !matches!(it.constraint, ColumnConstraint::References(_)));
            }
            TableElement::Constraint(constraint) => {
                if let TableConstraint::ForeignKey(_) = &constraint.constraint {
                    keys.push(of_new_table(constraint, constraint.constraint.clone()));
                    continue;
                }
            }
            TableElement::Like(_) => {}
        }
        create.elements.push(element);
    }
    keys
}

/// A new table has no rows, so `NOT VALID` means nothing there.
fn of_new_table<T>(written: &NamedConstraint<T>, constraint: TableConstraint) -> NamedConstraint<TableConstraint> {
    NamedConstraint {
        name: written.name.clone(),
        constraint,
        deferrable: written.deferrable,
        initially_deferred: written.initially_deferred,
        not_valid: false,
        no_inherit: written.no_inherit,
        not_enforced: written.not_enforced,
        span: written.span,
    }
}

pub(crate) fn phase(statement: &Statement, drops: Drops) -> Phase {
    match (drops, statement) {
        (Drops::Execute, _) => Phase::Rest,
        (_, Statement::CreateSchema { .. }) => Phase::Schemas,
        (_, Statement::CreateExtension { .. }) => Phase::Extensions,
        (_, Statement::Unmodelled(_)) => Phase::Unmodelled,
        (_, Statement::CreateEnum { .. }) => Phase::Enums,
        (_, Statement::CreateTable(create)) if create.elements.iter().any(|it| matches!(it, TableElement::Like(_))) => {
            Phase::Likes
        }
        _ => Phase::Rest,
    }
}

/// Puts keys and indexes of partitioned tables and of partitions after all tables, those of partitions before those
/// of what they are partitions of: a partition's own may stand for one that its parent passes on, so it must be there
/// first.
pub(crate) fn hold_back_partitions(steps: &mut [Step]) {
    let mut parents: HashMap<QName, QName> = HashMap::new();
    for step in steps.iter() {
        let full = |name: &NameRef| name.resolve(step.environment.default_schema());
        match &step.statement {
            Statement::CreateTable(create) => {
                if let Some(of) = &create.partition_of {
                    parents.insert(full(&create.name.value), full(&of.parent));
                }
            }
            Statement::AlterTable(alter) => {
                for action in &alter.actions {
                    if let AlterTableAction::AttachPartition { name, bound: Some(_) } = &action.value {
                        parents.insert(full(name), full(&alter.name.value));
                    }
                }
            }
            _ => {}
        }
    }
    if parents.is_empty() {
        return;
    }
    let partitioned: HashSet<&QName> = parents.values().collect();
    for step in steps.iter_mut().filter(|step| step.phase == Phase::Rest) {
        let table = match &step.statement {
            Statement::CreateIndex(create) => &create.table,
            Statement::AlterTable(alter) if alter.relation == Relation::Index => {
                step.phase = Phase::Partitions { above: 0 };
                continue;
            }
            Statement::AlterTable(alter) if alter.actions.iter().any(|action| is_key(&action.value)) => {
                &alter.name.value
            }
            _ => continue,
        };
        let table = table.resolve(step.environment.default_schema());
        let ancestors = std::iter::successors(parents.get(&table), |parent| parents.get(*parent));
        // A circle is refused later; here it must only not be followed for ever.
        let depth = ancestors.take(MAX_DEPTH).count();
        if depth > 0 || partitioned.contains(&table) {
            step.phase = Phase::Partitions { above: MAX_DEPTH - depth };
        }
    }
}

/// How deep partitions are told apart.
const MAX_DEPTH: usize = 64;

fn is_key(action: &AlterTableAction) -> bool {
    match action {
        AlterTableAction::AddConstraint(it) => !matches!(it.constraint, TableConstraint::Check(_)),
        _ => false,
    }
}
