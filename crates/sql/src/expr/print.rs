//! Expressions as SQL, with no more parentheses than PostgreSQL needs to read the same tree back.

use std::fmt::{self, Display, Formatter};

use super::climb::{AND, ATOM, CAST, COLLATE, COMPARISON, IS, LIKE, NOT, OR, OTHER, SIGN, level};
use super::{Expr, functions};
use crate::literal::ident_is_safe;
use crate::{Ident, Literal};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) | Self::Bits(text) | Self::Opaque(text) => f.write_str(text),
            Self::String(text) => write!(f, "{}", Literal(text)),
            Self::Column(parts) => dotted(f, parts),
            Self::Star(parts) if parts.is_empty() => f.write_str("*"),
            Self::Star(parts) => {
                dotted(f, parts)?;
                f.write_str(".*")
            }
            Self::Cast(operand, ty) => write!(f, "{}::{ty}", At(operand, CAST)),
            Self::Unary(op, operand) => unary(f, op, operand),
            Self::Binary(left, op, right) => {
                let level = level(op);
                write!(f, "{} {op} {}", At(left, left_level(level)), At(right, level + 1))
            }
            Self::Is(operand, words) => write!(f, "{} IS {words}", At(operand, left_level(IS))),
            Self::Quantified { left, op, all, right } => {
                let word = if *all { "ALL" } else { "ANY" };
                write!(f, "{} {op} {word} ", At(left, left_level(level(op))))?;
                match &**right {
                    Self::Opaque(query) if query.starts_with('(') => f.write_str(query),
                    right => write!(f, "({right})"),
                }
            }
            Self::In { left, negated, list } => {
                let not = if *negated { "NOT " } else { "" };
                write!(f, "{} {not}IN ({})", At(left, LIKE + 1), List(list))
            }
            Self::Between { operand, negated, symmetric, low, high } => {
                let not = if *negated { "NOT " } else { "" };
                let symmetric = if *symmetric { "SYMMETRIC " } else { "" };
                let (low, high) = (At(low, OTHER), At(high, OTHER));
                let operand = At(operand, if ends_in_collation(operand) { ATOM } else { LIKE + 1 });
                write!(f, "{operand} {not}BETWEEN {symmetric}{low} AND {high}")
            }
            Self::Call { name, args, suffix } => {
                match (&name.schema, args.as_slice()) {
                    (None, []) if functions::is_value(name.name.as_str()) => {
                        f.write_str(&name.name.as_str().to_ascii_uppercase())?;
                    }
                    (None, [Self::String(field), of]) if name.name.as_str() == "extract" && ident_is_safe(field) => {
                        write!(f, "EXTRACT({field} FROM {of})")?;
                    }
                    _ if is_overlaps(self) => write!(f, "({}) OVERLAPS ({})", List(&args[..2]), List(&args[2..]))?,
                    (None, _) if functions::is_keyword(name.name.as_str()) => {
                        write!(f, "{}({})", name.name.as_str().to_ascii_uppercase(), List(args))?;
                    }
                    _ => write!(f, "{name}({})", List(args))?,
                }
                suffix.as_ref().map_or(Ok(()), |suffix| write!(f, " {suffix}"))
            }
            Self::Array(elements) => write!(f, "ARRAY[{}]", List(elements)),
            Self::Row(fields) => write!(f, "ROW({})", List(fields)),
            Self::Subscript(base, from, to) => {
                write!(f, "{}[{}", Base(base), Maybe(from.as_deref()))?;
                if let Some(to) = to {
                    write!(f, ":{}", Maybe(to.as_deref()))?;
                }
                f.write_str("]")
            }
            Self::Field(base, name) => match &**base {
                Self::Field(..) | Self::Subscript(..) => write!(f, "{base}.{name}"),
                _ => write!(f, "({base}).{name}"),
            },
            Self::Case { operand, whens, otherwise } => {
                f.write_str("CASE")?;
                if let Some(operand) = operand {
                    write!(f, " {operand}")?;
                }
                for (condition, value) in whens {
                    write!(f, " WHEN {condition} THEN {value}")?;
                }
                if let Some(otherwise) = otherwise {
                    write!(f, " ELSE {otherwise}")?;
                }
                f.write_str(" END")
            }
            Self::Collate(operand, name) => write!(f, "{} COLLATE {name}", At(operand, COLLATE)),
        }
    }
}

/// The level that a whole expression binds at.
fn binds_at(expr: &Expr) -> u8 {
    match expr {
        Expr::Cast(..) => CAST,
        Expr::Unary(op, _) => match op.as_str() {
            "-" | "+" => SIGN,
            "NOT" => NOT,
            _ => OTHER,
        },
        Expr::Binary(_, op, _) | Expr::Quantified { op, .. } => level(op),
        Expr::Is(..) => IS,
        Expr::In { .. } => LIKE,
        // The parser reads on too far after a BETWEEN.
        Expr::Between { .. } => 0,
        Expr::Collate(..) => COLLATE,
        _ if is_overlaps(expr) => OTHER,
        _ => ATOM,
    }
}

/// Whether the last thing printed is a collation, whose name the parser takes the word BETWEEN to follow.
fn ends_in_collation(expr: &Expr) -> bool {
    match expr {
        Expr::Collate(..) => true,
        Expr::Unary(_, last) | Expr::Binary(_, _, last) => ends_in_collation(last),
        _ => false,
    }
}

/// Whether this is `(a, b) OVERLAPS (c, d)`, which has no other spelling in every version.
fn is_overlaps(expr: &Expr) -> bool {
    match expr {
        Expr::Call { name, args, .. } => name.schema.is_none() && name.name.as_str() == "overlaps" && args.len() == 4,
        _ => false,
    }
}

/// What the left operand must bind at: a chain of comparisons is no SQL, other operators group to the left. Before IS, a
/// comparison is put in parentheses too, as PostgreSQL does.
fn left_level(level: u8) -> u8 {
    match level {
        IS => OTHER,
        COMPARISON | LIKE => level + 1,
        _ => level,
    }
}

fn unary(f: &mut Formatter<'_>, op: &str, operand: &Expr) -> fmt::Result {
    match op {
        // Not needed, but nobody should have to know how tightly NOT binds.
        "NOT" => write!(f, "NOT {}", At(operand, ATOM)),
        "VARIADIC" => write!(f, "VARIADIC {operand}"),
        // Two signs in a row would start a comment.
        _ if matches!(operand, Expr::Unary(..)) => write!(f, "{op} ({operand})"),
        "-" | "+" => write!(f, "{op}{}", At(operand, SIGN)),
        _ => write!(f, "{op} {}", At(operand, OTHER + 1)),
    }
}

/// An operand where at least a certain level is needed.
struct At<'a>(&'a Expr, u8);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let At(expr, min) = self;
        if binds_at(expr) < *min { write!(f, "({expr})") } else { write!(f, "{expr}") }
    }
}

/// What a subscript may follow without parentheses.
struct Base<'a>(&'a Expr);

impl Display for Base<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expr::Column(_) | Expr::Subscript(..) | Expr::Field(..) => write!(f, "{}", self.0),
            other => write!(f, "({other})"),
        }
    }
}

struct List<'a>(&'a [Expr]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, expr) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{expr}")?;
        }
        Ok(())
    }
}

struct Maybe<'a>(Option<&'a Expr>);

impl Display for Maybe<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |expr| write!(f, "{expr}"))
    }
}

fn dotted(f: &mut Formatter<'_>, parts: &[Ident]) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(".")?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

// The printer relies on the order of the two loosest levels when it leaves AND inside OR without parentheses.
const _: () = assert!(OR < AND);
