//! `ALTER TABLE`, and `ALTER INDEX`, `ALTER VIEW` and their like, which share its actions.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::constraints::{self, Attributes};
use super::tree::{Place, child, children, has_token, significant};
use super::{alter_column, columns, names, partitions, storage};
use crate::ast::{
    AlterColumn, AlterTable, AlterTableAction, ObjectKeyword, Relation, ReplicaIdentityClause, Statement, Unmodelled,
};
use crate::{NameRef, Spanned};

pub(super) fn table(place: Place, node: &ast::AlterTable) -> Option<Statement> {
    let Some(relation) = node.table_relation_name() else {
        return node.all_in_tablespace().map(|_| moved("table"));
    };
    let name = place.spanned(&relation, names::name_ref(&relation.table_name_ref()?));
    let only = has_token(relation.syntax(), SyntaxKind::ONLY_KW);
    let actions = node.actions().map(|found| action(place, &found));
    Some(simplest(Relation::Table, only, node.syntax(), name, actions.collect::<Option<_>>()?))
}

pub(super) fn index(place: Place, node: &ast::AlterIndex) -> Option<Statement> {
    let Some(index) = node.index_ref() else {
        return node.all_in_tablespace().map(|_| moved("index"));
    };
    let name = place.spanned(&index, names::name_ref(&index));
    let found = node.action()?;
    let action = match &found {
        ast::AlterIndexAction::IndexRenameTo(to) => AlterTableAction::RenameTo(names::ident(&to.index()?)),
        ast::AlterIndexAction::AttachIndexPartition(attach) => {
            AlterTableAction::AttachPartition { name: names::name_ref(&attach.index_ref()?), bound: None }
        }
        ast::AlterIndexAction::SetOptions(set) => {
            AlterTableAction::SetStorage(storage::parameters(set.attribute_list()))
        }
        ast::AlterIndexAction::ResetOptions(reset) => {
            AlterTableAction::ResetStorage(storage::names_of(reset.attribute_list()))
        }
        ast::AlterIndexAction::SetTablespace(set) => {
            AlterTableAction::SetTablespace(names::ident(&set.tablespace_ref()?))
        }
        ast::AlterIndexAction::AlterSetStatistics(alter) => match alter.set_statistics() {
            Some(set) => AlterTableAction::AlterColumn {
                name: alter_column::numbered(alter)?,
                action: AlterColumn::SetStatistics(alter_column::statistics(&set)),
            },
            None => unmodelled(found.syntax()),
        },
        ast::AlterIndexAction::DependsOnExtension(_) | ast::AlterIndexAction::NoDependsOnExtension(_) => {
            unmodelled(found.syntax())
        }
    };
    Some(simplest(Relation::Index, false, node.syntax(), name, vec![place.spanned(&found, action)]))
}

/// `ALTER VIEW`, `ALTER MATERIALIZED VIEW` and `ALTER FOREIGN TABLE`.
pub(super) fn other(place: Place, node: &SyntaxNode) -> Option<Statement> {
    let name = match (child::<ast::ViewRef>(node), child::<ast::TableRelationName>(node)) {
        (Some(view), _) => place.spanned(&view, names::name_ref(&view)),
        (None, Some(table)) => place.spanned(&table, names::name_ref(&table.table_name_ref()?)),
        (None, None) => {
            return child::<ast::AllInTablespace>(node).map(|_| moved("materialized view"));
        }
    };
    let mut actions: Vec<Spanned<AlterTableAction>> = Vec::new();
    for found in node.children() {
        let lowered = if let Some(known) = ast::AlterTableAction::cast(found.clone()) {
            action(place, &known)?.value
        } else if let Some(to) = ast::ViewRenameTo::cast(found.clone()) {
            AlterTableAction::RenameTo(names::ident(&to.view()?))
        } else if [
            ast::AlterViewColumn::can_cast,
            ast::DependsOnExtension::can_cast,
            ast::NoDependsOnExtension::can_cast,
        ]
        .iter()
        .any(|can_cast| can_cast(found.kind()))
        {
            unmodelled(&found)
        } else {
            continue;
        };
        actions.push(Spanned::new(lowered, place.span(&found)));
    }
    Some(simplest(Relation::Other, false, node, name, actions))
}

/// The statement of its own that a single `RENAME TO`, `SET SCHEMA` or `OWNER TO` is, or else `ALTER TABLE`.
fn simplest(
    relation: Relation,
    only: bool,
    node: &SyntaxNode,
    name: Spanned<NameRef>,
    actions: Vec<Spanned<AlterTableAction>>,
) -> Statement {
    let kind = match relation {
        Relation::Table => Some(ObjectKeyword::Table),
        Relation::Index => Some(ObjectKeyword::Index),
        Relation::Other => None,
    };
    if let ([only_one], Some(kind)) = (actions.as_slice(), kind) {
        match &only_one.value {
            AlterTableAction::RenameTo(to) => {
                return Statement::Rename { kind, name: name.value, to: to.clone() };
            }
            AlterTableAction::SetSchema(to) => {
                return Statement::SetSchema { kind, name: name.value, to: to.clone() };
            }
            _ => {}
        }
    }
    if !actions.is_empty() && actions.iter().all(|action| matches!(action.value, AlterTableAction::Owner)) {
        return Statement::Owner;
    }
    let if_exists = child::<ast::IfExists>(node).is_some();
    Statement::AlterTable(Box::new(AlterTable { relation, name, if_exists, only, actions }))
}

/// `ALTER TABLE ALL IN TABLESPACE ...`, which names no object.
fn moved(kind: &str) -> Statement {
    Statement::Unmodelled(Unmodelled { kind: kind.to_owned(), name: String::new(), verb: "alter".to_owned() })
}

fn unmodelled(node: &SyntaxNode) -> AlterTableAction {
    let written = |token: squawk_syntax::SyntaxToken| match token.kind() {
        SyntaxKind::IDENT => token.text().to_owned(),
        _ => token.text().to_ascii_uppercase(),
    };
    AlterTableAction::Unmodelled(significant(node).map(written).collect::<Vec<_>>().join(" "))
}

fn action(place: Place, node: &ast::AlterTableAction) -> Option<Spanned<AlterTableAction>> {
    use ast::AlterTableAction as Node;
    let action = match node {
        Node::AddColumn(add) => AlterTableAction::AddColumn {
            column: Box::new(columns::column(place, add.syntax())?),
            if_not_exists: add.if_not_exists().is_some(),
        },
        Node::AddConstraint(add) => {
            AlterTableAction::AddConstraint(Box::new(constraints::table_constraint(place, &add.constraint()?)?))
        }
        Node::AlterColumn(alter) => match alter_column::lower(place, &alter.option()?) {
            Some(action) => AlterTableAction::AlterColumn { name: names::ident(&alter.column_name_ref()?), action },
            None => unmodelled(alter.syntax()),
        },
        Node::AlterConstraint(alter) => alter_constraint(alter)?,
        Node::AttachPartition(attach) => AlterTableAction::AttachPartition {
            name: names::name_ref(&attach.table_name_ref()?),
            bound: Some(partitions::bound(&attach.partition_type()?)?),
        },
        Node::ClusterOn(cluster) => AlterTableAction::ClusterOn(Some(names::ident(&cluster.index_ref()?))),
        Node::SetWithoutCluster(_) => AlterTableAction::ClusterOn(None),
        Node::DetachPartition(detach) => AlterTableAction::DetachPartition(names::name_ref(&detach.table_name_ref()?)),
        Node::DropColumn(drop) => AlterTableAction::DropColumn {
            name: names::ident(&drop.column_name_ref()?),
            if_exists: drop.if_exists().is_some(),
            cascade: cascade(drop.syntax()),
        },
        Node::DropConstraint(drop) => AlterTableAction::DropConstraint {
            name: names::ident(&drop.constraint_name_ref()?),
            if_exists: drop.if_exists().is_some(),
            cascade: cascade(drop.syntax()),
        },
        Node::EnableRls(_) => AlterTableAction::RowSecurity(true),
        Node::DisableRls(_) => AlterTableAction::RowSecurity(false),
        Node::ForceRls(_) => AlterTableAction::ForceRowSecurity(true),
        Node::NoForceRls(_) => AlterTableAction::ForceRowSecurity(false),
        Node::InheritTable(inherit) => AlterTableAction::Inherit(names::name_ref(&inherit.table_name_ref()?), true),
        Node::NoInheritTable(inherit) => AlterTableAction::Inherit(names::name_ref(&inherit.table_name_ref()?), false),
        Node::OwnerTo(_) => AlterTableAction::Owner,
        Node::RenameColumn(rename) => AlterTableAction::RenameColumn {
            from: names::ident(&rename.column_name_ref()?),
            to: names::ident(&rename.column_name()?),
        },
        Node::RenameConstraint(rename) => AlterTableAction::RenameConstraint {
            from: names::ident(&rename.constraint_name_ref()?),
            to: names::ident(&rename.constraint_name()?),
        },
        Node::ReplicaIdentity(identity) => {
            AlterTableAction::ReplicaIdentity(replica_identity(&identity.replica_identity_option()?)?)
        }
        Node::SetOptions(set) => AlterTableAction::SetStorage(storage::parameters(set.attribute_list())),
        Node::ResetOptions(reset) => AlterTableAction::ResetStorage(storage::names_of(reset.attribute_list())),
        Node::SetAccessMethod(set) => match set.access_method_ref() {
            Some(method) => AlterTableAction::SetAccessMethod(names::ident(&method)),
            None => unmodelled(set.syntax()),
        },
        Node::SetLogged(_) => AlterTableAction::SetLogged(true),
        Node::SetUnlogged(_) => AlterTableAction::SetLogged(false),
        Node::SetSchema(set) => AlterTableAction::SetSchema(names::ident(&set.schema_ref()?)),
        Node::SetTablespace(set) => AlterTableAction::SetTablespace(names::ident(&set.tablespace_ref()?)),
        Node::TableRenameTo(to) => AlterTableAction::RenameTo(names::ident(&to.table_name()?)),
        Node::ValidateConstraint(validate) => {
            AlterTableAction::ValidateConstraint(names::ident(&validate.constraint_name_ref()?))
        }
        Node::AlterOptionList(_)
        | Node::DisableRule(_)
        | Node::DisableTrigger(_)
        | Node::EnableAlwaysRule(_)
        | Node::EnableAlwaysTrigger(_)
        | Node::EnableReplicaRule(_)
        | Node::EnableReplicaTrigger(_)
        | Node::EnableRule(_)
        | Node::EnableTrigger(_)
        | Node::MergePartitions(_)
        | Node::NotOf(_)
        | Node::OfType(_)
        | Node::OptionItemList(_)
        | Node::SetWithoutOids(_)
        | Node::SplitPartition(_) => unmodelled(node.syntax()),
    };
    Some(place.spanned(node, action))
}

/// Whether something is dropped with all that depends on it.
pub(super) fn cascade(node: &SyntaxNode) -> bool {
    children::<ast::DropBehavior>(node).any(|behavior| matches!(behavior, ast::DropBehavior::Cascade(_)))
}

/// Only deferrability is modelled; PostgreSQL 18 lets more be changed.
fn alter_constraint(node: &ast::AlterConstraint) -> Option<AlterTableAction> {
    use ast::ConstraintOption as Node;
    let known = |option: ast::ConstraintOption| {
        matches!(
            option,
            Node::DeferrableConstraintOption(_)
                | Node::NotDeferrableConstraintOption(_)
                | Node::InitiallyDeferredConstraintOption(_)
                | Node::InitiallyImmediateConstraintOption(_)
        )
    };
    if !children::<ast::ConstraintOption>(node.syntax()).all(known) {
        return Some(unmodelled(node.syntax()));
    }
    let attributes = Attributes::of(node.syntax());
    Some(AlterTableAction::AlterConstraint {
        name: names::ident(&node.constraint_name_ref()?),
        deferrable: attributes.deferrable,
        initially_deferred: attributes.initially_deferred,
    })
}

fn replica_identity(node: &ast::ReplicaIdentityOption) -> Option<ReplicaIdentityClause> {
    Some(match node {
        ast::ReplicaIdentityOption::ReplicaIdentityDefault(_) => ReplicaIdentityClause::Default,
        ast::ReplicaIdentityOption::ReplicaIdentityFull(_) => ReplicaIdentityClause::Full,
        ast::ReplicaIdentityOption::ReplicaIdentityNothing(_) => ReplicaIdentityClause::Nothing,
        ast::ReplicaIdentityOption::UsingIndexName(using) => {
            ReplicaIdentityClause::Index(names::ident(&using.index_ref()?))
        }
    })
}
