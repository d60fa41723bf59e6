//! What an expression refers to, and the renaming of it.

use super::Expr;
use super::regclass;
use crate::{Ident, NameRef, QName, TypeName};

/// The names in an expression, each once, in the order of their first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// Columns by their parts.
    pub columns: Vec<Vec<Ident>>,
    /// Functions.
    pub functions: Vec<NameRef>,
    /// Types of casts, without modifiers and array.
    pub types: Vec<TypeName>,
    /// Sequences and tables named in `regclass` literals: `nextval('s')`, `'t'::regclass`.
    pub sequences: Vec<NameRef>,
    /// Whether some part of the expression was not understood, so that it may refer to more than this.
    pub incomplete: bool,
}

impl Expr {
    /// What the expression refers to.
    pub fn references(&self) -> References {
        let mut found = References::default();
        self.visit(&mut |expr| found.take(expr));
        found
    }

    /// Renames a column. A reference may be qualified; its last part is what is renamed.
    pub fn rename_column(&mut self, from: &Ident, to: &Ident) {
        self.visit_mut(&mut |expr| {
            if let Self::Column(parts) = expr
                && let Some(last) = parts.last_mut().filter(|last| *last == from)
            {
                *last = to.clone();
            }
        });
    }

    /// Renames a type, where a cast names it with its schema.
    pub fn rename_type(&mut self, from: &QName, to: &QName) {
        self.visit_mut(&mut |expr| {
            if let Self::Cast(_, ty) = expr
                && ty.schema.as_ref() == Some(&from.schema)
                && ty.name == from.name
            {
                ty.schema = Some(to.schema.clone());
                ty.name = to.name.clone();
            }
        });
    }

    /// Renames a table or sequence in `regclass` literals, where they name it with its schema.
    pub fn rename_relation(&mut self, from: &QName, to: &QName) {
        self.visit_mut(&mut |expr| {
            if let Some(text) = regclass::literal_mut(expr)
                && let Some(name) = regclass::parse(text)
                && name.schema.as_ref() == Some(&from.schema)
                && name.name == from.name
            {
                *text = to.to_string();
            }
        });
    }

    /// Every part of the expression, itself first.
    pub fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Self)) {
        look(self);
        for child in self.children() {
            child.visit(look);
        }
    }

    /// Every part of the expression, to be changed, itself first.
    pub fn visit_mut(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        for child in self.children_mut() {
            child.visit_mut(change);
        }
    }
}

impl References {
    fn take(&mut self, expr: &Expr) {
        match expr {
            Expr::Column(parts) => add(&mut self.columns, parts.clone()),
            Expr::Cast(_, ty) => add(&mut self.types, TypeName { modifiers: Vec::new(), ..ty.element() }),
            Expr::Call { name, suffix, .. } => {
                add(&mut self.functions, name.clone());
                self.incomplete |= suffix.is_some();
            }
            Expr::Opaque(_) => self.incomplete = true,
            Expr::Star(of) => self.incomplete |= !of.is_empty(),
            _ => {}
        }
        if let Some(name) = regclass::literal(expr).and_then(|text| regclass::parse(text)) {
            add(&mut self.sequences, name);
        }
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, new: T) {
    if !list.contains(&new) {
        list.push(new);
    }
}
