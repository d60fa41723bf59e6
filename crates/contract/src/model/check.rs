//! Check constraints.

use super::Expression;

/// `CHECK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The condition.
    pub expr: Expression,
}
