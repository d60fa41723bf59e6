//! `CREATE INDEX`, and the elements that exclusion constraints share with it.

use std::fmt;

use novate_sql::NameRef;
use novate_sql::ast::{self, CreateIndex};
use novate_sql::expr::Expr;

use super::resolve::Found;
use super::{Interpreter, Outcome, defaults, known, storage};
use crate::{
    Constraint, ConstraintKind, Ident, Index, IndexElement, IndexKey, NullsOrder, ObjectId, OperatorClass, QName,
    SortOrder, Table, TypeName, names,
};

impl Interpreter {
    pub(super) fn create_index(&mut self, create: &CreateIndex) -> Outcome {
        let about = match &create.name {
            Some(name) => format!("index {}", name.value),
            None => format!("an index on {}", create.table),
        };
        let table = match self.find_table(&create.table, &about)? {
            Found::Table(table) => table,
            Found::Unmodelled(view) => {
                let name =
                    create.name.as_ref().map_or_else(String::new, |name| format!("{}.{} ", view.schema, name.value));
                self.unsupported("index", format!("{name}on {view}"));
                return Ok(());
            }
        };
        if let Some(name) = &create.name {
            let full = QName::new(table.schema.clone(), name.value.clone());
            if create.if_not_exists && self.directory.relation(&full).is_some() {
                self.touched.skipped.push(ObjectId::Index(table, full.name));
                return Ok(());
            }
            self.need_free(&full)?;
        }
        let method = create.method.clone().unwrap_or_else(|| Ident::new("btree"));
        let mut elements = Vec::with_capacity(create.elements.len());
        let mut columns = Vec::with_capacity(create.elements.len());
        for element in &create.elements {
            let (column, element) = self.index_element(&table, &method, element, &about)?;
            columns.push(column);
            elements.push(element);
        }
        self.need_columns(&table, &create.include, &about)?;
        let predicate = match &create.predicate {
            Some(predicate) => Some(self.expression(&table, predicate, None, &about)?),
            None => None,
        };
        if let Some(tablespace) = &create.tablespace {
            self.unsupported("tablespace", format!("{tablespace} of {about}"));
        }
        let partitions = self.partitions(&table);
        let index = Index {
            unique: create.unique,
            nulls_not_distinct: create.nulls_not_distinct,
            method,
            elements,
            include: create.include.clone(),
            predicate,
            storage: storage::parameters(&create.storage),
            // On the partitioned table alone it is unusable until every partition's index is attached.
            valid: !create.only || partitions.is_empty(),
            comment: None,
        };
        columns.extend(create.include.iter().cloned());
        let name = match &create.name {
            Some(name) => name.value.clone(),
            None => self.free_index_name(&table, &columns),
        };
        self.put_index(&table, &name, index.clone())?;
        if self.table(&table)?.partition_of.is_some() {
            self.directory.detach(QName::new(table.schema.clone(), name.clone()));
        }
        if !create.only {
            for child in partitions {
                self.pass_index(&child, &table, &index, &columns)?;
            }
        }
        Ok(())
    }

    pub(super) fn free_index_name(&self, table: &QName, columns: &[Ident]) -> Ident {
        names::index(&table.name, columns, &|name| self.directory.relation_taken(&table.schema, name))
    }

    /// Gives a partitioned table's index to a partition, unless it has a like one that can stand for it: an index or
    /// that of a key.
    pub(super) fn pass_index(&mut self, child: &QName, parent: &QName, index: &Index, columns: &[Ident]) -> Outcome {
        let count = |table: &Table| {
            table.indexes.values().filter(|other| alike(other, index)).count()
                + table.constraints.values().filter(|key| key_alike(key, index)).count()
        };
        let below = self.table(child)?;
        if count(below) >= count(self.table(parent)?) {
            let indexes = below.indexes.iter().filter(|(_, other)| alike(other, index)).map(|(name, _)| name);
            let keys = below.constraints.iter().filter(|(_, key)| key_alike(key, index)).map(|(name, _)| name);
            // The one that is free is taken.
            let free = indexes.chain(keys).find(|name| self.directory.is_unattached(child, name));
            if let Some(name) = free.cloned() {
                self.directory.attach(&QName::new(child.schema.clone(), name));
            }
            return Ok(());
        }
        let name = self.free_index_name(child, columns);
        let index = Index { comment: None, valid: true, ..index.clone() };
        self.put_index(child, &name, index.clone())?;
        for grandchild in self.partitions(child) {
            self.pass_index(&grandchild, child, &index, columns)?;
        }
        Ok(())
    }

    /// An element, and the name that PostgreSQL gives to the index's own column.
    pub(super) fn index_element(
        &self,
        table: &QName,
        method: &Ident,
        element: &ast::IndexElement,
        needed_by: &dyn fmt::Display,
    ) -> Outcome<(Ident, IndexElement)> {
        // A column stays one in brackets and with a collation.
        let (bare, inner_collation) = match &element.expr.expr {
            Expr::Collate(inner, collation) if matches!(**inner, Expr::Column(_)) => (&**inner, Some(collation)),
            other => (other, None),
        };
        let own = match bare {
            Expr::Column(parts) => parts.last(),
            _ => None,
        };
        let asked = element.collation.as_ref().or(inner_collation);
        let (name, key, ty, own_collation) = if let Some(column) = own {
            self.need_column(table, column, needed_by)?;
            let payload = self.table(table)?.columns.get(column);
            let ty = payload.map(|payload| payload.ty.clone());
            let collation = payload.and_then(|payload| payload.collation.clone());
            (column.clone(), IndexKey::Column(column.clone()), ty, collation)
        } else {
            let expression = self.expression(table, &element.expr, None, needed_by)?;
            (names::of_expression(&element.expr.expr), IndexKey::Expression(expression), None, None)
        };
        let collation = asked
            .map(|asked| self.collation(asked))
            .filter(|asked| own_collation.as_ref() != Some(asked))
            .filter(|asked| own_collation.is_some() || !is_own_collation(ty.as_ref(), asked));
        let opclass = element.opclass.as_ref().and_then(|written| self.index_opclass(method, written, ty.as_ref()));
        let order = element.order.unwrap_or(SortOrder::Asc);
        let nulls = element.nulls.unwrap_or(match order {
            SortOrder::Asc => NullsOrder::Last,
            SortOrder::Desc => NullsOrder::First,
        });
        Ok((name, IndexElement { key, collation, opclass, order, nulls }))
    }

    fn index_opclass(
        &self,
        method: &Ident,
        written: &ast::OperatorClass,
        ty: Option<&TypeName>,
    ) -> Option<OperatorClass> {
        let parameters = storage::parameters(&written.parameters);
        let is_default = parameters.is_empty() && is_default(method, &written.name, ty);
        (!is_default).then(|| OperatorClass { name: self.opclass(&written.name), parameters })
    }
}

fn is_own_collation(ty: Option<&TypeName>, asked: &NameRef) -> bool {
    ty.is_some_and(|ty| defaults::collation(ty, asked).is_none())
}

/// Whether PostgreSQL would have taken the operator class by itself.
fn is_default(method: &Ident, name: &NameRef, ty: Option<&TypeName>) -> bool {
    let name = name.name.as_str();
    if !known::is_default_opclass(method.as_str(), name) {
        return false;
    }
    match ty {
        None => true,
        // These store their values as other types do, whose classes they may name; their own default is another.
        Some(ty) if ty.array => name == "array_ops" || name.starts_with("gist__"),
        Some(ty) if !ty.is_builtin() => {
            known::extension_of_type(ty.name.as_str()).is_none() || !name.starts_with("text_")
        }
        Some(ty) => match ty.name.as_str() {
            "character varying" | "text" => !name.contains("bpchar"),
            _ => !matches!(name, "oid_ops") || ty.name.as_str() == "oid",
        },
    }
}

/// Whether an index of a partition can stand for one of its parent.
pub(super) fn alike(a: &Index, b: &Index) -> bool {
    let Index { unique, nulls_not_distinct, method, elements, include, predicate, storage: _, valid: _, comment: _ } =
        a;
    *unique == b.unique
        && *nulls_not_distinct == b.nulls_not_distinct
        && *method == b.method
        && *elements == b.elements
        && *include == b.include
        && *predicate == b.predicate
}

/// Whether the index of a partition's key can stand for an index of its parent.
pub(super) fn key_alike(key: &Constraint, index: &Index) -> bool {
    let (columns, include, nulls_not_distinct) = match &key.kind {
        ConstraintKind::PrimaryKey(key) => (&key.columns, &key.include, false),
        ConstraintKind::Unique(key) => (&key.columns, &key.include, key.nulls_not_distinct),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) | ConstraintKind::Exclusion(_) => return false,
    };
    let plain = |(element, column): (&IndexElement, &Ident)| {
        let IndexElement { key, collation, opclass, order: _, nulls: _ } = element;
        *key == IndexKey::Column(column.clone()) && collation.is_none() && opclass.is_none()
    };
    index.unique
        && index.method.as_str() == "btree"
        && index.predicate.is_none()
        && index.nulls_not_distinct == nulls_not_distinct
        && index.include == *include
        && index.elements.len() == columns.len()
        && index.elements.iter().zip(columns).all(plain)
}

/// What PostgreSQL calls the columns of an index: keys, then included ones.
pub(super) fn column_names(index: &Index) -> Vec<Ident> {
    let key = |element: &IndexElement| match &element.key {
        IndexKey::Column(column) => column.clone(),
        // The name comes from the text as it was written; the canonical form may look different.
        IndexKey::Expression(expression) => match novate_sql::expr::parse_expr(&expression.written) {
            Ok(written) => names::of_expression(&written.expr),
            Err(_) => names::of_expression(&expression.canonical),
        },
    };
    index.elements.iter().map(key).chain(index.include.iter().cloned()).collect()
}
