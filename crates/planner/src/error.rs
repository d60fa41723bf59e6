//! What can make planning fail.

use novate_contract::{ObjectId, QName};

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A rename names an object that the starting contract does not have.
    #[error("{id} is to be renamed, but the starting contract has no such object")]
    RenameSourceMissing {
        /// The object.
        id: ObjectId,
    },
    /// A rename leads to an object that the contract to reach does not have.
    #[error("{from} is to become {to}, but the contract to reach has no such object")]
    RenameTargetMissing {
        /// The object's old id.
        from: ObjectId,
        /// Its new id.
        to: ObjectId,
    },
    /// A rename's source is still part of the contract to reach.
    #[error("{from} is to become {to}, but the contract to reach still has {from}")]
    RenameSourceStays {
        /// The object's old id.
        from: ObjectId,
        /// Its new id.
        to: ObjectId,
    },
    /// A rename between objects of different kinds, or of a kind that cannot be renamed by hand.
    #[error("{from} cannot be renamed to {to}")]
    RenameImpossible {
        /// The object's old id.
        from: ObjectId,
        /// Its new id.
        to: ObjectId,
    },
    /// An enum label that cannot be renamed: the type or the label is not there, or the new label is there already.
    #[error("label {from:?} of enum {ty} cannot be renamed to {to:?}: {reason}")]
    ValueRenameImpossible {
        /// The type.
        ty: QName,
        /// The old label.
        from: String,
        /// The new one.
        to: String,
        /// What is in the way.
        reason: &'static str,
    },
    /// Steps that each wait for another.
    #[error("no order was found for the changes to {}", list(objects))]
    Cycle {
        /// What they are about.
        objects: Vec<ObjectId>,
    },
}

impl PlanError {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RenameSourceMissing { .. } => "PLAN.RENAME_SOURCE_MISSING",
            Self::RenameTargetMissing { .. } => "PLAN.RENAME_TARGET_MISSING",
            Self::RenameSourceStays { .. } => "PLAN.RENAME_SOURCE_STAYS",
            Self::RenameImpossible { .. } => "PLAN.RENAME_IMPOSSIBLE",
            Self::ValueRenameImpossible { .. } => "PLAN.VALUE_RENAME_IMPOSSIBLE",
            Self::Cycle { .. } => "PLAN.NO_ORDER",
        }
    }

    /// What is behind it, where that helps.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::RenameSourceStays { .. } => {
                Some("An object that is still declared keeps its name and its rows.".to_owned())
            }
            Self::RenameImpossible { .. } => {
                Some("Schemas, tables, columns, enums, sequences, constraints and indexes can be renamed, each to one of its own kind.".to_owned())
            }
            Self::Cycle { .. } => Some("Each of these changes has to wait for another of them.".to_owned()),
            Self::RenameSourceMissing { .. }
            | Self::RenameTargetMissing { .. }
            | Self::ValueRenameImpossible { .. } => None,
        }
    }

    /// The next step.
    pub fn fix(&self) -> Option<String> {
        Some(match self {
            Self::RenameSourceMissing { .. } => {
                "Correct the name after `@renamed_from` (or `--rename`), or remove the hint if the rename was planned before.".to_owned()
            }
            Self::RenameTargetMissing { to, .. } => format!("Declare {to} in the contract, or correct the hint."),
            Self::RenameSourceStays { from, .. } => format!("Remove {from} from the contract, or remove the hint."),
            Self::RenameImpossible { .. } => "Correct the hint.".to_owned(),
            Self::ValueRenameImpossible { .. } => {
                "Correct the hint beside the label, or remove it if the rename was planned before.".to_owned()
            }
            Self::Cycle { .. } => {
                "Make the change in two migrations: change the contract halfway, `novate plan`, then the rest.".to_owned()
            }
        })
    }
}

fn list(objects: &[ObjectId]) -> String {
    objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
