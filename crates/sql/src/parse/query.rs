//! What a query reads, as far as its text alone tells.

use std::collections::HashSet;

use squawk_syntax::ast::{self, AstNode, Stmt};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::single_row;
use super::tree::{Place, children};
use super::{names, with};
use crate::ast::Query;
use crate::{Ident, NameRef, Spanned};

/// Columns that every table has.
const SYSTEM_COLUMNS: &[&str] = &["cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"];

/// The facts of a query or of a data-modifying statement.
pub(super) fn facts(place: Place, stmt: &Stmt) -> Query {
    let node = stmt.syntax();
    let relations = relations(place, node);
    let aliases = aliases(node);
    let columns = columns(place, node, &relations, &aliases);
    Query { relations, columns, aliases, always_one_row: single_row::always(stmt) }
}

fn relations(place: Place, root: &SyntaxNode) -> Vec<Spanned<NameRef>> {
    let mut found = Vec::new();
    for node in root.descendants() {
        if !matches!(node.kind(), SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_NAME_REF) {
            continue;
        }
        let name = names::name_from(names::parts_of(&node));
        let from_with = name.schema.is_none() && !is_target(&node) && with::names_query(&node, &name.name);
        if !from_with {
            found.push(Spanned::new(name, place.span(&node)));
        }
    }
    found
}

/// Whether a data-modifying statement writes the relation; that is never the name of a `WITH` query.
fn is_target(node: &SyntaxNode) -> bool {
    let direct = |kind: SyntaxKind| {
        matches!(kind, SyntaxKind::INSERT | SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::MERGE)
    };
    node.ancestors().skip(1).take(2).any(|above| direct(above.kind()))
}

fn aliases(root: &SyntaxNode) -> Vec<Ident> {
    let mut found = Vec::new();
    for node in root.descendants() {
        match node.kind() {
            SyntaxKind::TABLE_ALIAS | SyntaxKind::CTE_NAME => found.push(names::ident_of(&node)),
            SyntaxKind::ON_CONFLICT_CLAUSE => found.push(Ident::new("excluded")),
            _ => {}
        }
    }
    found
}

/// Names that are columns of the relations and nothing else. Where anything but plain relations is read, an unqualified
/// name may come from there, and an alias may name something that has columns of its own.
fn columns(
    place: Place,
    root: &SyntaxNode,
    relations: &[Spanned<NameRef>],
    aliases: &[Ident],
) -> Vec<Spanned<Vec<Ident>>> {
    let derived = root.descendants().any(|node| makes_columns(&node));
    let ranges: HashSet<&str> = relations.iter().map(|relation| relation.value.name.as_str()).collect();
    let aliases: HashSet<&str> = aliases.iter().map(Ident::as_str).collect();
    let mut found = Vec::new();
    if derived || relations.is_empty() {
        return found;
    }
    for node in root.descendants() {
        let Some(parts) = reference(&node) else {
            continue;
        };
        let certain = match parts.as_slice() {
            [name] => !ranges.contains(name.as_str()) && !aliases.contains(name.as_str()) && !may_be_output(&node),
            [range, _] => ranges.contains(range.as_str()) || aliases.contains(range.as_str()),
            [_, range, _] => ranges.contains(range.as_str()),
            _ => false,
        };
        let system = parts.last().is_some_and(|name| SYSTEM_COLUMNS.contains(&name.as_str()));
        if certain && !system {
            found.push(Spanned::new(parts, place.span(&node)));
        }
    }
    found
}

/// Whether a node brings in columns that no table has.
fn makes_columns(node: &SyntaxNode) -> bool {
    match node.kind() {
        SyntaxKind::WITH_CLAUSE
        | SyntaxKind::EXPR_FROM_ITEM
        | SyntaxKind::FUNCTION_FROM_ITEM
        | SyntaxKind::GRAPH_TABLE_FROM_ITEM
        | SyntaxKind::JSON_TABLE_FROM_ITEM
        | SyntaxKind::ROWS_FROM_ITEM
        | SyntaxKind::XML_TABLE_FROM_ITEM
        | SyntaxKind::RETURNING_OPTION_LIST => true,
        SyntaxKind::PAREN_FROM_ITEM => !node.children().any(|child| ast::FromListItem::can_cast(child.kind())),
        SyntaxKind::FROM_ALIAS => {
            node.children().any(|child| matches!(child.kind(), SyntaxKind::COLUMN_LIST | SyntaxKind::COLUMN_DEF_LIST))
        }
        _ => false,
    }
}

/// The parts of a name that stands as an expression, where `node` is the whole of one.
fn reference(node: &SyntaxNode) -> Option<Vec<Ident>> {
    let parent = node.parent()?;
    // A function's name is the first thing in its call.
    let called = parent.kind() == SyntaxKind::CALL_EXPR;
    if called || matches!(parent.kind(), SyntaxKind::FIELD_EXPR | SyntaxKind::LOCKING_OF) {
        return None;
    }
    match node.kind() {
        SyntaxKind::NAME_REF if is_name(node) => Some(vec![names::ident_of(node)]),
        SyntaxKind::FIELD_EXPR => dotted(node),
        _ => None,
    }
}

fn dotted(node: &SyntaxNode) -> Option<Vec<Ident>> {
    let mut parts = Vec::new();
    let mut node = node.clone();
    // The parser nests to the left: the last part is the outermost.
    while node.kind() == SyntaxKind::FIELD_EXPR {
        let [base, field] = node.children().collect::<Vec<_>>().try_into().ok()?;
        parts.push(names::ident_of(&field));
        node = base;
    }
    (node.kind() == SyntaxKind::NAME_REF).then(|| parts.push(names::ident_of(&node)))?;
    parts.reverse();
    Some(parts)
}

/// `CURRENT_USER` and its like are names to the parser.
fn is_name(node: &SyntaxNode) -> bool {
    const VALUES: &[SyntaxKind] = &[
        SyntaxKind::CURRENT_CATALOG_KW,
        SyntaxKind::CURRENT_DATE_KW,
        SyntaxKind::CURRENT_ROLE_KW,
        SyntaxKind::CURRENT_SCHEMA_KW,
        SyntaxKind::CURRENT_TIME_KW,
        SyntaxKind::CURRENT_TIMESTAMP_KW,
        SyntaxKind::CURRENT_USER_KW,
        SyntaxKind::LOCALTIME_KW,
        SyntaxKind::LOCALTIMESTAMP_KW,
        SyntaxKind::SESSION_USER_KW,
        SyntaxKind::SYSTEM_USER_KW,
        SyntaxKind::USER_KW,
    ];
    node.first_token().is_some_and(|token| !VALUES.contains(&token.kind()))
}

/// Whether a name stands where it may mean a column of the result.
fn may_be_output(node: &SyntaxNode) -> bool {
    node.parent().is_some_and(|parent| {
        matches!(parent.kind(), SyntaxKind::SORT_BY | SyntaxKind::GROUPING_EXPR | SyntaxKind::DISTINCT_ON)
    })
}

/// The data-modifying statement among a query's `WITH` queries: the query is run for what that does.
pub(super) fn modifying_with(root: &SyntaxNode) -> Option<Stmt> {
    let clause = with::clause_of(root)?;
    let tables = children::<ast::WithTable>(clause.syntax());
    let mut statements =
        tables.filter_map(|table| table.query()).filter_map(|query| Stmt::cast(query.syntax().clone()));
    statements.find(|stmt| matches!(stmt, Stmt::Insert(_) | Stmt::Update(_) | Stmt::Delete(_) | Stmt::Merge(_)))
}
