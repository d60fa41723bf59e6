//! An expression with its type, and the casts that PostgreSQL puts around it.

use super::literal;
use super::settle::{common, settle_common};
use super::signature::Kind;
use super::types::{Category, base, category, is, is_steady, is_text};
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
    /// The elements or fields, where the expression is an array or a row of some.
    parts: Vec<Self>,
}

impl Typed {
    /// An expression that is no cast.
    pub(super) fn new(expr: Expr, kind: Kind) -> Self {
        Self { expr, kind, under: Kind::Mystery, parts: Vec::new() }
    }

    /// A string constant cast to `ty`.
    pub(super) fn constant(text: &str, ty: &TypeName) -> Self {
        let expr = Expr::Cast(Box::new(Expr::String(text.to_owned())), written(ty));
        Self { under: Kind::Literal, ..Self::new(expr, Kind::Known(base(ty))) }
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
            Expr::Array(_) if ty.array && !self.parts.is_empty() => {
                let is_nested = self.parts.iter().any(|part| matches!(part.expr, Expr::Array(_)));
                let element = if is_nested { ty.clone() } else { ty.element() };
                Self::array(self.parts.into_iter().map(|part| part.cast_to(&element)).collect())
            }
            // The cast goes below the collation, which is lost where the type has none.
            Expr::Collate(operand, collation) if target.is_builtin() => {
                let inner = Self { under: self.under, parts: self.parts, ..Self::new(*operand, self.kind) }.cast_to(ty);
                if category(&target.element()) == Category::Text { inner.collated(&collation) } else { inner }
            }
            // 'x'::varchar::text is 'x'::text.
            Expr::Cast(operand, first) if changes_nothing(&operand, &first, ty) => {
                Self::new(*operand, self.under).cast_to(ty)
            }
            expr => {
                let cast = Expr::Cast(Box::new(expr), written(ty));
                Self { under: self.kind, ..Self::new(cast, Kind::Known(target)) }
            }
        }
    }

    /// `ROW(...)` of fields in canonical form.
    pub(super) fn row(fields: Vec<Self>) -> Self {
        let expr = Expr::Row(fields.iter().map(|field| field.expr.clone()).collect());
        Self { parts: fields, ..Self::mystery(expr) }
    }

    /// The fields, where this is a row.
    pub(super) fn fields(&self) -> Option<&[Self]> {
        matches!(self.expr, Expr::Row(_)).then_some(self.parts.as_slice())
    }

    /// `ARRAY[...]` of elements in canonical form.
    pub(super) fn array(elements: Vec<Self>) -> Self {
        if elements.is_empty() {
            return Self::mystery(Expr::Array(Vec::new()));
        }
        let (parts, kind) = settle_common(elements);
        Self::array_as_it_is(parts, kind)
    }

    fn array_as_it_is(parts: Vec<Self>, element: Kind) -> Self {
        let expr = Expr::Array(parts.iter().map(|part| part.expr.clone()).collect());
        let kind = match element {
            Kind::Known(ty) => Kind::Known(TypeName { array: true, ..ty }),
            other => other,
        };
        Self { parts, ..Self::new(expr, kind) }
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
            // An array of constants loses their casts all at once, if it then is an array of something.
            Expr::Array(_) => {
                let bare = self.parts.iter().map(|part| part.peeled().filter(|_| part.is_cast_constant()));
                let parts: Vec<Self> =
                    bare.zip(&self.parts).map(|(bare, part)| bare.unwrap_or_else(|| part.clone())).collect();
                let kinds: Vec<Kind> = parts.iter().map(|part| part.kind.clone()).collect();
                let element = common(&kinds)?.result?;
                let array = Self::array_as_it_is(parts, Kind::Known(element));
                (array.expr != self.expr).then_some(array)
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
