//! `IN` and `BETWEEN`, which PostgreSQL stores as other operators.

use super::operators::{binary, compare, quantify};
use super::settle::common;
use super::signature::Kind;
use super::typed::Typed;
use super::{Canon, boolean};
use crate::expr::Expr;

/// How large an operand may be that is written out more than once. Larger ones stay as written, lest the text double with
/// every level of nesting.
const MAX_REPEATED: usize = 64;

impl Canon<'_> {
    pub(super) fn between(&self, operand: &Expr, negated: bool, symmetric: bool, low: &Expr, high: &Expr) -> Typed {
        let [operand, low, high] = [operand, low, high].map(|it| self.walk(it));
        if is_large(&operand) || (symmetric && (is_large(&low) || is_large(&high))) {
            let [operand, low, high] = [operand, low, high].map(|it| Box::new(it.expr));
            return boolean(Expr::Between { operand, negated, symmetric, low, high });
        }
        let compared = |op: &str, bound: &Typed| compare(operand.clone(), op, bound.clone()).expr;
        let within = |low: &Typed, high: &Typed| {
            if negated {
                binary(compared("<", low), "OR", compared(">", high))
            } else {
                binary(compared(">=", low), "AND", compared("<=", high))
            }
        };
        boolean(match (symmetric, negated) {
            (false, _) => within(&low, &high),
            (true, false) => binary(within(&low, &high), "OR", within(&high, &low)),
            (true, true) => binary(within(&low, &high), "AND", within(&high, &low)),
        })
    }

    /// `x IN (...)`: constants become one array, whatever holds a column is compared on its own.
    pub(super) fn member(&self, left: &Expr, negated: bool, list: &[Expr]) -> Typed {
        let (op, chain) = if negated { ("<>", "AND") } else { ("=", "OR") };
        let left = self.walk(left);
        let list: Vec<Typed> = list.iter().map(|it| self.walk(it)).collect();
        let is_row = left.fields().is_some();
        let (constants, others): (Vec<Typed>, Vec<Typed>) =
            list.iter().cloned().partition(|it| !is_row && !names_columns(&it.expr));
        let (constants, others) = if constants.len() < 2 { (Vec::new(), list.clone()) } else { (constants, others) };
        let times = others.len() + usize::from(!constants.is_empty());
        let array = if constants.is_empty() { None } else { array_like(&left, constants) };
        if (times > 1 && is_large(&left)) || (array.is_none() && times > others.len()) {
            let (left, list) = (Box::new(left.expr), list.into_iter().map(|it| it.expr).collect());
            return boolean(Expr::In { left, negated, list });
        }
        let members = array.map(|array| quantify(left.clone(), op, negated, array).expr);
        let compared = others.into_iter().map(|it| compare(left.clone(), op, it).expr);
        let parts = members.into_iter().chain(compared);
        boolean(parts.reduce(|chained, next| binary(chained, chain, next)).unwrap_or(Expr::Null))
    }
}

/// The constants as an array of what they and the left side have in common.
fn array_like(left: &Typed, constants: Vec<Typed>) -> Option<Typed> {
    let kinds: Vec<Kind> = std::iter::once(left).chain(&constants).map(|it| it.kind.clone()).collect();
    let own = &kinds[1..];
    let element = match common(&kinds) {
        Some(chosen) => chosen.result?,
        // Without the type of the left side, only constants with a type of their own mean the same in an array.
        None if own.iter().all(|kind| matches!(kind, Kind::Known(_))) => common(own)?.result?,
        None => return None,
    };
    Some(Typed::array(constants.into_iter().map(|it| it.cast_to(&element)).collect()))
}

fn is_large(operand: &Typed) -> bool {
    let mut size = 0_usize;
    operand.expr.visit(&mut |_| size += 1);
    size > MAX_REPEATED
}

fn names_columns(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= matches!(part, Expr::Column(_) | Expr::Star(_) | Expr::Opaque(_)));
    found
}
