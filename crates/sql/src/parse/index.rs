//! `CREATE INDEX`, and the elements that exclusion constraints and partition keys share with it.

use squawk_syntax::SyntaxKind;
use squawk_syntax::ast::{self, AstNode};

use super::tree::{Place, has_token};
use super::{columns, names, storage};
use crate::Ident;
use crate::ast::{CreateIndex, IndexElement, NullsOrder, OperatorClass, SortOrder, Statement};

pub(super) fn create(place: Place, node: &ast::CreateIndex) -> Option<Statement> {
    let relation = node.table_relation_name()?;
    Some(Statement::CreateIndex(Box::new(CreateIndex {
        name: node.index().map(|name| place.spanned(&name, names::ident(&name))),
        unique: node.unique_token().is_some(),
        concurrently: node.concurrently_token().is_some(),
        if_not_exists: node.if_not_exists().is_some(),
        only: has_token(relation.syntax(), SyntaxKind::ONLY_KW),
        table: names::name_ref(&relation.table_name_ref()?),
        method: node.using_method().and_then(|using| using.access_method_ref()).map(|method| names::ident(&method)),
        elements: elements(place, &node.partition_item_list()?)?,
        include: included(node.index_include_clause()),
        nulls_not_distinct: matches!(node.nulls_distinct_option(), Some(ast::NullsDistinctOption::NullsNotDistinct(_))),
        storage: storage::with(node.with_params()),
        tablespace: tablespace(node.tablespace_clause()),
        predicate: node.where_clause().and_then(|clause| clause.expr()).map(|expr| place.expr(&expr)),
    })))
}

pub(super) fn tablespace(clause: Option<ast::TablespaceClause>) -> Option<Ident> {
    clause?.tablespace_ref().map(|name| names::ident(&name))
}

fn included(clause: Option<ast::IndexIncludeClause>) -> Vec<Ident> {
    let items = clause.and_then(|clause| clause.partition_item_list());
    let items = items.iter().flat_map(ast::PartitionItemList::partition_items);
    items.filter_map(|item| item.expr()).map(|expr| names::ident(&expr)).collect()
}

pub(super) fn elements(place: Place, list: &ast::PartitionItemList) -> Option<Vec<IndexElement>> {
    list.partition_items().map(|item| element(place, &item)).collect()
}

pub(super) fn element(place: Place, item: &ast::PartitionItem) -> Option<IndexElement> {
    let class = item.op_class_ref().map(|class| OperatorClass {
        name: names::name_ref(&class),
        parameters: storage::parameters(item.attribute_list()),
    });
    let (expr, collation) = columns::uncollated(item.expr()?)?;
    Some(IndexElement {
        expr: place.expr(&expr),
        collation,
        opclass: class,
        order: item.sort_order().and_then(|order| match order {
            ast::SortOrder::SortAsc(_) => Some(SortOrder::Asc),
            ast::SortOrder::SortDesc(_) => Some(SortOrder::Desc),
            ast::SortOrder::SortUsing(_) => None,
        }),
        nulls: item.nulls_order().map(|order| match order {
            ast::NullsOrder::NullsFirst(_) => NullsOrder::First,
            ast::NullsOrder::NullsLast(_) => NullsOrder::Last,
        }),
    })
}
