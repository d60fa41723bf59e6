//! Expressions as the model holds them.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use novate_sql::expr::{Expr, parse_expr};

/// An expression: its canonical tree decides equality; what was written is kept for people.
///
/// Copies share what they hold until one is changed.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Parts>);

/// What an [`Expression`] holds.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The canonical tree. Its text reads back as the same tree, so that files can hold the text.
    pub canonical: Expr,
    /// What people wrote (or the server printed); the canonical text where nothing else is known.
    pub written: String,
    /// How statements spell it, where people's own words mean the same wherever they are read.
    spelling: Option<Box<Expr>>,
}

impl Deref for Expression {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Expression {
    fn deref_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

impl Expression {
    /// A canonical tree, and what stood for it in its source.
    ///
    /// A tree whose text would be read as another tree is carried as its text alone.
    pub fn new(canonical: Expr, written: impl Into<String>) -> Self {
        let canonical = if canonical.surely_reads_back() {
            canonical
        } else {
            let read = tree_of(canonical.to_string());
            if read == canonical { canonical } else { read }
        };
        Self(Arc::new(Parts { canonical, written: written.into(), spelling: None }))
    }

    /// The same expression, spelled like this in statements. `spelling` is the caller's word for being the same.
    #[must_use]
    pub fn spelled(mut self, spelling: Expr) -> Self {
        self.spelling = Some(spelling).filter(|spelling| *spelling != self.canonical).map(Box::new);
        self
    }

    /// The tree that statements are written from: [`Self::spelled`], or the canonical one.
    pub fn spelling(&self) -> &Expr {
        self.spelling.as_deref().unwrap_or(&self.canonical)
    }

    /// Leaves the canonical tree as the only spelling, after what is said has changed.
    pub(crate) fn forget_spelling(&mut self) {
        self.spelling = None;
    }

    /// The expression with this canonical text.
    pub fn from_canonical(text: impl Into<String>) -> Self {
        let written = text.into();
        Self(Arc::new(Parts { canonical: tree_of(written.clone()), written, spelling: None }))
    }
}

/// The tree of a canonical text: opaque unless it prints as the very same text.
fn tree_of(text: String) -> Expr {
    match parse_expr(&text) {
        Ok(read) if read.expr.to_string() == text => read.expr,
        _ => Expr::Opaque(text),
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.canonical == other.canonical
    }
}

impl Eq for Expression {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TypeName;

    #[test]
    fn what_cannot_be_read_back_is_carried_as_text() {
        let odd = Expr::Opaque("a  +  b".into());
        assert_eq!(Expression::new(odd.clone(), "a+b").canonical, odd);
        let signed = Expr::Number("-1".into());
        let expression = Expression::new(signed, "-1");
        assert_eq!(Expression::from_canonical(expression.canonical.to_string()), expression);
    }

    #[test]
    fn the_text_is_the_tree() {
        let cast = Expr::Cast(Box::new(Expr::String("it's".into())), TypeName::builtin("text"));
        let expression = Expression::new(cast.clone(), "");
        assert_eq!(expression.canonical, cast);
        assert_eq!(Expression::from_canonical("'it''s'::text"), expression);
    }
}
