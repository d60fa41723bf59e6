//! What each object of a contract rests on: the nodes that must be there before it can be, and that cannot go before
//! it does.

use std::collections::BTreeSet;

use novate_contract::{
    Constraint, ConstraintKind, ConstraintTag, Contract, Expression, ForeignKey, Ident, Index, IndexElement, IndexKey,
    ObjectId, QName, Table, TypeName,
};

use crate::mentions;
use crate::step::Node;

/// The columns of its own table that a constraint mentions, those of `INCLUDE` among them.
pub(crate) fn constraint_columns(constraint: &Constraint, table: &Table) -> BTreeSet<Ident> {
    let mut found = constraint_expression_columns(constraint, table);
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => found.extend(key.columns.iter().chain(&key.include).cloned()),
        ConstraintKind::Unique(key) => found.extend(key.columns.iter().chain(&key.include).cloned()),
        ConstraintKind::ForeignKey(key) => found.extend(key.columns.iter().cloned()),
        ConstraintKind::Check(_) => {}
        ConstraintKind::Exclusion(exclusion) => {
            found.extend(exclusion.include.iter().cloned());
            found.extend(exclusion.elements.iter().filter_map(|e| plain(&e.element)).cloned());
        }
    }
    found
}

/// The columns that a constraint mentions inside expressions.
pub(crate) fn constraint_expression_columns(constraint: &Constraint, table: &Table) -> BTreeSet<Ident> {
    constraint_expressions(constraint).iter().flat_map(|e| mentions::columns(&e.canonical, table)).collect()
}

/// The expressions of a constraint.
pub(crate) fn constraint_expressions(constraint: &Constraint) -> Vec<&Expression> {
    match &constraint.kind {
        ConstraintKind::Check(check) => vec![&check.expr],
        ConstraintKind::Exclusion(exclusion) => {
            let elements = exclusion.elements.iter().map(|e| &e.element);
            elements.filter_map(expression).chain(&exclusion.predicate).collect()
        }
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => Vec::new(),
    }
}

/// The columns that an index mentions.
pub(crate) fn index_columns(index: &Index, table: &Table) -> BTreeSet<Ident> {
    let mut found = index_expression_columns(index, table);
    found.extend(index.elements.iter().filter_map(plain).chain(&index.include).cloned());
    found
}

/// The columns that an index mentions inside expressions and its predicate.
pub(crate) fn index_expression_columns(index: &Index, table: &Table) -> BTreeSet<Ident> {
    index_expressions(index).iter().flat_map(|e| mentions::columns(&e.canonical, table)).collect()
}

/// The expressions of an index.
pub(crate) fn index_expressions(index: &Index) -> Vec<&Expression> {
    index.elements.iter().filter_map(expression).chain(&index.predicate).collect()
}

/// The column that an element is, where it is no more than that.
pub(crate) fn plain(element: &IndexElement) -> Option<&Ident> {
    match &element.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    }
}

fn expression(element: &IndexElement) -> Option<&Expression> {
    match &element.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression),
    }
}

/// The keys and unique indexes that a foreign key can rest on.
pub(crate) fn referenced_keys(contract: &Contract, key: &ForeignKey) -> Vec<ObjectId> {
    let Some(table) = contract.tables.get(&key.references) else { return Vec::new() };
    let wanted: BTreeSet<&Ident> = key.referenced.iter().collect();
    let fits = |columns: &[Ident]| columns.len() == wanted.len() && columns.iter().collect::<BTreeSet<_>>() == wanted;
    let constraints = table.constraints.iter().filter_map(|(name, constraint)| {
        let columns = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => &key.columns,
            ConstraintKind::Unique(key) => &key.columns,
            _ => return None,
        };
        fits(columns).then(|| ObjectId::Constraint(constraint.kind.tag(), key.references.clone(), name.clone()))
    });
    let indexes = table.indexes.iter().filter(|(_, index)| {
        let columns: Option<Vec<Ident>> = index.elements.iter().map(|e| plain(e).cloned()).collect();
        index.unique && index.predicate.is_none() && columns.is_some_and(|columns| fits(&columns))
    });
    constraints.chain(indexes.map(|(name, _)| ObjectId::Index(key.references.clone(), name.clone()))).collect()
}

/// What an object rests on.
pub(crate) struct Uses<'a>(pub(crate) &'a Contract);

impl Uses<'_> {
    pub(crate) fn ty(&self, ty: &TypeName) -> BTreeSet<Node> {
        mentions::enum_of(ty, self.0).map(|name| ObjectId::Enum(name).into()).into_iter().collect()
    }

    pub(crate) fn expression(&self, expression: &Expression, name: &QName, table: &Table) -> BTreeSet<Node> {
        let columns = mentions::columns(&expression.canonical, table).into_iter().map(|c| column(name, &c));
        let objects = mentions::objects(&expression.canonical, self.0, &name.schema).into_iter().map(Node::Object);
        columns.chain(objects).collect()
    }

    /// A column's type and, where it is generated, its expression; not its default.
    pub(crate) fn column(&self, table_name: &QName, table: &Table, name: &Ident) -> BTreeSet<Node> {
        let mut found = BTreeSet::from([Node::Object(ObjectId::Table(table_name.clone()))]);
        if let Some(payload) = table.columns.get(name) {
            found.extend(self.ty(&payload.ty));
            if let Some(generated) = &payload.generated {
                found.extend(self.expression(&generated.expr, table_name, table));
                found.remove(&column(table_name, name));
            }
        }
        found
    }

    /// A column's default.
    pub(crate) fn default(&self, table_name: &QName, table: &Table, name: &Ident) -> BTreeSet<Node> {
        let mut found = BTreeSet::from([column(table_name, name)]);
        if let Some(default) = table.columns.get(name).and_then(|c| c.default.as_ref()) {
            found.extend(self.expression(default, table_name, table));
        }
        found
    }

    /// A constraint.
    pub(crate) fn constraint(&self, table_name: &QName, table: &Table, constraint: &Constraint) -> BTreeSet<Node> {
        let own = constraint_columns(constraint, table);
        let mut found: BTreeSet<Node> = own.iter().map(|c| column(table_name, c)).collect();
        found.insert(Node::Object(ObjectId::Table(table_name.clone())));
        for expression in constraint_expressions(constraint) {
            found.extend(self.expression(expression, table_name, table));
        }
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) => {
                found.insert(Node::Object(ObjectId::Table(key.references.clone())));
                found.extend(key.referenced.iter().map(|c| column(&key.references, c)));
                found.extend(referenced_keys(self.0, key).into_iter().map(Node::Object));
            }
            ConstraintKind::PrimaryKey(key) => {
                found.extend(key.columns.iter().map(|c| Node::NotNull(table_name.clone(), c.clone())));
            }
            ConstraintKind::Unique(_) | ConstraintKind::Check(_) | ConstraintKind::Exclusion(_) => {}
        }
        found.extend(own.into_iter().map(|c| Node::Rows(table_name.clone(), c)));
        found
    }

    /// An index.
    pub(crate) fn index(&self, table_name: &QName, table: &Table, index: &Index) -> BTreeSet<Node> {
        let own = index_columns(index, table);
        let mut found: BTreeSet<Node> = own.iter().map(|c| column(table_name, c)).collect();
        found.insert(Node::Object(ObjectId::Table(table_name.clone())));
        for expression in index_expressions(index) {
            found.extend(self.expression(expression, table_name, table));
        }
        found.extend(own.into_iter().map(|c| Node::Rows(table_name.clone(), c)));
        found
    }
}

/// A table without its columns and constraints.
pub(crate) fn table(name: &QName, table: &Table) -> BTreeSet<Node> {
    let parents = table.inherits.iter().chain(table.partition_of.as_ref().map(|p| &p.parent));
    let parents = parents.map(|parent| Node::Object(ObjectId::Table(parent.clone())));
    parents.chain([schema(&name.schema)]).collect()
}

/// A schema's node.
pub(crate) fn schema(name: &Ident) -> Node {
    ObjectId::Schema(name.clone()).into()
}

/// A column's node.
pub(crate) fn column(table: &QName, name: &Ident) -> Node {
    Node::Object(ObjectId::Column(table.clone(), name.clone()))
}

/// The names that a constraint takes: its own, and that of its index.
pub(crate) fn constraint_names(tag: ConstraintTag, table: &QName, name: &Ident) -> Vec<Node> {
    let own = Node::ConstraintName(table.clone(), name.clone());
    match tag {
        ConstraintTag::PrimaryKey | ConstraintTag::Unique | ConstraintTag::Exclusion => {
            vec![own, Node::Relation(QName::new(table.schema.clone(), name.clone()))]
        }
        ConstraintTag::Check | ConstraintTag::ForeignKey => vec![own],
    }
}

/// Every expression of a table, with the column whose default or generation it is.
pub(crate) fn expressions(table: &Table) -> Vec<(Option<&Ident>, &Expression)> {
    let columns = table.columns.iter().flat_map(|(name, column)| {
        let generated = column.generated.as_ref().map(|g| &g.expr);
        column.default.iter().chain(generated).map(move |e| (Some(name), e))
    });
    let constraints = table.constraints.values().flat_map(constraint_expressions).map(|e| (None, e));
    let indexes = table.indexes.values().flat_map(index_expressions).map(|e| (None, e));
    columns.chain(constraints).chain(indexes).collect()
}
