//! What constraints have in common.

use novate_contract::{Constraint, ConstraintKind, Deferral};

use super::{Aspect, aspect, check, exclusion, flag, foreign_key, primary_key, unique};

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
        Deferral::NotDeferrable => "not deferrable",
        Deferral::InitiallyImmediate => "deferrable, initially immediate",
        Deferral::InitiallyDeferred => "deferrable, initially deferred",
    };
    all.extend([
        aspect("checked", deferral),
        flag("validated", *validated),
        flag("no inherit", *no_inherit),
        flag("enforced", *enforced),
    ]);
    all
}
