//! What a statement did.

use crate::{ObjectId, UnsupportedObject};

/// The objects that a statement created, altered, dropped and renamed, in the order in which it did so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Created, by the id they have now.
    pub created: Vec<ObjectId>,
    /// Altered in place.
    pub altered: Vec<ObjectId>,
    /// Dropped, by the id they had.
    pub dropped: Vec<ObjectId>,
    /// Renamed or moved to another schema: from, to. What is part of a renamed table is not listed again.
    pub renamed: Vec<(ObjectId, ObjectId)>,
    /// What the statement says of objects or properties that are not modelled. Their `place` is empty.
    pub unsupported: Vec<UnsupportedObject>,
    /// Objects that `IF NOT EXISTS` found there already.
    pub skipped: Vec<ObjectId>,
}

impl Touched {
    /// Whether the contract is as it was.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.altered.is_empty() && self.dropped.is_empty() && self.renamed.is_empty()
    }

    pub(super) fn created(&mut self, id: ObjectId) {
        self.created.push(id);
    }

    pub(super) fn altered(&mut self, id: ObjectId) {
        self.altered.push(id);
    }

    pub(super) fn dropped(&mut self, id: ObjectId) {
        self.dropped.push(id);
    }

    pub(super) fn renamed(&mut self, from: ObjectId, to: ObjectId) {
        self.renamed.push((from, to));
    }

    /// What was created or dropped by the same statement was not altered by it, and once is enough.
    pub(super) fn tidy(mut self) -> Self {
        if !self.altered.is_empty() {
            let altered = std::mem::take(&mut self.altered);
            for id in altered {
                let elsewhere = self.created.contains(&id) || self.dropped.contains(&id);
                if !elsewhere && !self.altered.contains(&id) {
                    self.altered.push(id);
                }
            }
        }
        self
    }
}
