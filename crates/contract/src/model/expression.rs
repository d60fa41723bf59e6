//! Expressions as the model holds them.

use novate_sql::expr::Expr;

/// An expression: its canonical tree decides equality; what was written is kept for people.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The canonical tree.
    pub canonical: Expr,
    /// What people wrote (or the server printed); the canonical text where nothing else is known.
    pub written: String,
}

impl Expression {
    /// A canonical tree and what stood for it in its source.
    pub fn new(canonical: Expr, written: impl Into<String>) -> Self {
        Self { canonical, written: written.into() }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Expression {}
