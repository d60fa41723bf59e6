//! Trees whose text is certain to be read as the same tree, so that nobody has to try: nearly all checks and defaults.

use super::{Expr, functions};
use crate::literal::ident_is_safe;
use crate::parse::quick_type;
use crate::{NameRef, TypeName};

impl Expr {
    /// Whether the text of this tree is read as this tree, as far as that can be told without reading it. `false` says
    /// nothing.
    pub fn surely_reads_back(&self) -> bool {
        match self {
            Self::Binary(left, op, right) if op == "AND" || op == "OR" => {
                left.surely_reads_back() && is_comparison(right)
            }
            other => is_comparison(other),
        }
    }
}

fn is_comparison(expr: &Expr) -> bool {
    let compares = |op: &str| matches!(op, "=" | "<>" | "<" | "<=" | ">" | ">=");
    match expr {
        Expr::Binary(left, op, right) => compares(op) && is_operand(left) && is_operand(right),
        Expr::Is(operand, words) => matches!(words.as_str(), "NULL" | "NOT NULL") && is_operand(operand),
        Expr::Quantified { left, op, right, .. } => {
            compares(op)
                && is_operand(left)
                && matches!(&**right, Expr::Array(elements) if elements.iter().all(is_constant))
        }
        Expr::In { left, list, .. } => is_operand(left) && !list.is_empty() && list.iter().all(is_constant),
        other => is_operand(other),
    }
}

fn is_operand(expr: &Expr) -> bool {
    match expr {
        Expr::Column(parts) => matches!(parts.as_slice(), [name] if ident_is_safe(name.as_str())),
        Expr::Call { name, args, suffix: None } => is_plain_function(name) && args.iter().all(is_operand),
        other => is_constant(other),
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Cast(inner, ty) => is_bare(inner) && is_plain_type(ty),
        other => is_bare(other),
    }
}

fn is_bare(expr: &Expr) -> bool {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'\'' | b'\\');
    match expr {
        Expr::Null | Expr::Bool(_) => true,
        Expr::Number(digits) => (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()),
        Expr::String(text) => text.bytes().all(plain),
        _ => false,
    }
}

fn is_plain_type(ty: &TypeName) -> bool {
    quick_type(&ty.to_string()).as_ref() == Some(ty)
}

/// No name that the grammar knows, nor one that has a form of its own.
fn is_plain_function(name: &NameRef) -> bool {
    let own = name.name.as_str();
    let has_form = functions::is_value(own)
        || functions::is_keyword(own)
        || matches!(own, "extract" | "overlaps" | "normalize" | "position" | "substring" | "overlay" | "trim");
    let schema =
        name.schema.as_ref().is_none_or(|schema| ident_is_safe(schema.as_str()) && schema.as_str() != "pg_catalog");
    ident_is_safe(own) && !has_form && schema
}
