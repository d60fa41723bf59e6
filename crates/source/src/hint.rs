//! Rename hints.

use novate_contract::{ObjectId, QName};

use crate::Place;

/// An object's former name. It may lie in a table or schema that had another name too: the hint names it as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameHint {
    /// What it was called.
    pub from: ObjectId,
    /// What it is called now.
    pub to: ObjectId,
    /// Where the hint stands.
    pub place: Place,
}

/// An enum label's former name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueHint {
    /// The type, by its present name.
    pub ty: QName,
    /// What the label was.
    pub from: String,
    /// What it is now.
    pub to: String,
    /// Where the hint stands.
    pub place: Place,
}
