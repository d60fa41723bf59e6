//! Precedence climbing by the table in PostgreSQL's `gram.y`.

use std::collections::VecDeque;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Expr;
use super::items::Item;
use super::lower::{Lowering, call};
use crate::NameRef;

// Looser operators have smaller levels.
pub(super) const OR: u8 = 1;
pub(super) const AND: u8 = 2;
pub(super) const NOT: u8 = 3;
pub(super) const IS: u8 = 4;
pub(super) const COMPARISON: u8 = 5;
pub(super) const LIKE: u8 = 6;
pub(super) const OTHER: u8 = 8;
pub(super) const SUM: u8 = 9;
pub(super) const PRODUCT: u8 = 10;
pub(super) const POWER: u8 = 11;
pub(super) const AT: u8 = 12;
pub(super) const COLLATE: u8 = 13;
pub(super) const SIGN: u8 = 14;
pub(super) const CAST: u8 = 16;
pub(super) const ATOM: u8 = 17;

/// How tightly an infix or postfix operator binds, by its text.
pub(super) fn level(operator: &str) -> u8 {
    match operator {
        "OR" => OR,
        "AND" => AND,
        "<" | ">" | "=" | "<=" | ">=" | "<>" | "!=" => COMPARISON,
        "IN" | "NOT IN" | "BETWEEN" | "NOT" | "LIKE" | "NOT LIKE" | "ILIKE" | "NOT ILIKE" | "SIMILAR TO"
        | "NOT SIMILAR TO" => LIKE,
        "+" | "-" => SUM,
        "*" | "/" | "%" => PRODUCT,
        "^" => POWER,
        "AT TIME ZONE" | "AT LOCAL" => AT,
        "COLLATE" => COLLATE,
        "::" => CAST,
        "ISNULL" | "NOTNULL" => IS,
        words if words.starts_with("IS") => IS,
        _ => OTHER,
    }
}

/// Builds the tree of a run; `None` where it is not one that PostgreSQL would read.
pub(super) fn climb(items: Vec<Item>, lowering: Lowering) -> Option<Expr> {
    let mut climber = Climber { items: items.into(), lowering };
    let expr = climber.expression(0)?;
    climber.items.is_empty().then_some(expr)
}

struct Climber {
    items: VecDeque<Item>,
    lowering: Lowering,
}

impl Climber {
    fn expression(&mut self, min: u8) -> Option<Expr> {
        let mut left = self.prefixed()?;
        while let Some(level) = self.next_level() {
            if level < min {
                break;
            }
            left = match self.items.pop_front()? {
                Item::Operator(op) => self.operation(left, &op)?,
                Item::Qualified(op) => self.infix(left, op, OTHER)?,
                _ => return None,
            };
        }
        Some(left)
    }

    fn next_level(&self) -> Option<u8> {
        match self.items.front()? {
            // The end of a LIKE's pattern and of a BETWEEN's lower bound.
            Item::Operator(op) if op == "ESCAPE" => None,
            Item::Operator(op) => Some(level(op)),
            Item::Qualified(_) => Some(OTHER),
            _ => None,
        }
    }

    fn prefixed(&mut self) -> Option<Expr> {
        let (op, level) = match self.items.pop_front()? {
            Item::Operand(node) => return Some(self.lowering.operand(&node)),
            Item::Operator(op) => {
                let level = match op.as_str() {
                    "-" | "+" => SIGN,
                    "NOT" => NOT,
                    word if word.starts_with(|c: char| c.is_ascii_alphabetic()) => return None,
                    _ => OTHER + 1,
                };
                (op, level)
            }
            Item::Qualified(op) => (op, OTHER + 1),
            Item::Type(_) | Item::Collation(_) => return None,
        };
        Some(Expr::Unary(op, Box::new(self.expression(level)?)))
    }

    fn operation(&mut self, left: Expr, op: &str) -> Option<Expr> {
        match op {
            "::" => match self.items.pop_front()? {
                Item::Type(ty) => Some(Expr::Cast(Box::new(left), crate::parse::lower_type(&ty))),
                _ => None,
            },
            "COLLATE" => match self.items.pop_front()? {
                Item::Collation(name) => Some(Expr::Collate(Box::new(left), name)),
                _ => None,
            },
            "AT LOCAL" => Some(call("timezone", vec![left])),
            "ISNULL" => Some(Expr::Is(Box::new(left), "NULL".to_owned())),
            "NOTNULL" => Some(Expr::Is(Box::new(left), "NOT NULL".to_owned())),
            "IS" | "IS NOT" => self.is(left, op),
            "IS DISTINCT FROM" | "IS NOT DISTINCT FROM" => self.infix(left, op.to_owned(), IS),
            "IN" | "NOT IN" => self.member(left, op == "NOT IN"),
            "BETWEEN" => self.between(left, false),
            "NOT" => match self.items.pop_front()? {
                Item::Operator(next) if next == "BETWEEN" => self.between(left, true),
                _ => None,
            },
            "LIKE" => self.pattern(left, "~~", "like_escape"),
            "NOT LIKE" => self.pattern(left, "!~~", "like_escape"),
            "ILIKE" => self.pattern(left, "~~*", "like_escape"),
            "NOT ILIKE" => self.pattern(left, "!~~*", "like_escape"),
            "SIMILAR TO" => self.pattern(left, "~", "similar_to_escape"),
            "NOT SIMILAR TO" => self.pattern(left, "!~", "similar_to_escape"),
            "OVERLAPS" => self.overlaps(left),
            "OR" | "AND" | "AT TIME ZONE" => self.infix(left, op.to_owned(), level(op)),
            "!=" => self.infix(left, "<>".to_owned(), COMPARISON),
            word if word.starts_with("IS ") => Some(Expr::Is(Box::new(left), word["IS ".len()..].to_owned())),
            word if word.starts_with(|c: char| c.is_ascii_alphabetic()) => None,
            symbol => self.infix(left, symbol.to_owned(), level(symbol)),
        }
    }

    fn infix(&mut self, left: Expr, op: String, level: u8) -> Option<Expr> {
        if let Some((all, right)) = self.quantifier() {
            return Some(Expr::Quantified { left: Box::new(left), op, all, right: Box::new(right) });
        }
        let right = self.expression(level + 1)?;
        Some(Expr::Binary(Box::new(left), op, Box::new(right)))
    }

    /// `ANY (...)`, `SOME (...)` or `ALL (...)`, where one comes next.
    fn quantifier(&mut self) -> Option<(bool, Expr)> {
        let Some(Item::Operand(node)) = self.items.front() else { return None };
        let (all, inner) = quantified(node)?;
        self.items.pop_front();
        Some((all, self.lowering.contents(&inner)))
    }

    fn is(&mut self, left: Expr, op: &str) -> Option<Expr> {
        let Item::Operand(node) = self.items.pop_front()? else { return None };
        let word = node.text().to_string().to_ascii_uppercase();
        let known = matches!(word.as_str(), "NULL" | "TRUE" | "FALSE" | "UNKNOWN" | "DOCUMENT");
        let words = if op == "IS NOT" { format!("NOT {word}") } else { word };
        known.then(|| Expr::Is(Box::new(left), words))
    }

    fn member(&mut self, left: Expr, negated: bool) -> Option<Expr> {
        let Item::Operand(node) = self.items.pop_front()? else { return None };
        let left = Box::new(left);
        Some(match ast::Expr::cast(node)? {
            ast::Expr::TupleExpr(tuple) if tuple.row_token().is_none() => {
                Expr::In { left, negated, list: self.lowering.list(tuple.syntax()) }
            }
            ast::Expr::ParenExpr(paren) if paren.expr().is_some() => match self.lowering.contents(paren.syntax()) {
                query @ Expr::Opaque(_) if is_query(paren.syntax()) => member_of_query(left, negated, query),
                only => Expr::In { left, negated, list: vec![only] },
            },
            ast::Expr::ParenExpr(paren) => member_of_query(left, negated, self.lowering.contents(paren.syntax())),
            _ => return None,
        })
    }

    fn between(&mut self, operand: Expr, negated: bool) -> Option<Expr> {
        let symmetric = match self.items.front() {
            Some(Item::Operator(word)) if word == "SYMMETRIC" || word == "ASYMMETRIC" => {
                let symmetric = word == "SYMMETRIC";
                self.items.pop_front();
                symmetric
            }
            _ => false,
        };
        // PostgreSQL's b_expr: no AND, OR, NOT, but comparisons.
        let low = Box::new(self.expression(IS)?);
        match self.items.pop_front()? {
            Item::Operator(and) if and == "AND" => {}
            _ => return None,
        }
        let high = Box::new(self.expression(LIKE + 1)?);
        Some(Expr::Between { operand: Box::new(operand), negated, symmetric, low, high })
    }

    fn pattern(&mut self, left: Expr, op: &str, escaping: &str) -> Option<Expr> {
        let left = Box::new(left);
        if let Some((all, right)) = self.quantifier() {
            return Some(Expr::Quantified { left, op: op.to_owned(), all, right: Box::new(right) });
        }
        let mut args = vec![self.expression(LIKE + 1)?];
        if matches!(self.items.front(), Some(Item::Operator(word)) if word == "ESCAPE") {
            self.items.pop_front();
            args.push(self.expression(LIKE + 1)?);
        }
        let plain = args.len() == 1 && escaping == "like_escape";
        let right = if plain { args.pop()? } else { call(escaping, args) };
        Some(Expr::Binary(left, op.to_owned(), Box::new(right)))
    }

    fn overlaps(&mut self, left: Expr) -> Option<Expr> {
        match (left, self.expression(OTHER + 1)?) {
            (Expr::Row(mut args), Expr::Row(more)) if args.len() == 2 && more.len() == 2 => {
                args.extend(more);
                Some(call("overlaps", args))
            }
            _ => None,
        }
    }
}

fn member_of_query(left: Box<Expr>, negated: bool, query: Expr) -> Expr {
    let op = if negated { "<>" } else { "=" }.to_owned();
    Expr::Quantified { left, op, all: negated, right: Box::new(query) }
}

fn is_query(paren: &SyntaxNode) -> bool {
    std::iter::successors(paren.first_child(), SyntaxNode::first_child)
        .find(|node| node.kind() != SyntaxKind::PAREN_EXPR)
        .is_some_and(|node| !ast::Expr::can_cast(node.kind()))
}

fn quantified(node: &SyntaxNode) -> Option<(bool, SyntaxNode)> {
    let call = ast::CallExpr::cast(node.clone())?;
    let any = call.any_fn().map(|it| (false, it.syntax().clone()));
    let some = call.some_fn().map(|it| (false, it.syntax().clone()));
    any.or(some).or_else(|| call.all_fn().map(|it| (true, it.syntax().clone())))
}

/// A built-in function by its bare name.
pub(super) fn builtin(name: &str) -> NameRef {
    NameRef { schema: None, name: name.into() }
}
