//! Check constraints.

use crate::Check;

/// `CHECK (...)`, without its name.
pub fn definition(check: &Check) -> String {
    format!("CHECK ({})", check.expr.spelling())
}
