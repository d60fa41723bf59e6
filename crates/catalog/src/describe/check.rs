//! Checks.

use novate_contract::Check;

use super::{Aspect, expression};

pub(super) fn aspects(check: &Check) -> Vec<Aspect> {
    let Check { expr } = check;
    vec![expression("condition", expr)]
}
