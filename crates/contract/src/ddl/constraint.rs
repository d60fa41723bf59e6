//! What all kinds of constraint have in common.

use super::{Action, check, exclusion, foreign_key, primary_key, unique};
use crate::{Constraint, ConstraintKind, Deferral, Ident, QName};

/// The kinds of constraint that can take over an index that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
}

/// `CONSTRAINT name ...` with everything that belongs to it, `NOT VALID` included.
pub fn definition(name: &Ident, constraint: &Constraint) -> String {
    let Constraint { kind, deferral, validated, no_inherit, enforced, comment: _ } = constraint;
    let mut text = format!("CONSTRAINT {name} {}", body(kind));
    if *no_inherit {
        text.push_str(" NO INHERIT");
    }
    text.push_str(deferral_suffix(*deferral));
    if !*enforced {
        text.push_str(" NOT ENFORCED");
    } else if !*validated {
        text.push_str(" NOT VALID");
    }
    text
}

/// Whether it can stand inside `CREATE TABLE` and mean the same: PostgreSQL takes a new table's constraints as valid
/// whatever was said. Whether it can do so beside the table's other constraints is for [`super::table::inline`] to say.
pub fn fits_inline(constraint: &Constraint) -> bool {
    constraint.validated || !constraint.enforced
}

/// `ADD CONSTRAINT`.
pub fn add(name: &Ident, constraint: &Constraint) -> Action {
    Action::new(format!("ADD {}", definition(name, constraint)))
}

/// `ADD CONSTRAINT ... USING INDEX`: the index becomes the constraint's and takes its name.
pub fn add_using_index(name: &Ident, kind: KeyKind, index: &Ident, deferral: Deferral) -> Action {
    let words = match kind {
        KeyKind::PrimaryKey => "PRIMARY KEY",
        KeyKind::Unique => "UNIQUE",
    };
    Action::new(format!("ADD CONSTRAINT {name} {words} USING INDEX {index}{}", deferral_suffix(deferral)))
}

/// `DROP CONSTRAINT`.
pub fn drop(name: &Ident) -> Action {
    Action::new(format!("DROP CONSTRAINT {name}"))
}

/// `VALIDATE CONSTRAINT`.
pub fn validate(name: &Ident) -> Action {
    Action::new(format!("VALIDATE CONSTRAINT {name}"))
}

/// `ALTER CONSTRAINT` to another deferral. PostgreSQL can do so for foreign keys only.
pub fn set_deferral(name: &Ident, deferral: Deferral) -> Action {
    let words = match deferral {
        Deferral::NotDeferrable => " NOT DEFERRABLE",
        Deferral::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferral::InitiallyDeferred => deferral_suffix(deferral),
    };
    Action::new(format!("ALTER CONSTRAINT {name}{words}"))
}

/// `RENAME CONSTRAINT`. The index of a key is renamed with it.
pub fn rename(table: &QName, name: &Ident, to: &Ident) -> String {
    format!("ALTER TABLE {table} RENAME CONSTRAINT {name} TO {to}")
}

fn body(kind: &ConstraintKind) -> String {
    match kind {
        ConstraintKind::PrimaryKey(key) => primary_key::definition(key),
        ConstraintKind::Unique(key) => unique::definition(key),
        ConstraintKind::ForeignKey(key) => foreign_key::definition(key),
        ConstraintKind::Check(check) => check::definition(check),
        ConstraintKind::Exclusion(exclusion) => exclusion::definition(exclusion),
    }
}

fn deferral_suffix(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::NotDeferrable => "",
        Deferral::InitiallyImmediate => " DEFERRABLE",
        Deferral::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}
