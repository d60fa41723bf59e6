//! Checks.

use novate_contract::Check;

use super::{Listener, expression};

pub(super) fn describe(check: &Check, to: &mut dyn Listener) {
    let Check { expr } = check;
    expression(to, "condition", expr);
}
