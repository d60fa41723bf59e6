//! Operators: their casts, and the forms of them that are only another spelling.

use super::catalog;
use super::settle::{Resolve, settle};
use super::signature::{Concrete, Kind, choose};
use super::typed::Typed;
use super::types::is_integer;
use super::{Canon, boolean, number};
use crate::TypeName;
use crate::expr::Expr;

/// How the operands of an operator get their types.
pub(super) struct Operator<'a>(pub(super) &'a str);

impl Resolve for Operator<'_> {
    fn resolve(&self, kinds: &[Kind]) -> Option<Concrete> {
        let signatures = catalog::operator(self.0);
        // An open literal is first taken to be of the other side's type.
        let alike = match kinds {
            [Kind::Literal, Kind::Known(ty)] | [Kind::Known(ty), Kind::Literal] => Some(ty),
            _ => None,
        };
        let exact = alike.and_then(|ty| {
            let both = [Kind::Known(ty.clone()), Kind::Known(ty.clone())];
            signatures.iter().find(|it| it.declares(&[ty, ty])).and_then(|it| it.concrete(&both))
        });
        exact.or_else(|| choose(signatures, kinds))
    }
}

/// Whether this compares two values, the same for all types of numbers.
fn is_comparison(op: &str) -> bool {
    matches!(op, "=" | "<>" | "<" | "<=" | ">" | ">=")
}

impl Canon<'_> {
    pub(super) fn unary(&self, op: &str, operand: &Expr) -> Typed {
        let inner = self.walk(operand);
        let whole = |inner: Expr| Expr::Unary(op.to_owned(), Box::new(inner));
        match (op, &inner.expr) {
            ("NOT", _) => boolean(whole(inner.expr)),
            // PostgreSQL's grammar reads -1 as one constant.
            ("-", Expr::Number(digits)) => number::signed(true, digits),
            ("-", Expr::Cast(constant, ty)) => match (&**constant, number_of(&inner)) {
                (Expr::Number(digits), true) => number::signed(true, digits).cast_to(ty),
                _ => prefix(op, inner),
            },
            ("VARIADIC", _) => Typed::mystery(whole(inner.expr)),
            _ => prefix(op, inner),
        }
    }

    pub(super) fn binary(&self, left: &Expr, op: &str, right: &Expr) -> Typed {
        match op {
            "AND" | "OR" => self.chain(left, op, right),
            "IS DISTINCT FROM" | "IS NOT DISTINCT FROM" => self.distinct(left, op, right),
            "AT TIME ZONE" => self.at_time_zone(left, right),
            "=>" => Typed::mystery(binary(left.clone(), op, self.walk(right).expr)),
            _ => compare(self.walk(left), op, self.walk(right)),
        }
    }

    /// `a AND b AND c` in one chain, however it was nested.
    fn chain(&self, left: &Expr, op: &str, right: &Expr) -> Typed {
        let mut parts = Vec::new();
        // The nesting on the left can be as high as the tree, so it is not recursed into.
        let mut waiting = vec![right, left];
        while let Some(next) = waiting.pop() {
            match next {
                Expr::Binary(left, inner, right) if inner == op => waiting.extend([&**right, &**left]),
                other => flatten(self.condition(other), op, &mut parts),
            }
        }
        let chained = parts.into_iter().reduce(|chain, next| binary(chain, op, next));
        boolean(chained.unwrap_or(Expr::Null))
    }

    /// An expression where a boolean is wanted.
    pub(super) fn condition(&self, expr: &Expr) -> Expr {
        let typed = self.walk(expr);
        match (&typed.kind, &typed.expr) {
            (Kind::Literal, Expr::String(_)) => typed.cast_to(&TypeName::builtin("boolean")).expr,
            _ => typed.expr,
        }
    }

    fn distinct(&self, left: &Expr, op: &str, right: &Expr) -> Typed {
        let negated = op == "IS NOT DISTINCT FROM";
        let (left, right) = (self.walk(left), self.walk(right));
        let tested = match (&left.expr, &right.expr) {
            (_, Expr::Null) => Some(left.expr.clone()),
            (Expr::Null, _) => Some(right.expr.clone()),
            _ => None,
        };
        if let Some(tested) = tested {
            let words = if negated { "NULL" } else { "NOT NULL" };
            return boolean(Expr::Is(Box::new(tested), words.to_owned()));
        }
        let is_null = |it: &Typed| matches!(&it.expr, Expr::Cast(operand, _) if matches!(**operand, Expr::Null));
        // Without its cast, a NULL would be tested in another way.
        let (left, right) = if is_null(&left) || is_null(&right) {
            (left, right)
        } else {
            let (left, right, _) = pair(left, "=", right);
            (left, right)
        };
        let distinct = binary(left.expr, "IS DISTINCT FROM", right.expr);
        boolean(if negated { Expr::Unary("NOT".to_owned(), Box::new(distinct)) } else { distinct })
    }

    pub(super) fn at_time_zone(&self, time: &Expr, zone: &Expr) -> Typed {
        let resolve = |kinds: &[Kind]| choose(catalog::function("timezone"), kinds);
        let (operands, kind) = settle(vec![self.walk(zone), self.walk(time)], &resolve);
        match <[Typed; 2]>::try_from(operands) {
            Ok([zone, time]) => Typed::new(binary(time.expr, "AT TIME ZONE", zone.expr), kind),
            Err(_) => Typed::mystery(Expr::Null),
        }
    }

    pub(super) fn quantified(&self, left: &Expr, op: &str, all: bool, right: &Expr) -> Typed {
        quantify(self.walk(left), op, all, self.walk(right))
    }
}

fn prefix(op: &str, inner: Typed) -> Typed {
    let (mut operands, kind) = settle(vec![inner], &Operator(op));
    match operands.pop() {
        Some(only) => Typed::new(Expr::Unary(op.to_owned(), Box::new(only.expr)), kind),
        None => Typed::mystery(Expr::Null),
    }
}

/// `a op b` of operands in canonical form; `(a, b) = (1, 2)` is `a = 1 AND b = 2`.
pub(super) fn compare(left: Typed, op: &str, right: Typed) -> Typed {
    let chain = match op {
        "=" => "AND",
        "<>" => "OR",
        _ => return infix(left, op, right),
    };
    match (left.fields(), right.fields()) {
        (Some(a), Some(b)) if a.len() == b.len() && !a.is_empty() => {
            let pairs = a.iter().zip(b).map(|(a, b)| compare(a.clone(), op, b.clone()).expr);
            boolean(pairs.reduce(|chained, next| binary(chained, chain, next)).unwrap_or(Expr::Null))
        }
        _ => infix(left, op, right),
    }
}

fn infix(left: Typed, op: &str, right: Typed) -> Typed {
    let (left, right, kind) = pair(left, op, right);
    Typed::new(binary(left.expr, op, right.expr), kind)
}

/// The two operands of an operator, settled.
pub(super) fn pair(left: Typed, op: &str, right: Typed) -> (Typed, Typed, Kind) {
    let resolve = Operator(op);
    let (mut operands, kind) = settle(vec![left, right], &resolve);
    if is_comparison(op) {
        plain_integers(&mut operands);
    }
    match <[Typed; 2]>::try_from(operands) {
        Ok([left, right]) => (left, right, kind),
        Err(_) => (Typed::mystery(Expr::Null), Typed::mystery(Expr::Null), kind),
    }
}

/// `a op ANY (b)` of operands in canonical form.
pub(super) fn quantify(left: Typed, op: &str, all: bool, right: Typed) -> Typed {
    // The operator sees an element of the array.
    let resolve = |kinds: &[Kind]| {
        let [left, right] = kinds else { return None };
        let element = match right {
            Kind::Known(ty) if ty.array => Kind::Known(ty.element()),
            Kind::Known(_) => return None,
            open => open.clone(),
        };
        let mut chosen = Operator(op).resolve(&[left.clone(), element])?;
        let last = chosen.args.last_mut()?;
        *last = last.take().map(|ty| TypeName { array: true, ..ty });
        Some(chosen)
    };
    let (mut operands, _) = settle(vec![left, right], &resolve);
    if is_comparison(op) {
        plain_integers(&mut operands);
    }
    let right = operands.pop().map_or(Expr::Null, |it| it.expr);
    let left = operands.pop().map_or(Expr::Null, |it| it.expr);
    boolean(Expr::Quantified { left: Box::new(left), op: op.to_owned(), all, right: Box::new(right) })
}

/// `a op b`.
pub(super) fn binary(left: Expr, op: &str, right: Expr) -> Expr {
    Expr::Binary(Box::new(left), op.to_owned(), Box::new(right))
}

fn flatten(expr: Expr, op: &str, parts: &mut Vec<Expr>) {
    match expr {
        Expr::Binary(left, inner, right) if inner == op => {
            flatten(*left, op, parts);
            flatten(*right, op, parts);
        }
        other => parts.push(other),
    }
}

fn number_of(typed: &Typed) -> bool {
    matches!(&typed.kind, Kind::Known(ty) if super::types::is_number(ty))
}

/// Comparing integers, it does not matter which integer type a constant has.
fn plain_integers(operands: &mut [Typed]) {
    let is_integers = |typed: &Typed| match &typed.kind {
        Kind::Known(ty) => is_integer(&ty.element()),
        _ => false,
    };
    if operands.iter().all(is_integers) {
        for operand in operands {
            operand.expr = match std::mem::replace(&mut operand.expr, Expr::Null) {
                Expr::Array(elements) => Expr::Array(elements.into_iter().map(plain_integer).collect()),
                other => plain_integer(other),
            };
        }
    }
}

fn plain_integer(expr: Expr) -> Expr {
    match expr {
        Expr::Cast(operand, ty) if is_integer(&ty) => match *operand {
            Expr::Number(ref digits) if !digits.contains('.') => *operand,
            Expr::Unary(ref op, ref number)
                if op == "-" && matches!(**number, Expr::Number(ref it) if !it.contains('.')) =>
            {
                *operand
            }
            operand => Expr::Cast(Box::new(operand), ty),
        },
        other => other,
    }
}
