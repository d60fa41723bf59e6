//! An expression with its type, and the casts that PostgreSQL puts around it.

use super::calls::array_of;
use super::literal;
use super::settle::constant_kind;
use super::signature::Kind;
use super::types::{base, is, is_steady, is_text};
use crate::expr::Expr;
use crate::{NameRef, TypeName};

/// An expression and what is known of its type.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The expression in canonical form.
    pub(super) expr: Expr,
    /// Its type.
    pub(super) kind: Kind,
    /// The type below the cast, where the expression is one.
    under: Kind,
}

impl Typed {
    /// An expression that is no cast.
    pub(super) fn new(expr: Expr, kind: Kind) -> Self {
        Self { expr, kind, under: Kind::Mystery }
    }

    /// A string constant cast to `ty`.
    pub(super) fn constant(text: &str, ty: &TypeName) -> Self {
        let expr = Expr::Cast(Box::new(Expr::String(text.to_owned())), written(ty));
        Self { expr, kind: Kind::Known(base(ty)), under: Kind::Literal }
    }

    /// An expression of a built-in type.
    pub(super) fn of(expr: Expr, ty: &str) -> Self {
        Self::new(expr, Kind::Known(TypeName::builtin(ty)))
    }

    /// An expression of which nothing is known.
    pub(super) fn mystery(expr: Expr) -> Self {
        Self::new(expr, Kind::Mystery)
    }

    /// `expr COLLATE collation`.
    pub(super) fn collated(self, collation: &NameRef) -> Self {
        Self { expr: Expr::Collate(Box::new(self.expr), collation.clone()), ..self }
    }

    /// The expression cast to `ty`, in the form that PostgreSQL keeps of it.
    pub(super) fn cast_to(self, ty: &TypeName) -> Self {
        let target = base(ty);
        if ty.modifiers.is_empty() && self.kind == Kind::Known(target.clone()) {
            return self;
        }
        match self.expr {
            Expr::String(text) if self.kind == Kind::Literal => literal::cast(&text, ty),
            // PostgreSQL casts the elements one by one.
            Expr::Array(elements) if ty.array && !elements.is_empty() => {
                let element =
                    if elements.iter().any(|it| matches!(it, Expr::Array(_))) { ty.clone() } else { ty.element() };
                let inner = match self.kind {
                    Kind::Known(known) if known.array => Kind::Known(known.element()),
                    _ => Kind::Mystery,
                };
                array_of(elements.into_iter().map(|it| Self::part(it, &inner).cast_to(&element)).collect())
            }
            // The cast goes below the collation.
            Expr::Collate(operand, collation) => {
                let inner = Self { expr: *operand, kind: self.kind, under: self.under }.cast_to(ty);
                Self { expr: Expr::Collate(Box::new(inner.expr), collation), ..inner }
            }
            // 'x'::varchar::text is 'x'::text.
            Expr::Cast(operand, first) if changes_nothing(&operand, &first, ty) => {
                Self { expr: *operand, kind: self.under, under: Kind::Mystery }.cast_to(ty)
            }
            expr => Self { expr: Expr::Cast(Box::new(expr), written(ty)), kind: Kind::Known(target), under: self.kind },
        }
    }

    /// An element of an array, whose own type the array's tells unless it is a constant.
    fn part(expr: Expr, element: &Kind) -> Self {
        match &expr {
            Expr::Cast(operand, ty) => {
                let (kind, under) = (Kind::Known(base(ty)), constant_kind(operand));
                Self { expr, kind, under }
            }
            _ if is_constant(&expr) => {
                let kind = constant_kind(&expr);
                Self::new(expr, kind)
            }
            _ => Self::new(expr, element.clone()),
        }
    }

    /// The expression without its outermost cast, where it is a cast that PostgreSQL might have added by itself.
    pub(super) fn peeled(&self) -> Option<Self> {
        match &self.expr {
            Expr::Cast(operand, ty)
                if ty.modifiers.is_empty()
                    && self.under != Kind::Mystery
                    && (is_steady(ty) || !is_constant(operand)) =>
            {
                Some(Self::new((**operand).clone(), self.under.clone()))
            }
            Expr::Collate(operand, collation) => {
                let inner = Self { expr: (**operand).clone(), ..self.clone() }.peeled()?;
                Some(Self { expr: Expr::Collate(Box::new(inner.expr), collation.clone()), ..inner })
            }
            Expr::Array(elements) => {
                let bare = elements.iter().map(|element| match element {
                    Expr::Cast(operand, ty) if ty.modifiers.is_empty() && is_steady(ty) && is_constant(operand) => {
                        (**operand).clone()
                    }
                    other => other.clone(),
                });
                let bare: Vec<Expr> = bare.collect();
                (bare != *elements).then(|| Self::mystery(Expr::Array(bare)))
            }
            _ => None,
        }
    }

    /// Whether this is a constant in a cast.
    pub(super) fn is_cast_constant(&self) -> bool {
        matches!(&self.expr, Expr::Cast(operand, _) if is_constant(operand))
    }
}

/// A cast prints the base type, but for a length that was asked for.
fn written(ty: &TypeName) -> TypeName {
    if ty.modifiers.is_empty() { base(ty) } else { ty.clone() }
}

fn changes_nothing(operand: &Expr, first: &TypeName, then: &TypeName) -> bool {
    let constant = matches!(operand, Expr::String(_) | Expr::Null);
    constant && first.modifiers.is_empty() && is_text(first) && (is_text(then) || is(&base(then), "bpchar"))
}

/// Whether this is a constant, sign included.
pub(super) fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::String(_) | Expr::Bits(_) => true,
        Expr::Unary(op, operand) => op == "-" && matches!(**operand, Expr::Number(_)),
        _ => false,
    }
}
