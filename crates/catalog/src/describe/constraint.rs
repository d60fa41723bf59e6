//! What constraints have in common.

use novate_contract::{Constraint, ConstraintKind, Deferral};

use super::{Listener, check, exclusion, flag, foreign_key, or_default, primary_key, unique, unless};

pub(super) fn describe(constraint: &Constraint, to: &mut dyn Listener) {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = constraint;
    match kind {
        ConstraintKind::PrimaryKey(key) => primary_key::describe(key, to),
        ConstraintKind::Unique(unique) => unique::describe(unique, to),
        ConstraintKind::ForeignKey(key) => foreign_key::describe(key, to),
        ConstraintKind::Check(check) => check::describe(check, to),
        ConstraintKind::Exclusion(exclusion) => exclusion::describe(exclusion, to),
    }
    let deferral = match deferral {
        Deferral::NotDeferrable => None,
        Deferral::InitiallyImmediate => Some("deferrable, initially immediate"),
        Deferral::InitiallyDeferred => Some("deferrable, initially deferred"),
    };
    or_default(to, "deferral", deferral, "not deferrable");
    unless(to, "validated", *validated);
    flag(to, "no inherit", *no_inherit);
    unless(to, "enforced", *enforced);
}
