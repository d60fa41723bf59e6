//! One form for all texts that PostgreSQL stores as the same thing.
//!
//! PostgreSQL gives every constant a type, puts casts where an operator or function needs them, turns `IN` and
//! `BETWEEN` into other operators, and prints all of that. Here the same is done to the written text as far as the
//! types are known (`settle`, with the choice of overloads in `signature`), and then every cast is taken out again that
//! PostgreSQL would put in by itself. So the text as written and the text as printed meet, and what is left is SQL
//! that means the same. Where a type is not known, casts stay: two texts may then be told apart that are the same, never
//! the other way.

mod calls;
mod catalog;
mod expansions;
mod interval;
mod json;
mod literal;
mod number;
mod operators;
mod settle;
mod signature;
mod time;
mod typed;
mod types;

pub(super) use calls::is_known;

use super::{Expr, TypeScope, regclass};
use crate::{Ident, TypeName};
use signature::Kind;
use typed::{Typed, is_constant};
use types::{base, is, is_number, is_steady, is_text};

/// The canonical form of an expression.
///
/// `expected` is the type that its value is assigned to (a column's, for a default or a generated column); constants
/// lose casts that the assignment makes anyway.
pub fn canonicalize(expr: &Expr, scope: &dyn TypeScope, expected: Option<&TypeName>) -> Expr {
    let typed = Canon { scope }.walk(expr);
    match expected {
        Some(ty) => assigned(typed, &scope.resolve_type(ty)),
        None => typed.expr,
    }
}

/// Whether a default is no default: `NULL`, also with casts. PostgreSQL stores `NULL::character varying(20)` for a column
/// of that type and nothing for one of type `text`; neither makes a difference to what is inserted.
pub fn is_null_default(expr: &Expr) -> bool {
    match expr {
        Expr::Null => true,
        Expr::Cast(operand, _) => is_null_default(operand),
        _ => false,
    }
}

/// The text that `interval` prints for a plain constant.
pub(super) fn interval_text(text: &str) -> Option<String> {
    interval::normalised(text, &[])
}

/// The text that `jsonb` prints for a constant.
pub(super) fn json_text(text: &str) -> Option<String> {
    json::normalised(text)
}

/// The text that `uuid` prints for a constant.
pub(super) fn uuid_text(text: &str) -> Option<String> {
    literal::uuid(text)
}

struct Canon<'a> {
    scope: &'a dyn TypeScope,
}

impl Canon<'_> {
    fn walk(&self, expr: &Expr) -> Typed {
        match expr {
            Expr::Null | Expr::String(_) => Typed::new(expr.clone(), Kind::Literal),
            Expr::Bool(_) => boolean(expr.clone()),
            Expr::Number(text) => number::constant(text).unwrap_or_else(|| Typed::mystery(expr.clone())),
            Expr::Bits(text) => bits(text),
            Expr::Column(parts) => self.column(parts),
            Expr::Star(_) | Expr::Opaque(_) => Typed::mystery(expr.clone()),
            Expr::Cast(operand, ty) => self.cast(operand, ty),
            Expr::Unary(op, operand) => self.unary(op, operand),
            Expr::Binary(left, op, right) => self.binary(left, op, right),
            Expr::Is(operand, words) => boolean(Expr::Is(Box::new(self.walk(operand).expr), words.clone())),
            Expr::Quantified { left, op, all, right } => self.quantified(left, op, *all, right),
            Expr::In { left, negated, list } => self.member(left, *negated, list),
            Expr::Between { operand, negated, symmetric, low, high } => {
                self.between(operand, *negated, *symmetric, low, high)
            }
            Expr::Call { name, args, suffix } => self.call(name, args, suffix.as_ref()),
            Expr::Array(elements) => self.array(elements),
            Expr::Row(fields) => Typed::row(fields.iter().map(|it| self.walk(it)).collect()),
            Expr::Subscript(base, from, to) => self.subscript(base, from.as_deref(), to.as_ref()),
            Expr::Field(base, name) => Typed::mystery(Expr::Field(Box::new(self.walk(base).expr), name.clone())),
            Expr::Case { operand, whens, otherwise } => self.case(operand.as_deref(), whens, otherwise.as_deref()),
            Expr::Collate(operand, collation) => {
                let inner = self.walk(operand);
                let inner = if inner.kind == Kind::Literal { inner.cast_to(&TypeName::builtin("text")) } else { inner };
                inner.collated(collation)
            }
        }
    }

    fn column(&self, parts: &[Ident]) -> Typed {
        let parts = match parts.split_last() {
            Some((name, qualifier)) if !qualifier.is_empty() && self.scope.is_own_table(qualifier) => {
                std::slice::from_ref(name)
            }
            _ => parts,
        };
        let kind =
            self.scope.column_type(parts).map_or(Kind::Mystery, |ty| Kind::Known(base(&self.scope.resolve_type(&ty))));
        Typed::new(Expr::Column(parts.to_vec()), kind)
    }

    fn cast(&self, operand: &Expr, ty: &TypeName) -> Typed {
        let ty = self.scope.resolve_type(ty);
        if let (true, Expr::String(text)) = (is(&ty, "regclass"), operand)
            && let Some(name) = regclass::parse(text)
        {
            return Typed::constant(&self.scope.resolve_relation(&name).to_string(), &ty);
        }
        self.walk(operand).cast_to(&ty)
    }

    fn subscript(&self, of: &Expr, from: Option<&Expr>, to: Option<&Option<Box<Expr>>>) -> Typed {
        let of = self.walk(of);
        let walk = |bound: &Expr| Box::new(self.walk(bound).expr);
        let kind = match (&of.kind, to) {
            (Kind::Known(ty), Some(_)) if ty.array => Kind::Known(ty.clone()),
            (Kind::Known(ty), None) if ty.array => Kind::Known(ty.element()),
            _ => Kind::Mystery,
        };
        let to = to.map(|bound| bound.as_deref().map(walk));
        Typed::new(Expr::Subscript(Box::new(of.expr), from.map(walk), to), kind)
    }
}

fn boolean(expr: Expr) -> Typed {
    Typed::of(expr, "boolean")
}

/// `X'F'` is `B'1111'`.
fn bits(text: &str) -> Typed {
    let expr = match text.strip_prefix("X'").and_then(|rest| rest.strip_suffix('\'')) {
        Some(digits) => {
            let bits: Option<Vec<String>> =
                digits.chars().map(|c| c.to_digit(16).map(|digit| format!("{digit:04b}"))).collect();
            bits.map_or_else(|| Expr::Bits(text.to_owned()), |bits| Expr::Bits(format!("B'{}'", bits.concat())))
        }
        None => Expr::Bits(text.to_owned()),
    };
    Typed::of(expr, "\"bit\"")
}

/// An expression that is assigned to a column of type `ty`.
fn assigned(typed: Typed, ty: &TypeName) -> Expr {
    let target = base(ty);
    if typed.kind == Kind::Literal {
        let cast = typed.cast_to(&target);
        return cast.peeled().map_or(cast.expr, |bare| bare.expr);
    }
    match &typed.expr {
        Expr::Cast(operand, own) if is_constant(operand) && is_steady(own) && is_assigned_alike(operand, own, ty) => {
            (**operand).clone()
        }
        _ => typed.expr,
    }
}

/// Whether a constant of type `own` and the bare constant become the same value of type `ty`.
fn is_assigned_alike(constant: &Expr, own: &TypeName, ty: &TypeName) -> bool {
    let target = base(ty);
    let fits = match (constant, ty.modifiers.first().map(|length| length.parse::<usize>())) {
        (Expr::String(text), Some(Ok(length))) if is_text(&target) => text.chars().count() <= length,
        _ => true,
    };
    let same = base(own) == target && (own.modifiers.is_empty() || (own.modifiers == ty.modifiers && fits));
    let texts = is_text(own) && is_text(&target) && own.modifiers.is_empty();
    let whole = match constant {
        Expr::Number(digits) => !digits.contains('.'),
        Expr::Unary(_, number) => matches!(&**number, Expr::Number(digits) if !digits.contains('.')),
        _ => false,
    };
    same || texts || (whole && own.modifiers.is_empty() && is_number(own) && is_number(&target))
}
