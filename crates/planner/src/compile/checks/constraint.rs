//! What constraints have in common.

use novate_contract::{Constraint, ConstraintKind, ConstraintTag, Deferral, Ident, QName};

use super::fact::{Fact, Place};
use super::sql::{regclass, stored};
use super::{check, exclusion, foreign_key, key};

pub(super) fn place(table: &QName, name: &Ident) -> Place {
    Place::new(
        "pg_catalog.pg_constraint c",
        format!("c.conrelid = {} AND c.conname = {}", regclass(table), stored(name)),
    )
}

/// As [`place`], for one kind: another kind of constraint may take over the name.
pub(super) fn place_of(tag: ConstraintTag, table: &QName, name: &Ident) -> Place {
    let Place { from, row } = place(table, name);
    Place { from, row: format!("{row} AND c.contype = '{}'", letter(tag)) }
}

pub(super) fn facts(constraint: &Constraint) -> Vec<Fact> {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = constraint;
    let mut facts = match kind {
        ConstraintKind::PrimaryKey(payload) => key::primary(payload),
        ConstraintKind::Unique(payload) => key::unique(payload),
        ConstraintKind::ForeignKey(payload) => foreign_key::facts(payload),
        ConstraintKind::Check(payload) => check::facts(payload, *no_inherit),
        ConstraintKind::Exclusion(payload) => exclusion::facts(payload),
    };
    facts.push(match deferral {
        Deferral::NotDeferrable => Fact::not("not deferrable", "NOT c.condeferrable"),
        Deferral::InitiallyImmediate => Fact::is("deferrable", "c.condeferrable AND NOT c.condeferred"),
        Deferral::InitiallyDeferred => Fact::is("deferrable, initially deferred", "c.condeferrable AND c.condeferred"),
    });
    // Before 18 every constraint is enforced.
    let flag = "coalesce((pg_catalog.to_jsonb(c) ->> 'conenforced')::bool, true)";
    if *enforced {
        facts.push(if *validated {
            Fact::not("validated", "c.convalidated")
        } else {
            Fact::is("not yet validated", "NOT c.convalidated")
        });
        facts.push(Fact::not("enforced", flag));
    } else {
        facts.push(Fact::is("not enforced", format!("NOT {flag}")));
    }
    facts
}

/// `pg_constraint.contype`.
pub(super) fn letter(tag: ConstraintTag) -> char {
    match tag {
        ConstraintTag::PrimaryKey => 'p',
        ConstraintTag::Unique => 'u',
        ConstraintTag::Check => 'c',
        ConstraintTag::Exclusion => 'x',
        ConstraintTag::ForeignKey => 'f',
    }
}
