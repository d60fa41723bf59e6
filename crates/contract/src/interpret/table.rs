//! `CREATE TABLE`.

use novate_sql::ast::{
    ColumnDef, CreateTable, LikeClause, NamedConstraint, Persistence, TableConstraint, TableElement,
};

use indexmap::IndexMap;

use super::error::InterpretError;
use super::resolve::Found;
use super::{Interpreter, Outcome, storage};
use crate::{Ident, ObjectId, Partition, QName, Table};

/// A constraint as it is added to a table.
pub(super) type Definition = NamedConstraint<TableConstraint>;

impl Interpreter {
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Outcome {
        if create.persistence == Persistence::Temporary {
            return Err(InterpretError::Temporary { name: create.name.value.clone() });
        }
        let name = self.place(&create.name.value);
        let id = ObjectId::Table(name.clone());
        self.need_schema(&name.schema, &id)?;
        if create.if_not_exists && self.directory.relation(&name).is_some() {
            self.touched.skipped.push(id);
            return Ok(());
        }
        self.need_free(&name)?;
        let underivable = |from: &str| InterpretError::Underivable { name: name.clone(), from: from.to_owned() };
        if create.as_query {
            return Err(underivable("a query"));
        }
        if let Some(ty) = &create.of_type {
            return Err(underivable(&format!("the type {ty}")));
        }
        let mut table = Table {
            columns: IndexMap::with_capacity(create.elements.len()),
            unlogged: create.persistence == Persistence::Unlogged,
            access_method: create.access_method.clone().filter(|method| method.as_str() != "heap"),
            storage: storage::parameters(&create.storage),
            partition_by: create.partition_by.clone(),
            ..Table::default()
        };
        for parent in &create.inherits {
            table.inherits.push(self.need_table(parent, &id)?);
        }
        if let Some(of) = &create.partition_of {
            let parent = self.need_table(&of.parent, &id)?;
            let bound = self.bound(&parent, &of.bound.0)?;
            table.partition_of = Some(Partition { parent, bound });
        }
        self.put_table(&name, table);
        if let Some(tablespace) = &create.tablespace {
            self.unsupported("tablespace", format!("{tablespace} of {id}"));
        }
        self.fill_table(&name, create)
    }

    fn fill_table(&mut self, name: &QName, create: &CreateTable) -> Outcome {
        let parent = self.table(name)?.partition_of.as_ref().map(|partition| partition.parent.clone());
        for parent in self.table(name)?.inherits.clone() {
            self.inherit_columns(name, &parent)?;
        }
        if let Some(parent) = &parent {
            self.partition_columns(name, parent)?;
        }
        let mut columns: Vec<&ColumnDef> = Vec::new();
        let mut likes: Vec<(QName, &LikeClause)> = Vec::new();
        let mut constraints: Vec<Definition> = Vec::new();
        for element in &create.elements {
            match element {
                TableElement::Column(column) => {
                    self.begin_column(name, column)?;
                    constraints.extend(Self::column_constraints(column));
                    columns.push(column);
                }
                TableElement::Constraint(constraint) => constraints.push(constraint.clone()),
                TableElement::Like(like) => {
                    let source = match self.find_table(&like.source, &format!("table {name}"))? {
                        Found::Table(source) => source,
                        Found::Unmodelled(from) => {
                            return Err(InterpretError::Underivable { name: name.clone(), from: from.to_string() });
                        }
                    };
                    self.like_columns(name, &source)?;
                    likes.push((source, like));
                }
            }
        }
        for column in columns {
            self.finish_column(name, column)?;
        }
        for parent in self.table(name)?.inherits.clone().iter().chain(&parent) {
            self.inherit_checks(name, parent)?;
        }
        let (keys, others) = ordered(constraints);
        let (foreign_keys, first): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|it| matches!(it.constraint, TableConstraint::ForeignKey(_)));
        if let Some(key) = self.table(name)?.partition_by.clone() {
            let key = super::partition_key(&key, &self.scope(name));
            self.table_mut(name)?.partition_by = Some(key);
        }
        for definition in &first {
            self.add_constraint(name, definition, Rows::None)?;
        }
        for (source, like) in likes {
            self.like_rest(name, &source, like)?;
        }
        if let Some(parent) = &parent {
            self.clone_indexes(name, parent)?;
            self.clone_foreign_keys(name, parent)?;
        }
        for definition in deduplicated(keys) {
            self.add_constraint(name, &definition, Rows::None)?;
        }
        for definition in &foreign_keys {
            self.add_constraint(name, definition, Rows::None)?;
        }
        Ok(())
    }
}

/// Whether a table may hold rows when a constraint is added: only then does `NOT VALID` mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// The table is being created.
    None,
    /// The table has existed before.
    Maybe,
}

/// Keys and exclusions, a primary key before all others as PostgreSQL makes them, and the rest in order.
fn ordered(constraints: Vec<Definition>) -> (Vec<Definition>, Vec<Definition>) {
    let (mut keys, others): (Vec<_>, Vec<_>) = constraints.into_iter().partition(|it| {
        matches!(
            it.constraint,
            TableConstraint::PrimaryKey { .. } | TableConstraint::Unique { .. } | TableConstraint::Exclude { .. }
        )
    });
    keys.sort_by_key(|it| !matches!(it.constraint, TableConstraint::PrimaryKey { .. }));
    (keys, others)
}

/// Keys without those that say again what an earlier one says; its name goes to the earlier one if that has none.
/// Source: `transformIndexConstraints` in `parse_utilcmd.c`.
fn deduplicated(keys: Vec<Definition>) -> Vec<Definition> {
    let mut kept: Vec<Definition> = Vec::with_capacity(keys.len());
    for key in keys {
        match kept.iter_mut().find(|earlier| same_key(earlier, &key)) {
            Some(earlier) if earlier.name.is_none() => earlier.name = key.name,
            Some(_) => {}
            None => kept.push(key),
        }
    }
    kept
}

fn same_key(a: &Definition, b: &Definition) -> bool {
    let parts = |it: &Definition| -> Option<(Vec<Ident>, Vec<Ident>, bool)> {
        match &it.constraint {
            TableConstraint::PrimaryKey { columns, parameters } => {
                Some((columns.clone(), parameters.include.clone(), false))
            }
            TableConstraint::Unique { columns, nulls_not_distinct, parameters } => {
                Some((columns.clone(), parameters.include.clone(), *nulls_not_distinct))
            }
            _ => None,
        }
    };
    let deferral = |it: &Definition| (it.deferrable.unwrap_or(false), it.initially_deferred.unwrap_or(false));
    parts(a).is_some_and(|own| Some(own) == parts(b)) && deferral(a) == deferral(b)
}
