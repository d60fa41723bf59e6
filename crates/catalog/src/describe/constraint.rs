//! What constraints have in common.

use novate_contract::{Constraint, ConstraintKind, Deferral};

use super::{Aspect, check, exclusion, flag, foreign_key, or_default, primary_key, unique, unless};

pub(super) fn aspects(constraint: &Constraint) -> Vec<Aspect> {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = constraint;
    let mut all = match kind {
        ConstraintKind::PrimaryKey(key) => primary_key::aspects(key),
        ConstraintKind::Unique(unique) => unique::aspects(unique),
        ConstraintKind::ForeignKey(key) => foreign_key::aspects(key),
        ConstraintKind::Check(check) => check::aspects(check),
        ConstraintKind::Exclusion(exclusion) => exclusion::aspects(exclusion),
    };
    let deferral = match deferral {
        Deferral::NotDeferrable => None,
        Deferral::InitiallyImmediate => Some("deferrable, initially immediate"),
        Deferral::InitiallyDeferred => Some("deferrable, initially deferred"),
    };
    all.extend([
        or_default("deferral", deferral, "not deferrable"),
        unless("validated", *validated),
        flag("no inherit", *no_inherit),
        unless("enforced", *enforced),
    ]);
    all
}
