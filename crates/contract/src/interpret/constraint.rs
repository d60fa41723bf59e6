//! What constraints have in common.

use novate_sql::ast::TableConstraint;

use super::error::{InterpretError, Missing};
use super::table::{Definition, Rows};
use super::{Interpreter, Outcome};
use crate::{Constraint, ConstraintKind, Deferral, Ident, ObjectId, QName};

impl Interpreter {
    /// Adds a constraint to a table, and to its partitions and heirs where PostgreSQL does.
    pub(super) fn add_constraint(&mut self, table: &QName, definition: &Definition, rows: Rows) -> Outcome {
        match &definition.constraint {
            TableConstraint::Check(expr) => self.add_check(table, definition, expr, rows),
            TableConstraint::NotNull(column) => {
                self.need_column(table, column, &format!("NOT NULL of {table}"))?;
                self.alter(table, column)?.not_null = true;
                Ok(())
            }
            TableConstraint::PrimaryKey { .. } | TableConstraint::Unique { .. } => self.add_key(table, definition),
            TableConstraint::UsingIndex { primary, index } => {
                self.add_key_using_index(table, definition, *primary, index)
            }
            TableConstraint::ForeignKey(key) => self.add_foreign_key(table, definition, key, rows),
            TableConstraint::Exclude { .. } => self.add_exclusion(table, definition),
        }
    }

    pub(super) fn need_column(&self, table: &QName, column: &Ident, needed_by: &dyn std::fmt::Display) -> Outcome {
        if self.table(table)?.columns.contains_key(column) {
            return Ok(());
        }
        Err(InterpretError::missing(Missing::Column(table.clone(), column.clone()), needed_by))
    }

    pub(super) fn need_columns(&self, table: &QName, columns: &[Ident], needed_by: &dyn std::fmt::Display) -> Outcome {
        columns.iter().try_for_each(|column| self.need_column(table, column, needed_by))
    }

    /// A constraint of a table by name.
    pub(super) fn constraint(&self, table: &QName, name: &Ident) -> Outcome<&Constraint> {
        let missing = || {
            InterpretError::missing(Missing::Constraint(table.clone(), name.clone()), format!("ALTER TABLE {table}"))
        };
        self.table(table)?.constraints.get(name).ok_or_else(missing)
    }

    /// The name in use check for keys and exclusions: their index is a relation of the schema.
    pub(super) fn index_name_taken(&self, table: &QName, name: &str) -> bool {
        self.directory.relation_taken(&table.schema, name) || self.directory.constraint_taken(&table.schema, name)
    }

    /// Refuses an author's name for a key or exclusion that is in use.
    pub(super) fn need_free_index(&self, table: &QName, name: &Ident) -> Outcome {
        if let Some(constraint) = self.table(table)?.constraints.get(name) {
            let object = ObjectId::Constraint(constraint.kind.tag(), table.clone(), name.clone());
            return Err(InterpretError::Exists { object });
        }
        self.need_free(&QName::new(table.schema.clone(), name.clone()))
    }
}

/// What follows any constraint, put around what it says.
pub(super) fn constraint(definition: &Definition, kind: ConstraintKind, rows: Rows) -> Constraint {
    let enforced = !definition.not_enforced;
    Constraint {
        kind,
        deferral: deferral(definition.deferrable, definition.initially_deferred),
        validated: enforced && (rows == Rows::None || !definition.not_valid),
        no_inherit: definition.no_inherit,
        enforced,
        comment: None,
    }
}

/// `INITIALLY DEFERRED` alone means `DEFERRABLE` too.
pub(super) fn deferral(deferrable: Option<bool>, initially_deferred: Option<bool>) -> Deferral {
    match (deferrable, initially_deferred) {
        (Some(false), _) | (None, None | Some(false)) => Deferral::NotDeferrable,
        (_, Some(true)) => Deferral::InitiallyDeferred,
        (Some(true), _) => Deferral::InitiallyImmediate,
    }
}
