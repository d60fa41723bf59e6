//! `ALTER TABLE ... ALTER COLUMN`.

use novate_sql::NameRef;
use novate_sql::ast::AlterColumn;
use novate_sql::expr::Expr;

use super::error::InterpretError;
use super::sequence::altered;
use super::{Interpreter, Outcome, defaults};
use crate::{Expression, Ident, ObjectId, QName, SequenceOptions, TypeName};

impl Interpreter {
    pub(super) fn alter_column(&mut self, table: &QName, name: &Ident, action: &AlterColumn) -> Outcome {
        self.need_column(table, name, &format!("ALTER TABLE {table}"))?;
        self.alter_one_column(table, name, action)?;
        if self.passes_on() && reaches_children(action) {
            for child in self.children(table) {
                if self.table(&child)?.columns.contains_key(name) {
                    self.alter_column(&child, name, action)?;
                }
            }
        }
        Ok(())
    }

    fn alter_one_column(&mut self, table: &QName, name: &Ident, action: &AlterColumn) -> Outcome {
        let id = ObjectId::Column(table.clone(), name.clone());
        match action {
            AlterColumn::Type { ty, collation, using: _ } => {
                let ty = self.column_type(ty, &id)?;
                self.retype(table, name, &ty, collation.as_ref())
            }
            AlterColumn::SetDefault(expr) => {
                let column = self.alter(table, name)?;
                if column.identity.is_some() || column.generated.is_some() {
                    return Err(InterpretError::invalid(&id, "an identity or generated column can have no default"));
                }
                let ty = column.ty.clone();
                let default = self.default(table, expr, &ty, &id)?;
                self.alter(table, name)?.default = default;
                Ok(())
            }
            AlterColumn::DropDefault => {
                self.alter(table, name)?.default = None;
                Ok(())
            }
            AlterColumn::SetNotNull => {
                self.alter(table, name)?.not_null = true;
                Ok(())
            }
            AlterColumn::DropNotNull => {
                let in_key = self.primary_key(table)?.is_some_and(|(_, key)| key.columns.contains(name));
                let column = self.alter(table, name)?;
                if in_key || column.identity.is_some() {
                    let reason = if in_key { "it is in the primary key" } else { "it is an identity" };
                    return Err(InterpretError::invalid(&id, reason));
                }
                column.not_null = false;
                Ok(())
            }
            AlterColumn::SetExpression(expr) => {
                let ty = self.alter(table, name)?.ty.clone();
                let expr = self.generation(table, name, expr, &ty)?;
                match &mut self.alter(table, name)?.generated {
                    Some(generated) => {
                        generated.expr = expr;
                        Ok(())
                    }
                    None => Err(InterpretError::invalid(&id, "it is not generated")),
                }
            }
            AlterColumn::DropExpression => {
                self.alter(table, name)?.generated = None;
                Ok(())
            }
            AlterColumn::AddIdentity(identity) => {
                let column = self.alter(table, name)?;
                if column.identity.is_some() || column.default.is_some() {
                    return Err(InterpretError::invalid(&id, "it is an identity already, or has a default"));
                }
                self.identity(table, name, identity)
            }
            AlterColumn::SetIdentity { kind, options } => match &mut self.alter(table, name)?.identity {
                Some(identity) => {
                    identity.kind = kind.unwrap_or(identity.kind);
                    *identity.options = altered(&identity.options, options);
                    Ok(())
                }
                None => Err(InterpretError::invalid(&id, "it is no identity")),
            },
            AlterColumn::DropIdentity { if_exists } => {
                if self.alter(table, name)?.identity.is_none() && !if_exists {
                    return Err(InterpretError::invalid(&id, "it is no identity"));
                }
                self.set_identity(table, name, None)
            }
            AlterColumn::SetStatistics(target) => {
                self.alter(table, name)?.statistics = *target;
                Ok(())
            }
            AlterColumn::SetOptions(parameters) => {
                let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
                self.unsupported("column option", format!("{} of {id}", names.join(", ")));
                Ok(())
            }
            AlterColumn::ResetOptions(_) => Ok(()),
            AlterColumn::SetStorage(asked) => {
                let column = self.alter(table, name)?;
                column.storage = defaults::storage(&column.ty, asked);
                Ok(())
            }
            AlterColumn::SetCompression(asked) => {
                self.alter(table, name)?.compression = (asked != "default").then(|| asked.clone());
                Ok(())
            }
        }
    }

    /// `TYPE`: what belonged to the old type goes with it, and every expression over the column is read anew.
    fn retype(&mut self, table: &QName, name: &Ident, ty: &TypeName, collation: Option<&NameRef>) -> Outcome {
        let collation = collation.and_then(|asked| self.column_collation(ty, asked));
        let column = self.alter(table, name)?;
        let old = TypeName { modifiers: Vec::new(), ..std::mem::replace(&mut column.ty, ty.clone()) };
        column.collation = collation;
        column.storage = None;
        column.compression = None;
        if let Some(identity) = &mut column.identity {
            let old = SequenceOptions::bounds(&identity.options.ty);
            let new = SequenceOptions::bounds(ty);
            identity.options.ty = ty.clone();
            if identity.options.max == old.1 {
                identity.options.max = new.1;
            }
            if identity.options.min == old.0 {
                identity.options.min = new.0;
            }
        }
        let default = column.default.clone();
        if let Some(default) = default {
            // A NULL that was stored for the old type's sake keeps that type.
            let before = match &default.canonical {
                Expr::Null => Expr::Cast(Box::new(Expr::Null), old),
                other => other.clone(),
            };
            let canonical = super::column_default(&before, &self.scope(table), ty);
            self.alter(table, name)?.default =
                canonical.map(|canonical| Expression::new(canonical, default.written.clone()));
        }
        self.read_expressions_again(table)
    }
}

/// Whether PostgreSQL gives the change to heirs and partitions as well.
fn reaches_children(action: &AlterColumn) -> bool {
    match action {
        AlterColumn::Type { .. }
        | AlterColumn::SetDefault(_)
        | AlterColumn::DropDefault
        | AlterColumn::SetNotNull
        | AlterColumn::DropNotNull
        | AlterColumn::SetExpression(_)
        | AlterColumn::DropExpression
        | AlterColumn::SetStatistics(_)
        | AlterColumn::SetStorage(_) => true,
        AlterColumn::AddIdentity(_)
        | AlterColumn::SetIdentity { .. }
        | AlterColumn::DropIdentity { .. }
        | AlterColumn::SetOptions(_)
        | AlterColumn::ResetOptions(_)
        | AlterColumn::SetCompression(_) => false,
    }
}
