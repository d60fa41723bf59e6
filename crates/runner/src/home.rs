//! A space, and what else lives in its database.

use novate_catalog::Snapshot;
use novate_contract::{Contract, Space};

/// The space that something is done for, and the contracts of the other spaces that share its database: what they have
/// is none of this space's business.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// The space.
    pub space: &'a Space,
    /// The contracts of the others.
    pub others: &'a [Contract],
}

impl<'a> Home<'a> {
    /// A space with its database to itself.
    pub fn alone(space: &'a Space) -> Self {
        Self { space, others: &[] }
    }

    /// A live schema without what belongs to the others; what `own` declares of theirs stays.
    pub(crate) fn see(&self, mut live: Snapshot, own: &Contract) -> Snapshot {
        let others: Vec<&Contract> = self.others.iter().collect();
        live.contract.leave_out(own, &others);
        live
    }
}
