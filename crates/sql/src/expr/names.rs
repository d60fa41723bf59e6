//! Expressions whose names mean the same wherever they are read, and that are otherwise as they were written.

use super::canonical::is_known;
use super::{Expr, TypeScope, regclass};

/// Gives every type, function and relation that an expression names its schema, as `scope` resolves it, and takes the
/// qualifier off the columns of the table that the expression belongs to. Nothing else changes.
pub fn with_full_names(expr: &Expr, scope: &dyn TypeScope) -> Expr {
    let mut full = expr.clone();
    qualify(&mut full, scope);
    full
}

fn qualify(expr: &mut Expr, scope: &dyn TypeScope) {
    if let Some(text) = regclass::literal_mut(expr)
        && let Some(name) = regclass::parse(text)
    {
        *text = scope.resolve_relation(&name).to_string();
    }
    match expr {
        Expr::Cast(_, ty) => *ty = scope.resolve_type(ty),
        Expr::Call { name, .. } if name.schema.is_some() || !is_known(name.name.as_str()) => {
            *name = scope.resolve_function(name);
        }
        Expr::Column(parts) => {
            if let Some((name, qualifier)) = parts.split_last()
                && !qualifier.is_empty()
                && scope.is_own_table(qualifier)
            {
                *parts = vec![name.clone()];
            }
        }
        _ => {}
    }
    for child in expr.children_mut() {
        qualify(child, scope);
    }
}
