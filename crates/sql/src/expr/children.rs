//! The parts that an expression directly consists of.

use super::Expr;

impl Expr {
    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Bits(_)
            | Self::Column(_)
            | Self::Star(_)
            | Self::Opaque(_) => Vec::new(),
            Self::Cast(operand, _)
            | Self::Unary(_, operand)
            | Self::Is(operand, _)
            | Self::Field(operand, _)
            | Self::Collate(operand, _) => vec![operand],
            // The name of a named argument is no expression.
            Self::Binary(_, op, value) if op == "=>" => vec![value],
            Self::Binary(left, _, right) | Self::Quantified { left, right, .. } => vec![left, right],
            Self::In { left, list, .. } => std::iter::once(&**left).chain(list).collect(),
            Self::Between { operand, low, high, .. } => vec![operand, low, high],
            Self::Call { args: list, .. } | Self::Array(list) | Self::Row(list) => list.iter().collect(),
            Self::Subscript(base, from, to) => {
                let bounds = from.iter().chain(to.iter().flatten());
                std::iter::once(&**base).chain(bounds.map(|bound| &**bound)).collect()
            }
            Self::Case { operand, whens, otherwise } => {
                let whens = whens.iter().flat_map(|(condition, value)| [condition, value]);
                operand.as_deref().into_iter().chain(whens).chain(otherwise.as_deref()).collect()
            }
        }
    }

    pub(super) fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Bits(_)
            | Self::Column(_)
            | Self::Star(_)
            | Self::Opaque(_) => Vec::new(),
            Self::Cast(operand, _)
            | Self::Unary(_, operand)
            | Self::Is(operand, _)
            | Self::Field(operand, _)
            | Self::Collate(operand, _) => vec![operand],
            Self::Binary(left, op, right) => {
                let name = if op == "=>" { None } else { Some(left) };
                name.into_iter().chain([right]).map(|operand| &mut **operand).collect()
            }
            Self::Quantified { left, right, .. } => vec![left, right],
            Self::In { left, list, .. } => std::iter::once(&mut **left).chain(list).collect(),
            Self::Between { operand, low, high, .. } => vec![operand, low, high],
            Self::Call { args: list, .. } | Self::Array(list) | Self::Row(list) => list.iter_mut().collect(),
            Self::Subscript(base, from, to) => {
                let bounds = from.as_deref_mut().into_iter().chain(to.iter_mut().filter_map(Option::as_deref_mut));
                std::iter::once(&mut **base).chain(bounds).collect()
            }
            Self::Case { operand, whens, otherwise } => {
                let whens = whens.iter_mut().flat_map(|(condition, value)| [condition, value]);
                operand.as_deref_mut().into_iter().chain(whens).chain(otherwise.as_deref_mut()).collect()
            }
        }
    }
}
