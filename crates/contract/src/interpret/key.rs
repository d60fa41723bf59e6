//! Primary keys and unique constraints.

use novate_sql::NameRef;
use novate_sql::ast::{IndexParameters, TableConstraint};

use super::constraint::constraint;
use super::error::{InterpretError, Missing};
use super::table::{Definition, Rows};
use super::{Interpreter, Outcome, storage};
use crate::{Constraint, ConstraintKind, Ident, IndexKey, PrimaryKey, QName, Unique, names};

impl Interpreter {
    pub(super) fn add_key(&mut self, table: &QName, definition: &Definition) -> Outcome {
        let (kind, columns, parameters) = match &definition.constraint {
            TableConstraint::PrimaryKey { columns, parameters } => {
                let kind = ConstraintKind::PrimaryKey(PrimaryKey {
                    columns: columns.clone(),
                    include: parameters.include.clone(),
                    storage: storage::parameters(&parameters.storage),
                });
                (kind, columns, parameters)
            }
            TableConstraint::Unique { columns, nulls_not_distinct, parameters } => {
                let kind = ConstraintKind::Unique(Unique {
                    columns: columns.clone(),
                    nulls_not_distinct: *nulls_not_distinct,
                    include: parameters.include.clone(),
                    storage: storage::parameters(&parameters.storage),
                });
                (kind, columns, parameters)
            }
            _ => return Ok(()),
        };
        let about = match &definition.name {
            Some(name) => format!("key {table}.{name}"),
            None => format!("a key of {table}"),
        };
        self.need_columns(table, columns, &about)?;
        self.need_columns(table, &parameters.include, &about)?;
        if let Some(name) = &definition.name {
            self.need_free_index(table, name)?;
        }
        self.tablespace_of_key(table, parameters);
        let key = constraint(definition, kind, Rows::None);
        let name = self.put_key(table, definition.name.clone(), key)?;
        if self.table(table)?.partition_of.is_some() {
            self.directory.detach(QName::new(table.schema.clone(), name));
        }
        Ok(())
    }

    /// Puts a key into a table and its partitions, by PostgreSQL's choice of name where none is given.
    // The key moves into the table, its copies into the partitions.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn put_key(&mut self, table: &QName, name: Option<Ident>, key: Constraint) -> Outcome<Ident> {
        let (primary, columns, include) = parts(&key);
        if primary {
            if self.primary_key(table)?.is_some() {
                return Err(InterpretError::invalid(format!("table {table}"), "it has a primary key already"));
            }
            let columns = columns.to_vec();
            self.refuse_nulls(table, &columns)?;
        }
        let name = name.unwrap_or_else(|| {
            let taken = |name: &str| self.index_name_taken(table, name);
            if primary {
                names::primary_key(&table.name, &taken)
            } else {
                names::unique(&table.name, &[columns, include].concat(), &taken)
            }
        });
        self.put_constraint(table, &name, key.clone())?;
        if self.passes_on() {
            for child in self.partitions(table) {
                self.pass_key(&child, table, &key)?;
            }
        }
        Ok(name)
    }

    /// Gives a partitioned table's key to a partition, unless it has a like one that can stand for it.
    pub(super) fn pass_key(&mut self, child: &QName, parent: &QName, key: &Constraint) -> Outcome {
        let like = |table: &crate::Table| {
            table.constraints.values().filter(|other| other.kind == key.kind && other.deferral == key.deferral).count()
        };
        if like(self.table(child)?) >= like(self.table(parent)?) {
            let below = self.table(child)?.constraints.iter();
            let free = below.filter(|(_, other)| other.kind == key.kind).map(|(name, _)| name.clone());
            let free = free.into_iter().find(|name| self.directory.is_unattached(child, name));
            if let Some(name) = free {
                self.directory.attach(&QName::new(child.schema.clone(), name));
            }
            return Ok(());
        }
        self.put_key(child, None, Constraint { comment: None, ..key.clone() })?;
        Ok(())
    }

    /// `NOT NULL` for the columns of a primary key, in the table and what inherits from it.
    fn refuse_nulls(&mut self, table: &QName, columns: &[Ident]) -> Outcome {
        for column in columns {
            self.alter(table, column)?.not_null = true;
        }
        for child in self.children(table) {
            self.refuse_nulls(&child, columns)?;
        }
        Ok(())
    }

    /// The primary key of a table.
    pub(super) fn primary_key(&self, table: &QName) -> Outcome<Option<(&Ident, &PrimaryKey)>> {
        Ok(self.table(table)?.constraints.iter().find_map(|(name, constraint)| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some((name, key)),
            _ => None,
        }))
    }

    /// `ADD PRIMARY KEY USING INDEX i` and `ADD UNIQUE USING INDEX i`: the index becomes the constraint's and takes its
    /// name.
    pub(super) fn add_key_using_index(
        &mut self,
        table: &QName,
        definition: &Definition,
        primary: bool,
        index: &Ident,
    ) -> Outcome {
        let about = format!("a key of {table}");
        let missing = || {
            let name = NameRef { schema: Some(table.schema.clone()), name: index.clone() };
            InterpretError::missing(Missing::Index(name), &about)
        };
        let found = self.table(table)?.indexes.get(index).ok_or_else(missing)?.clone();
        let refuse = |reason: &str| Err(InterpretError::invalid(format!("index {}.{index}", table.schema), reason));
        if !found.unique {
            return refuse("it is not unique");
        }
        if found.predicate.is_some() {
            return refuse("it is partial");
        }
        let mut columns = Vec::with_capacity(found.elements.len());
        for element in &found.elements {
            match &element.key {
                IndexKey::Column(column) => columns.push(column.clone()),
                IndexKey::Expression(_) => return refuse("it contains an expression"),
            }
        }
        let name = definition.name.clone().unwrap_or_else(|| index.clone());
        if name != *index {
            self.need_free_index(table, &name)?;
        }
        let kind = if primary {
            ConstraintKind::PrimaryKey(PrimaryKey { columns, include: found.include, storage: found.storage })
        } else {
            ConstraintKind::Unique(Unique {
                columns,
                nulls_not_distinct: found.nulls_not_distinct,
                include: found.include,
                storage: found.storage,
            })
        };
        if primary && self.primary_key(table)?.is_some() {
            return Err(InterpretError::invalid(format!("table {table}"), "it has a primary key already"));
        }
        self.take_index(table, index);
        let mut key = constraint(definition, kind, Rows::None);
        key.comment = found.comment;
        let unattached = self.directory.is_unattached(table, index);
        let name = self.put_key(table, Some(name), key)?;
        if name != *index {
            let full = |name: &Ident| QName::new(table.schema.clone(), name.clone());
            self.directory.take_over(full(index), full(&name));
        }
        if unattached {
            self.directory.detach(QName::new(table.schema.clone(), name));
        }
        Ok(())
    }

    fn tablespace_of_key(&mut self, table: &QName, parameters: &IndexParameters) {
        if let Some(tablespace) = &parameters.tablespace {
            self.unsupported("tablespace", format!("{tablespace} of a key of {table}"));
        }
    }
}

/// Whether a key is primary, its columns, and those it includes.
fn parts(key: &Constraint) -> (bool, &[Ident], &[Ident]) {
    match &key.kind {
        ConstraintKind::PrimaryKey(key) => (true, &key.columns, &key.include),
        ConstraintKind::Unique(key) => (false, &key.columns, &key.include),
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) | ConstraintKind::Exclusion(_) => (false, &[], &[]),
    }
}
