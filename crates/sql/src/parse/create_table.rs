//! `CREATE TABLE`.

use squawk_syntax::ast::{self, AstNode};

use super::tree::{Place, words};
use super::{columns, constraints, index, lower_type, names, partitions, sequence, storage};
use crate::ast::{CreateTable, LikeClause, PartitionOf, Persistence, Statement, StorageParameter, TableElement};

pub(super) fn create(place: Place, node: &ast::CreateTable) -> Option<Statement> {
    let name = node.table_name()?;
    let partition_of = match node.partition_of() {
        None => None,
        Some(of) => Some(PartitionOf {
            parent: names::name_ref(&of.table_name_ref()?),
            bound: partitions::bound(&node.partition_type()?)?,
        }),
    };
    let inherits = node.inherits();
    Some(Statement::CreateTable(Box::new(CreateTable {
        name: place.spanned(&name, names::name_ref(&name)),
        persistence: sequence::persistence(node.persistence().as_ref()),
        if_not_exists: node.if_not_exists().is_some(),
        elements: elements(place, node.table_arg_list())?,
        inherits: inherits.iter().flat_map(ast::Inherits::table_name_refs).map(|name| names::name_ref(&name)).collect(),
        partition_by: match node.partition_by() {
            None => None,
            Some(by) => Some(partitions::key(place, &by)?),
        },
        partition_of,
        of_type: node.of_type().and_then(|of| of.ty()).map(|ty| lower_type(&ty).reference()),
        access_method: access_method(node.using_method()),
        storage: table_storage(node.table_params()),
        tablespace: index::tablespace(node.tablespace_clause()),
        as_query: false,
    })))
}

pub(super) fn create_as(place: Place, node: &ast::CreateTableAs) -> Option<Statement> {
    Some(Statement::CreateTable(Box::new(CreateTable {
        persistence: sequence::persistence(node.persistence().as_ref()),
        if_not_exists: node.if_not_exists().is_some(),
        elements: elements(place, node.table_arg_list())?,
        access_method: access_method(node.using_method()),
        storage: table_storage(node.table_params()),
        tablespace: index::tablespace(node.tablespace_clause()),
        ..from_query(place, &node.table_name()?)
    })))
}

/// `SELECT ... INTO t`.
pub(super) fn select_into(place: Place, node: &ast::SelectInto) -> Option<Statement> {
    let into = node.into_clause()?;
    let name = into.table_name()?;
    Some(Statement::CreateTable(Box::new(CreateTable {
        persistence: sequence::persistence(into.persistence().as_ref()),
        ..from_query(place, &name)
    })))
}

/// A table of which its statement tells the name only.
fn from_query(place: Place, name: &ast::TableName) -> CreateTable {
    CreateTable {
        name: place.spanned(name, names::name_ref(name)),
        persistence: Persistence::Permanent,
        if_not_exists: false,
        elements: Vec::new(),
        inherits: Vec::new(),
        partition_by: None,
        partition_of: None,
        of_type: None,
        access_method: None,
        storage: Vec::new(),
        tablespace: None,
        as_query: true,
    }
}

fn access_method(using: Option<ast::UsingMethod>) -> Option<crate::Ident> {
    using?.access_method_ref().map(|method| names::ident(&method))
}

/// `WITHOUT OIDS` says what is so anyhow.
fn table_storage(params: Option<ast::TableParams>) -> Vec<StorageParameter> {
    match params {
        Some(ast::TableParams::WithParams(params)) => storage::with(Some(params)),
        Some(ast::TableParams::WithoutOids(_)) | None => Vec::new(),
    }
}

fn elements(place: Place, list: Option<ast::TableArgList>) -> Option<Vec<TableElement>> {
    let Some(list) = list else { return Some(Vec::new()) };
    // They are large and many, so that there is room for as many as there are and no more.
    let mut elements = Vec::with_capacity(list.args().count());
    for arg in list.args() {
        elements.push(element(place, &arg)?);
    }
    Some(elements)
}

fn element(place: Place, arg: &ast::TableArg) -> Option<TableElement> {
    Some(match arg {
        ast::TableArg::Column(column) => TableElement::Column(columns::column(place, column.syntax())?),
        ast::TableArg::LikeClause(node) => TableElement::Like(like(node)?),
        ast::TableArg::TableConstraint(constraint) => {
            let constraint = ast::Constraint::cast(constraint.syntax().clone())?;
            TableElement::Constraint(constraints::table_constraint(place, &constraint)?)
        }
    })
}

fn like(node: &ast::LikeClause) -> Option<LikeClause> {
    let option = |option: ast::LikeOption| match option {
        ast::LikeOption::IncludingProperty(node) => Some((true, words(node.table_property()?.syntax()))),
        ast::LikeOption::ExcludingProperty(node) => Some((false, words(node.table_property()?.syntax()))),
    };
    Some(LikeClause {
        source: names::name_ref(&node.relation_name_ref()?),
        options: node.like_options().map(option).collect::<Option<_>>()?,
    })
}
