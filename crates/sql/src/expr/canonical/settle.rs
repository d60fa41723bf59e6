//! Casts that PostgreSQL adds by itself: put in first, then taken out wherever it would put them in again.

use super::signature::{Concrete, Kind};
use super::typed::Typed;
use super::types::{Category, base, category, converts, is_preferred};
use crate::TypeName;
use crate::expr::Expr;

/// How the operands of something get their types.
pub(super) trait Resolve {
    /// What each operand becomes, and the type of the result; `None` where that is not certain.
    fn resolve(&self, kinds: &[Kind]) -> Option<Concrete>;
}

impl<F: Fn(&[Kind]) -> Option<Concrete>> Resolve for F {
    fn resolve(&self, kinds: &[Kind]) -> Option<Concrete> {
        self(kinds)
    }
}

/// The operands without the casts that `resolve` brings back, and the type of the result.
pub(super) fn settle(operands: Vec<Typed>, resolve: &dyn Resolve) -> (Vec<Typed>, Kind) {
    let Some(chosen) = resolve.resolve(&kinds(&operands)) else { return (operands, Kind::Mystery) };
    let full = elaborate(&operands, &chosen);
    let wanted = exprs(&full);
    let mut current = full;
    let constants = (0..current.len()).filter(|at| is_cast_constant(&current[*at]));
    let others = (0..current.len()).filter(|at| !is_cast_constant(&current[*at]));
    let order: Vec<usize> = constants.chain(others).collect();
    for at in order {
        let Some(bare) = current[at].peeled() else { continue };
        let mut attempt = current.clone();
        attempt[at] = bare;
        let restored = resolve.resolve(&kinds(&attempt)).map(|chosen| exprs(&elaborate(&attempt, &chosen)));
        if restored.as_ref() == Some(&wanted) {
            current = attempt;
        }
    }
    (current, chosen.result.map_or(Kind::Mystery, |ty| Kind::Known(base(&ty))))
}

fn is_cast_constant(operand: &Typed) -> bool {
    operand.is_cast_constant() || matches!(operand.expr, Expr::Array(_))
}

/// Values of one common type without the casts that bring it about. Constants lose theirs all together or not at all.
pub(super) fn settle_common(operands: Vec<Typed>) -> (Vec<Typed>, Kind) {
    let Some(chosen) = common(&kinds(&operands)) else { return (operands, Kind::Mystery) };
    let mut current = elaborate(&operands, &chosen);
    let wanted = exprs(&current);
    let constants: Vec<usize> = (0..current.len()).filter(|at| current[*at].is_cast_constant()).collect();
    let others = (0..current.len()).filter(|at| !current[*at].is_cast_constant()).map(|at| vec![at]);
    let groups: Vec<Vec<usize>> = std::iter::once(constants).chain(others).collect();
    for group in groups {
        let bare: Vec<(usize, Typed)> = group.iter().filter_map(|at| Some((*at, current[*at].peeled()?))).collect();
        if bare.is_empty() {
            continue;
        }
        let mut attempt = current.clone();
        for (at, bare) in bare {
            attempt[at] = bare;
        }
        let restored = common(&kinds(&attempt)).map(|chosen| exprs(&elaborate(&attempt, &chosen)));
        if restored.as_ref() == Some(&wanted) {
            current = attempt;
        }
    }
    (current, chosen.result.map_or(Kind::Mystery, Kind::Known))
}

fn kinds(operands: &[Typed]) -> Vec<Kind> {
    operands.iter().map(|operand| operand.kind.clone()).collect()
}

fn exprs(operands: &[Typed]) -> Vec<Expr> {
    operands.iter().map(|operand| operand.expr.clone()).collect()
}

fn elaborate(operands: &[Typed], chosen: &Concrete) -> Vec<Typed> {
    let cast = |(operand, ty): (&Typed, &Option<TypeName>)| match ty {
        Some(ty) => operand.clone().cast_to(ty),
        None => operand.clone(),
    };
    operands.iter().zip(&chosen.args).map(cast).collect()
}

/// The one type for the branches of `CASE`, the arguments of `COALESCE`, the elements of an array
/// (`select_common_type`).
pub(super) fn common(kinds: &[Kind]) -> Option<Concrete> {
    let mut best: Option<&TypeName> = None;
    for kind in kinds {
        let ty = match kind {
            Kind::Literal => continue,
            Kind::Mystery => return None,
            Kind::Known(ty) => ty,
        };
        best = Some(match best {
            None => ty,
            Some(best) if best == ty => best,
            Some(best) => {
                let own = category(best) == Category::User || category(best) != category(ty);
                if own {
                    return None;
                }
                if !is_preferred(best) && converts(best, ty) && !converts(ty, best) { ty } else { best }
            }
        });
    }
    let ty = best.cloned().unwrap_or_else(|| TypeName::builtin("text"));
    Some(Concrete::of(vec![Some(ty.clone()); kinds.len()], ty))
}
