//! The bounds of partitions, as PostgreSQL prints them.
//!
//! A bound's values take the types of the partition key: `FOR VALUES IN (1)` for a text column holds `'1'`. What a
//! time zone decides is read as UTC, which is what migrations run in.

use novate_sql::Literal;
use novate_sql::expr::{Expr, canonicalize, parse_expr};

use super::partition_key::{parts, split};
use super::{Interpreter, Outcome};
use crate::{QName, TypeName};

impl Interpreter {
    /// A bound of a partition of `parent`, in one spelling.
    pub(super) fn bound(&self, parent: &QName, written: &str) -> Outcome<String> {
        let table = self.table(parent)?;
        let Some(key) = table.partition_by.as_deref() else { return Ok(written.to_owned()) };
        let Some((strategy, elements)) = parts(key) else { return Ok(written.to_owned()) };
        let types: Vec<Option<TypeName>> = split(elements, ',')
            .into_iter()
            .map(|element| {
                let name = match parse_expr(element).ok()?.expr {
                    Expr::Column(parts) => parts.last().cloned()?,
                    _ => return None,
                };
                table.columns.get(&name).map(|column| column.ty.clone())
            })
            .collect();
        let is_list = match strategy.to_ascii_uppercase().as_str() {
            "LIST" => true,
            "RANGE" => false,
            _ => return Ok(hash_bound(written)),
        };
        let mut out = String::with_capacity(written.len() + 16);
        let mut rest = written;
        // Outside the brackets stand keywords only.
        while let Some((before, after)) = rest.split_once('(') {
            out.push_str(before);
            out.push('(');
            let inside = split(after, ')').first().copied().unwrap_or(after);
            let values = split(inside, ',').into_iter().enumerate().map(|(at, value)| {
                // A list has one key for all of its values.
                let ty = types.get(if is_list { 0 } else { at }).and_then(Option::as_ref);
                self.bound_value(parent, value.trim(), ty)
            });
            out.push_str(&values.collect::<Vec<_>>().join(", "));
            rest = after.get(inside.len()..).unwrap_or("");
        }
        out.push_str(rest);
        Ok(out)
    }

    fn bound_value(&self, parent: &QName, written: &str, ty: Option<&TypeName>) -> String {
        let upper = written.to_ascii_uppercase();
        if matches!(upper.as_str(), "MINVALUE" | "MAXVALUE" | "NULL") {
            return upper;
        }
        let (Some(ty), Ok(parsed)) = (ty, parse_expr(written)) else { return written.to_owned() };
        if ty.is_builtin()
            && ty.name.as_str() == "timestamp with time zone"
            && let Some(text) = constant(&parsed.expr)
        {
            let plain = TypeName::builtin("timestamp without time zone");
            let zone = ["+00:00", "+00", "Z", " UTC"].iter().find_map(|zone| text.strip_suffix(zone));
            let local = zone.unwrap_or(text);
            let as_plain = canonicalize(&Expr::String(local.to_owned()), &self.scope(parent), Some(&plain));
            if let Expr::String(stamp) = as_plain
                && stamp.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b' ' | b'.'))
            {
                return Literal(&format!("{stamp}+00")).to_string();
            }
            return Literal(text).to_string();
        }
        // A number assigned to text becomes its text.
        let number = match &parsed.expr {
            Expr::Number(number) if is_text(ty) => Some(Expr::String(number.clone())),
            _ => None,
        };
        let canonical = canonicalize(number.as_ref().unwrap_or(&parsed.expr), &self.scope(parent), Some(ty));
        printed(&canonical, ty).unwrap_or_else(|| written.to_owned())
    }
}

/// `FOR VALUES WITH (modulus 4, remainder 0)`, in this order.
fn hash_bound(written: &str) -> String {
    let words: Vec<&str> =
        written.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(name))?;
        words.get(at + 1).copied()
    };
    match (after("modulus"), after("remainder")) {
        (Some(modulus), Some(remainder)) => format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})"),
        _ => written.to_owned(),
    }
}

fn is_text(ty: &TypeName) -> bool {
    ty.is_builtin() && matches!(ty.name.as_str(), "text" | "character varying" | "character" | "name")
}

/// The text of a constant, casts aside.
fn constant(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String(text) => Some(text),
        Expr::Cast(inner, _) => constant(inner),
        _ => None,
    }
}

/// A constant without its type. Source: `get_const_expr` in `ruleutils.c`.
fn printed(expr: &Expr, ty: &TypeName) -> Option<String> {
    let bare =
        matches!(ty.name.as_str(), "integer" | "numeric" | "real" | "double precision" | "oid") && ty.is_builtin();
    Some(match expr {
        Expr::Number(number) if bare => number.clone(),
        Expr::Number(number) => Literal(number).to_string(),
        Expr::Unary(sign, inner) if sign == "-" => match &**inner {
            Expr::Number(number) => Literal(&format!("-{number}")).to_string(),
            _ => return None,
        },
        Expr::Bool(value) => value.to_string(),
        Expr::String(text) => Literal(text).to_string(),
        Expr::Cast(inner, _) => return printed(inner, ty),
        _ => return None,
    })
}
