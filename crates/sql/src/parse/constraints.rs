//! Table constraints, and what column constraints share with them.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::tree::{Place, child, children};
use super::{exclusion, names, storage};
use crate::Ident;
use crate::ast::{ForeignKey, IndexParameters, MatchKind, NamedConstraint, ReferentialAction, TableConstraint};

/// A constraint of a table, after its name and with what follows it.
pub(super) fn table_constraint(place: Place, node: &ast::Constraint) -> Option<NamedConstraint<TableConstraint>> {
    use ast::Constraint as Node;
    let constraint = match node {
        Node::CheckConstraint(check) => TableConstraint::Check(place.expr(&check.expr()?)),
        Node::NotNullConstraint(not_null) => TableConstraint::NotNull(names::ident(&not_null.column_name_ref()?)),
        Node::PrimaryKeyConstraint(key) => match key.using_index() {
            Some(using) => TableConstraint::UsingIndex { primary: true, index: names::ident(&using.index_ref()?) },
            None => TableConstraint::PrimaryKey {
                columns: key_columns(key.index_parameters().as_ref()?)?,
                parameters: index_parameters(key.index_parameters().as_ref()),
            },
        },
        Node::UniqueConstraint(unique) => match unique.using_index() {
            Some(using) => TableConstraint::UsingIndex { primary: false, index: names::ident(&using.index_ref()?) },
            None => TableConstraint::Unique {
                columns: key_columns(unique.index_parameters().as_ref()?)?,
                nulls_not_distinct: nulls_not_distinct(unique.index_parameters().as_ref()),
                parameters: index_parameters(unique.index_parameters().as_ref()),
            },
        },
        Node::ForeignKeyConstraint(key) => TableConstraint::ForeignKey(foreign_key(key)?),
        Node::ExcludeConstraint(node) => exclude(place, node)?,
        Node::DefaultConstraint(_)
        | Node::GeneratedConstraint(_)
        | Node::NullConstraint(_)
        | Node::ReferencesConstraint(_) => return None,
    };
    Some(named(place, node.syntax(), constraint))
}

/// Adds the name and the attributes, which every kind of constraint holds as direct children.
pub(super) fn named<T>(place: Place, node: &SyntaxNode, constraint: T) -> NamedConstraint<T> {
    let name = child::<ast::ConstraintNameClause>(node).and_then(|clause| clause.constraint_name());
    let attributes = Attributes::of(node);
    NamedConstraint {
        name: name.map(|name| names::ident(&name)),
        constraint,
        deferrable: attributes.deferrable,
        initially_deferred: attributes.initially_deferred,
        not_valid: attributes.not_valid,
        no_inherit: attributes.no_inherit,
        not_enforced: attributes.not_enforced,
        span: place.span(node),
    }
}

/// What may follow a constraint.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) deferrable: Option<bool>,
    pub(super) initially_deferred: Option<bool>,
    not_valid: bool,
    no_inherit: bool,
    not_enforced: bool,
}

impl Attributes {
    pub(super) fn of(node: &SyntaxNode) -> Self {
        use ast::ConstraintOption as Node;
        let mut found = Self::default();
        for option in children::<ast::ConstraintOption>(node) {
            match option {
                Node::DeferrableConstraintOption(_) => found.deferrable = Some(true),
                Node::NotDeferrableConstraintOption(_) => found.deferrable = Some(false),
                Node::InitiallyDeferredConstraintOption(_) => found.initially_deferred = Some(true),
                Node::InitiallyImmediateConstraintOption(_) => found.initially_deferred = Some(false),
                Node::NotValid(_) => found.not_valid = true,
                Node::NoInherit(_) => found.no_inherit = true,
                Node::Inherit(_) => found.no_inherit = false,
                Node::NotEnforced(_) => found.not_enforced = true,
                Node::Enforced(_) => found.not_enforced = false,
            }
        }
        found
    }
}

pub(super) fn nulls_not_distinct(parameters: Option<&ast::IndexParameters>) -> bool {
    let option = parameters.and_then(ast::IndexParameters::nulls_distinct_option);
    matches!(option, Some(ast::NullsDistinctOption::NullsNotDistinct(_)))
}

pub(super) fn index_parameters(node: Option<&ast::IndexParameters>) -> IndexParameters {
    let Some(node) = node else {
        return IndexParameters::default();
    };
    IndexParameters {
        include: included(node.constraint_include_clause()),
        storage: storage::with(node.with_params()),
        tablespace: tablespace(node.constraint_index_tablespace()),
    }
}

fn included(clause: Option<ast::ConstraintIncludeClause>) -> Vec<Ident> {
    column_refs(clause.and_then(|clause| clause.column_ref_list()).as_ref())
}

fn tablespace(clause: Option<ast::ConstraintIndexTablespace>) -> Option<Ident> {
    clause?.tablespace_ref().map(|name| names::ident(&name))
}

fn column_refs(list: Option<&ast::ColumnRefList>) -> Vec<Ident> {
    list.map(|list| columns_in(list.syntax())).unwrap_or_default()
}

fn columns_in(node: &SyntaxNode) -> Vec<Ident> {
    children::<ast::ColumnNameRef>(node).map(|name| names::ident(&name)).collect()
}

/// `WITHOUT OVERLAPS` (18) makes another constraint than its columns say, so it is not read as one.
fn key_columns(parameters: &ast::IndexParameters) -> Option<Vec<Ident>> {
    let list = parameters.column_list()?;
    if list.without_overlaps().is_some() {
        return None;
    }
    Some(columns_in(list.syntax()))
}

/// A column's `REFERENCES`.
pub(super) fn references(node: &ast::ReferencesConstraint) -> Option<ForeignKey> {
    let mut key = ForeignKey {
        columns: Vec::new(),
        references: names::name_ref(&node.table()?),
        referenced: node.column().iter().map(names::ident).collect(),
        match_kind: match_kind(node.match_type().as_ref())?,
        on_update: ReferentialAction::default(),
        on_delete: ReferentialAction::default(),
        on_delete_columns: Vec::new(),
    };
    add_actions(&mut key, node.referential_actions())?;
    Some(key)
}

fn foreign_key(node: &ast::ForeignKeyConstraint) -> Option<ForeignKey> {
    // `PERIOD` (18) is a temporal key.
    if node.syntax().descendants().any(|inner| ast::PeriodColumn::can_cast(inner.kind())) {
        return None;
    }
    let mut key = ForeignKey {
        columns: columns_in(node.from_columns()?.syntax()),
        references: names::name_ref(&node.table_name_ref()?),
        referenced: node.to_columns().map(|list| columns_in(list.syntax())).unwrap_or_default(),
        match_kind: match_kind(node.match_type().as_ref())?,
        on_update: ReferentialAction::default(),
        on_delete: ReferentialAction::default(),
        on_delete_columns: Vec::new(),
    };
    add_actions(&mut key, node.referential_actions())?;
    Some(key)
}

/// PostgreSQL's grammar has `MATCH PARTIAL`, but the server refuses it.
fn match_kind(node: Option<&ast::MatchType>) -> Option<MatchKind> {
    match node {
        None | Some(ast::MatchType::MatchSimple(_)) => Some(MatchKind::Simple),
        Some(ast::MatchType::MatchFull(_)) => Some(MatchKind::Full),
        Some(ast::MatchType::MatchPartial(_)) => None,
    }
}

fn add_actions(key: &mut ForeignKey, actions: impl Iterator<Item = ast::ReferentialAction>) -> Option<()> {
    for action in actions {
        match action {
            ast::ReferentialAction::OnDeleteAction(node) => {
                (key.on_delete, key.on_delete_columns) = ref_action(&node.ref_action()?);
            }
            ast::ReferentialAction::OnUpdateAction(node) => key.on_update = ref_action(&node.ref_action()?).0,
        }
    }
    Some(())
}

fn ref_action(node: &ast::RefAction) -> (ReferentialAction, Vec<Ident>) {
    match node {
        ast::RefAction::NoAction(_) => (ReferentialAction::NoAction, Vec::new()),
        ast::RefAction::Restrict(_) => (ReferentialAction::Restrict, Vec::new()),
        ast::RefAction::Cascade(_) => (ReferentialAction::Cascade, Vec::new()),
        ast::RefAction::SetNullColumns(set) => {
            (ReferentialAction::SetNull, column_refs(set.column_ref_list().as_ref()))
        }
        ast::RefAction::SetDefaultColumns(set) => {
            (ReferentialAction::SetDefault, column_refs(set.column_ref_list().as_ref()))
        }
    }
}

fn exclude(place: Place, node: &ast::ExcludeConstraint) -> Option<TableConstraint> {
    let list = node.constraint_exclusion_list()?;
    let elements = list.constraint_exclusions().map(|node| exclusion::lower(place, &node));
    Some(TableConstraint::Exclude {
        method: node.constraint_index_method().and_then(|using| using.access_method_ref()).map(|m| names::ident(&m)),
        elements: elements.collect::<Option<_>>()?,
        parameters: IndexParameters {
            include: included(node.constraint_include_clause()),
            storage: storage::with(node.with_params()),
            tablespace: tablespace(node.constraint_index_tablespace()),
        },
        predicate: node.where_condition_clause().and_then(|clause| clause.expr()).map(|expr| place.expr(&expr)),
    })
}
