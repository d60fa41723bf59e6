//! `LIKE other INCLUDING ...`.

use novate_sql::ast::LikeClause;

use super::index::column_names;
use super::{Interpreter, Outcome};
use crate::{Column, Constraint, ConstraintKind, Generated, Ident, Identity, Index, IndexKey, QName, names};

/// What a `LIKE` clause takes over besides names, types, collations and `NOT NULL`.
// Each is a word that the clause says or does not.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, Copy, Default)]
struct Including {
    comments: bool,
    compression: bool,
    constraints: bool,
    defaults: bool,
    generated: bool,
    identity: bool,
    indexes: bool,
    storage: bool,
}

impl Including {
    /// Each option adds to or takes from what the ones before it said.
    fn of(like: &LikeClause) -> Self {
        let mut all = Self::default();
        for (including, option) in &like.options {
            let including = *including;
            match option.as_str() {
                "COMMENTS" => all.comments = including,
                "COMPRESSION" => all.compression = including,
                "CONSTRAINTS" => all.constraints = including,
                "DEFAULTS" => all.defaults = including,
                "GENERATED" => all.generated = including,
                "IDENTITY" => all.identity = including,
                "INDEXES" => all.indexes = including,
                "STORAGE" => all.storage = including,
                "ALL" => {
                    all = Self {
                        comments: including,
                        compression: including,
                        constraints: including,
                        defaults: including,
                        generated: including,
                        identity: including,
                        indexes: including,
                        storage: including,
                    };
                }
                _ => {}
            }
        }
        all
    }
}

impl Interpreter {
    /// The columns of the other table, without anything that makes values.
    pub(super) fn like_columns(&mut self, table: &QName, source: &QName) -> Outcome {
        for (name, column) in self.table(source)?.columns.clone() {
            if self.table(table)?.columns.contains_key(&name) {
                let object = crate::ObjectId::Column(table.clone(), name);
                return Err(super::InterpretError::Exists { object });
            }
            let bare = Column {
                not_null: column.not_null,
                collation: column.collation.clone(),
                ..Column::new(column.ty.clone())
            };
            self.put_column(table, &name, bare)?;
        }
        Ok(())
    }

    /// Everything else that the clause asks for.
    pub(super) fn like_rest(&mut self, table: &QName, source: &QName, like: &LikeClause) -> Outcome {
        let including = Including::of(like);
        for (name, column) in self.table(source)?.columns.clone() {
            self.like_values(table, &name, &column, including)?;
        }
        let constraints = self.table(source)?.constraints.clone();
        if including.constraints {
            for (name, check) in constraints.iter().filter(|(_, it)| matches!(it.kind, ConstraintKind::Check(_))) {
                self.put_constraint(table, name, with_comment(check, including))?;
            }
        }
        if !including.indexes {
            return Ok(());
        }
        let mut keys: Vec<&Constraint> = constraints.values().collect();
        keys.sort_by_key(|key| !matches!(key.kind, ConstraintKind::PrimaryKey(_)));
        for key in keys {
            self.like_key(table, &with_comment(key, including))?;
        }
        for index in self.table(source)?.indexes.values().cloned().collect::<Vec<Index>>() {
            let name = self.free_index_name(table, &column_names(&index));
            let comment = index.comment.clone().filter(|_| including.comments);
            self.put_index(table, &name, Index { comment, valid: true, ..index })?;
        }
        Ok(())
    }

    fn like_values(&mut self, table: &QName, name: &Ident, from: &Column, including: Including) -> Outcome {
        let identity = match &from.identity {
            Some(identity) if including.identity => {
                let sequence = self.free_sequence_name(table, name);
                let sequence = Self::identity_name(table, name, sequence);
                Some(Identity { sequence, ..identity.clone() })
            }
            _ => None,
        };
        let generated: Option<Generated> = from.generated.clone().filter(|_| including.generated);
        let column = self.alter(table, name)?;
        column.default = from.default.clone().filter(|_| including.defaults);
        column.generated = generated;
        column.storage = from.storage.clone().filter(|_| including.storage);
        column.compression = from.compression.clone().filter(|_| including.compression);
        column.comment = from.comment.clone().filter(|_| including.comments);
        if identity.is_some() {
            self.set_identity(table, name, identity)?;
        }
        Ok(())
    }

    fn like_key(&mut self, table: &QName, key: &Constraint) -> Outcome {
        match &key.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {
                self.put_key(table, None, key.clone())?;
                Ok(())
            }
            ConstraintKind::Exclusion(exclusion) => {
                let column = |key: &IndexKey| match key {
                    IndexKey::Column(column) => column.clone(),
                    IndexKey::Expression(expression) => names::of_expression(&expression.canonical),
                };
                let mut columns: Vec<Ident> = exclusion.elements.iter().map(|it| column(&it.element.key)).collect();
                columns.extend(exclusion.include.iter().cloned());
                let name = names::exclusion(&table.name, &columns, &|name| self.index_name_taken(table, name));
                self.put_constraint(table, &name, key.clone())
            }
            ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => Ok(()),
        }
    }
}

fn with_comment(constraint: &Constraint, including: Including) -> Constraint {
    let comment = constraint.comment.clone().filter(|_| including.comments);
    // What is copied into a new table holds for all of its rows: there are none.
    Constraint { comment, validated: constraint.enforced, ..constraint.clone() }
}
