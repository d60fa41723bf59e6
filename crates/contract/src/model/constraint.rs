//! What constraints have in common.

use super::{Check, ConstraintTag, Exclusion, ForeignKey, PrimaryKey, Unique};

/// A constraint of a table, whatever its kind. Its name is its key in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// What it says.
    pub kind: ConstraintKind,
    /// When it is checked (keys, foreign keys and exclusions).
    pub deferral: Deferral,
    /// Whether existing rows are known to satisfy it (`NOT VALID` otherwise).
    pub validated: bool,
    /// `NO INHERIT` (checks).
    pub no_inherit: bool,
    /// Whether it is enforced at all (`NOT ENFORCED`, 18).
    pub enforced: bool,
    /// Its comment.
    pub comment: Option<String>,
}

impl Constraint {
    /// A constraint with PostgreSQL's defaults.
    pub fn new(kind: ConstraintKind) -> Self {
        Self {
            kind,
            deferral: Deferral::NotDeferrable,
            validated: true,
            no_inherit: false,
            enforced: true,
            comment: None,
        }
    }
}

/// What a constraint says, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(PrimaryKey),
    /// `UNIQUE`.
    Unique(Unique),
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKey),
    /// `CHECK`.
    Check(Check),
    /// `EXCLUDE`.
    Exclusion(Exclusion),
}

impl ConstraintKind {
    /// Which kind it is.
    pub fn tag(&self) -> ConstraintTag {
        match self {
            Self::PrimaryKey(_) => ConstraintTag::PrimaryKey,
            Self::Unique(_) => ConstraintTag::Unique,
            Self::ForeignKey(_) => ConstraintTag::ForeignKey,
            Self::Check(_) => ConstraintTag::Check,
            Self::Exclusion(_) => ConstraintTag::Exclusion,
        }
    }
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Deferral {
    /// At once, always.
    #[default]
    NotDeferrable,
    /// At once, unless the transaction defers it.
    InitiallyImmediate,
    /// At commit.
    InitiallyDeferred,
}
