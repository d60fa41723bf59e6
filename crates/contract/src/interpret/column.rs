//! Columns of `CREATE TABLE` and `ADD COLUMN`.
//!
//! A column is made in two steps, because its expressions may refer to columns that are written after it: first its
//! type, then the rest.

use novate_sql::NameRef;
use novate_sql::ast::{
    self, ColumnConstraint, ColumnDef, ExprText, ForeignKey, NamedConstraint, SequenceOption, TableConstraint,
    WrittenType,
};
use novate_sql::expr::{Expr, TypeScope, canonicalize, is_null_default};

use super::error::InterpretError;
use super::sequence::created;
use super::store::no_column;
use super::table::Definition;
use super::{Interpreter, Outcome, defaults};
use crate::{
    Column, Control, Expression, Generated, Ident, Identity, ObjectId, QName, Sequence, SequenceOptions, SequenceOwner,
    TypeName,
};

impl Interpreter {
    /// Puts a column into the table: type, collation, storage, nullability. A column that the table inherits keeps
    /// what the definition leaves out.
    pub(super) fn begin_column(&mut self, table: &QName, definition: &ColumnDef) -> Outcome {
        let name = &definition.name.value;
        let id = ObjectId::Column(table.clone(), name.clone());
        let known = self.table(table)?;
        let inherited = known.columns.get(name).cloned();
        let merges = known.partition_of.is_some() || !known.inherits.is_empty();
        if inherited.is_some() && !merges {
            return Err(InterpretError::Exists { object: id });
        }
        let ty = match &definition.ty {
            Some(WrittenType::Type(ty) | WrittenType::Serial(ty)) => Some(self.column_type(ty, &id)?),
            None => None,
        };
        let mut column = match (inherited, ty) {
            (Some(column), _) => column,
            (None, Some(ty)) => Column::new(ty),
            (None, None) => return Err(InterpretError::invalid(&id, "it has no type")),
        };
        if let Some(collation) = &definition.collation {
            column.collation = self.column_collation(&column.ty, collation);
        }
        if let Some(asked) = &definition.storage {
            column.storage = defaults::storage(&column.ty, asked);
        }
        if let Some(asked) = &definition.compression {
            column.compression = (asked != "default").then(|| asked.clone());
        }
        column.not_null |= refuses_null(definition);
        self.put_column(table, name, column)
    }

    pub(super) fn column_collation(&self, ty: &TypeName, asked: &NameRef) -> Option<NameRef> {
        defaults::collation(ty, &self.collation(asked))
    }

    /// Default, identity, generation and the sequence of a `serial`.
    pub(super) fn finish_column(&mut self, table: &QName, definition: &ColumnDef) -> Outcome {
        let name = &definition.name.value;
        let id = ObjectId::Column(table.clone(), name.clone());
        if let Some(WrittenType::Serial(ty)) = &definition.ty {
            self.serial(table, name, ty)?;
        }
        for constraint in &definition.constraints {
            match &constraint.constraint {
                ColumnConstraint::Default(expr) => {
                    let ty = self.column(table, name)?.ty.clone();
                    let default = self.default(table, expr, &ty, &id)?;
                    self.alter(table, name)?.default = default;
                }
                ColumnConstraint::Identity(identity) => self.identity(table, name, identity)?,
                ColumnConstraint::Generated { expr, kind } => {
                    let ty = self.column(table, name)?.ty.clone();
                    let expr = self.generation(table, name, expr, &ty)?;
                    let column = self.alter(table, name)?;
                    column.default = None;
                    column.generated = Some(Generated { kind: *kind, expr });
                }
                _ => {}
            }
        }
        let column = self.column(table, name)?;
        let values = [column.default.is_some(), column.identity.is_some(), column.generated.is_some()]
            .iter()
            .filter(|it| **it)
            .count();
        if values > 1 {
            return Err(InterpretError::invalid(
                &id,
                "it can have one of default, identity and generated, not several",
            ));
        }
        Ok(())
    }

    /// A default as PostgreSQL stores it: none for a plain `NULL`, unless the type has a length that it is cast to.
    pub(super) fn default(
        &self,
        table: &QName,
        written: &ExprText,
        ty: &TypeName,
        needed_by: &ObjectId,
    ) -> Outcome<Option<Expression>> {
        if let Some(sequence) = written.expr.references().sequences.first()
            && self.relation(sequence).is_none()
            && sequence.schema.as_ref().is_none_or(|it| it.as_str() != "pg_catalog")
        {
            let what = super::Missing::Sequence(sequence.clone());
            return Err(InterpretError::missing(what, needed_by));
        }
        self.columns_of(table, &written.expr, needed_by)?;
        let canonical = column_default(&written.expr, &self.scope(table), ty);
        Ok(canonical.map(|canonical| {
            if is_null_default(&written.expr) {
                Expression::new(canonical, written.text.clone())
            } else {
                self.spelled(table, canonical, written, Some(ty))
            }
        }))
    }

    fn column(&self, table: &QName, name: &Ident) -> Outcome<&Column> {
        self.table(table)?.columns.get(name).ok_or_else(|| no_column(table, name))
    }

    /// The expression of a generated column, which can use no generated column, itself included.
    pub(super) fn generation(
        &self,
        table: &QName,
        name: &Ident,
        written: &ExprText,
        ty: &TypeName,
    ) -> Outcome<Expression> {
        let id = ObjectId::Column(table.clone(), name.clone());
        for used in self.columns_of(table, &written.expr, &id)?.into_iter().flatten() {
            let generated = self.table(table)?.columns.get(&used).is_some_and(|column| column.generated.is_some());
            if generated || used == *name {
                return Err(InterpretError::invalid(&id, format!("it cannot be made of {used}, which is generated")));
            }
        }
        self.expression(table, written, Some(ty), &id)
    }

    fn serial(&mut self, table: &QName, column: &Ident, ty: &TypeName) -> Outcome {
        let sequence = QName::new(table.schema.clone(), self.free_sequence_name(table, column));
        let payload = Sequence {
            options: SequenceOptions::defaults(ty.clone(), 1),
            unlogged: self.table(table)?.unlogged,
            owner: Some(SequenceOwner { table: table.clone(), column: column.clone() }),
            control: Control::default(),
            comment: None,
        };
        self.put_sequence(&sequence, payload);
        let regclass = Expr::Cast(Box::new(Expr::String(sequence.to_string())), TypeName::builtin("regclass"));
        let call = Expr::Call {
            name: NameRef { schema: None, name: Ident::new("nextval") },
            args: vec![regclass],
            suffix: None,
        };
        let written = call.to_string();
        let canonical = self.again(table, &call, Some(ty));
        let column = self.alter(table, column)?;
        column.not_null = true;
        column.default = Some(Expression::new(canonical, written));
        Ok(())
    }

    /// Makes a column an identity.
    pub(super) fn identity(&mut self, table: &QName, column: &Ident, identity: &ast::Identity) -> Outcome {
        let id = ObjectId::Column(table.clone(), column.clone());
        let ty = self.alter(table, column)?.ty.clone();
        if ty.array || !matches!(ty.name.as_str(), "smallint" | "integer" | "bigint") {
            return Err(InterpretError::invalid(&id, "an identity is smallint, integer or bigint"));
        }
        let asked = identity.options.iter().find_map(|option| match option {
            SequenceOption::Name(name) => Some(name.name.clone()),
            _ => None,
        });
        let name = match asked {
            Some(name) => {
                self.need_free(&QName::new(table.schema.clone(), name.clone()))?;
                name
            }
            None => self.free_sequence_name(table, column),
        };
        let payload = Identity {
            kind: identity.kind,
            sequence: Self::identity_name(table, column, name),
            options: Box::new(created(&identity.options, ty)),
        };
        self.alter(table, column)?.not_null = true;
        self.set_identity(table, column, Some(payload))
    }

    /// The constraints that a column's definition carries, as constraints of its table.
    pub(super) fn column_constraints(definition: &ColumnDef) -> Vec<Definition> {
        definition.constraints.iter().filter_map(|constraint| table_constraint(definition, constraint)).collect()
    }
}

fn table_constraint(definition: &ColumnDef, written: &NamedConstraint<ColumnConstraint>) -> Option<Definition> {
    let columns = || vec![definition.name.value.clone()];
    let constraint = match &written.constraint {
        ColumnConstraint::Check(expr) => TableConstraint::Check(expr.clone()),
        ColumnConstraint::PrimaryKey(parameters) => {
            TableConstraint::PrimaryKey { columns: columns(), parameters: parameters.clone() }
        }
        ColumnConstraint::Unique { nulls_not_distinct, parameters } => TableConstraint::Unique {
            columns: columns(),
            nulls_not_distinct: *nulls_not_distinct,
            parameters: parameters.clone(),
        },
        ColumnConstraint::References(key) => {
            TableConstraint::ForeignKey(ForeignKey { columns: columns(), ..key.clone() })
        }
        ColumnConstraint::NotNull
        | ColumnConstraint::Null
        | ColumnConstraint::Default(_)
        | ColumnConstraint::Identity(_)
        | ColumnConstraint::Generated { .. } => return None,
    };
    Some(NamedConstraint {
        name: written.name.clone(),
        constraint,
        deferrable: written.deferrable,
        initially_deferred: written.initially_deferred,
        not_valid: written.not_valid,
        no_inherit: written.no_inherit,
        not_enforced: written.not_enforced,
        span: written.span,
    })
}

fn refuses_null(definition: &ColumnDef) -> bool {
    definition.constraints.iter().any(|constraint| matches!(constraint.constraint, ColumnConstraint::NotNull))
}

/// The default that a column of type `ty` gets from `written`, in canonical form; `None` where PostgreSQL stores none.
///
/// It stores none for a constant `NULL` of the column's own type. A type with modifiers makes the constant a call, and
/// a cast to another type keeps it from being one of the column's own: both are stored, though they do nothing.
/// Source: `AddRelationNewConstraints` in `heap.c`.
pub fn column_default(written: &Expr, scope: &dyn TypeScope, ty: &TypeName) -> Option<Expr> {
    if !is_null_default(written) {
        return Some(canonicalize(written, scope, Some(ty)));
    }
    if !ty.modifiers.is_empty() {
        return Some(Expr::Null);
    }
    let Expr::Cast(_, cast) = written else { return None };
    let cast = TypeName { modifiers: Vec::new(), ..scope.resolve_type(cast) };
    (cast != *ty).then(|| Expr::Cast(Box::new(Expr::Null), cast))
}
