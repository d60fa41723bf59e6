//! Pieces of statement text that several kinds share.

use novate_sql::expr::Expr;

use crate::{Expression, Ident};

/// How wide a line may get before a list is broken into lines.
pub(super) const LINE: usize = 100;

/// `a, b, c`.
pub(super) fn columns(names: &[Ident]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// ` INCLUDE (a, b)`, or nothing.
pub(super) fn include(names: &[Ident]) -> String {
    if names.is_empty() { String::new() } else { format!(" INCLUDE ({})", columns(names)) }
}

/// A list in parentheses, an element a line.
pub(super) fn list(elements: &[String]) -> String {
    let lines: Vec<String> = elements.iter().map(|element| format!("    {element}")).collect();
    format!("(\n{}\n)", lines.join(",\n"))
}

/// An expression as `DEFAULT` takes it: in parentheses unless it is a single value or call, because the grammar allows
/// no `AND`, `IS` or `IN` there without them.
pub fn default_value(value: &Expression) -> String {
    let expr = value.spelling();
    if stands_alone(expr) { expr.to_string() } else { format!("({expr})") }
}

/// An expression as an index takes it: in parentheses unless it is a call.
pub fn index_key(key: &Expression) -> String {
    match key.spelling() {
        call @ Expr::Call { suffix: None, .. } => call.to_string(),
        expr => format!("({expr})"),
    }
}

fn stands_alone(expr: &Expr) -> bool {
    match expr {
        Expr::Null
        | Expr::Bool(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Bits(_)
        | Expr::Array(_)
        | Expr::Case { .. }
        | Expr::Call { suffix: None, .. } => true,
        // A cast puts its operand into parentheses where it needs them, except for what nobody has read.
        Expr::Cast(inner, _) => stands_alone(inner) || !matches!(**inner, Expr::Opaque(_)),
        Expr::Unary(operator, inner) => operator == "-" && matches!(**inner, Expr::Number(_)),
        Expr::Opaque(text) => !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
        _ => false,
    }
}
