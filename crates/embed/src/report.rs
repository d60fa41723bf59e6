//! What is answered.

use std::fmt;
use std::time::Duration;

use novate_contract::{Space, StorageHash};
use novate_history::Node;
use novate_runner::{MarkerState, Standing};

use crate::finding::{self, Finding};

/// A contract's identity: 64 lower-case hexadecimal digits. `Display` prints as many as people need.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContractHash(StorageHash);

impl ContractHash {
    /// All of the digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ContractHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.short())
    }
}

fn of_node(node: Node) -> Option<ContractHash> {
    node.map(ContractHash)
}

/// What a run did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Migrated {
    /// Each space, in the order in which they were given.
    pub spaces: Vec<SpaceMigrated>,
}

impl Migrated {
    /// A space by its name.
    pub fn space(&self, name: &str) -> Option<&SpaceMigrated> {
        self.spaces.iter().find(|space| space.space == name)
    }

    /// How many packages were applied, in all spaces.
    pub fn applied(&self) -> usize {
        self.spaces.iter().map(|space| space.applied.len()).sum()
    }
}

/// What a run did to one space.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpaceMigrated {
    /// The space.
    pub space: String,
    /// Where it stood; `None` for a database without a marker.
    pub from: Option<ContractHash>,
    /// Where it stands.
    pub at: Option<ContractHash>,
    /// The packages that were applied, in order.
    pub applied: Vec<Applied>,
    /// Things worth a word: objects that are there and that the contract does not know.
    pub notes: Vec<String>,
    /// It is ahead of these packages and was left as it is, as [`IfAhead::Leave`](crate::IfAhead::Leave) says.
    pub left_alone: bool,
}

/// A package that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Its name.
    pub package: String,
    /// How long it took.
    pub took: Duration,
}

impl SpaceMigrated {
    pub(crate) fn of(space: &str, migrated: novate_runner::Migrated, goal: Node) -> Self {
        let applied =
            |applied: novate_runner::Applied| Applied { package: applied.package.to_string(), took: applied.took };
        Self {
            space: space.to_owned(),
            from: of_node(migrated.from),
            at: of_node(goal),
            applied: migrated.applied.into_iter().map(applied).collect(),
            notes: migrated.notes,
            left_alone: false,
        }
    }

    pub(crate) fn left(space: &str, at: Node) -> Self {
        Self {
            space: space.to_owned(),
            from: of_node(at.clone()),
            at: of_node(at),
            applied: Vec::new(),
            notes: Vec::new(),
            left_alone: true,
        }
    }
}

/// Where a database stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StatusReport {
    /// Each space, in the order in which they were given.
    pub spaces: Vec<SpaceStatus>,
}

impl StatusReport {
    /// A space by its name.
    pub fn space(&self, name: &str) -> Option<&SpaceStatus> {
        self.spaces.iter().find(|space| space.space == name)
    }

    /// Whether every space is at its goal.
    pub fn is_current(&self) -> bool {
        self.spaces.iter().all(|space| space.position == Position::Current)
    }
}

/// Where one space stands, by its marker. Whether the schema is what the marker says, [`Verification`] tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpaceStatus {
    /// The space.
    pub space: String,
    /// The contract that the database is at; `None` where it has no marker.
    pub at: Option<ContractHash>,
    /// The contract that it should be at.
    pub goal: Option<ContractHash>,
    /// How the one lies to the other.
    pub position: Position,
    /// The packages that a migration would apply, in order.
    pub pending: Vec<String>,
    /// When the marker was written, as the server prints it, and by which version of novate.
    pub signed: Option<(String, String)>,
}

/// How a database lies to its goal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Position {
    /// It is there.
    Current,
    /// Packages lead there.
    Behind,
    /// It is past the goal: packages lead from there to here.
    Ahead,
    /// It is at a contract that these packages do not know, most likely that of a newer version of the application.
    Unknown,
    /// It is at a contract of these packages from which none leads to the goal.
    Elsewhere,
    /// A package was begun and has not ended.
    #[non_exhaustive]
    InTransit {
        /// The package.
        package: String,
    },
}

impl SpaceStatus {
    pub(crate) fn of(
        space: &Space,
        standing: &Standing,
        goal: &Node,
        position: Position,
        pending: Vec<String>,
    ) -> Self {
        Self {
            space: space.to_string(),
            at: of_node(standing.node()),
            goal: of_node(goal.clone()),
            position,
            pending,
            signed: standing.marker.as_ref().map(|marker| (marker.updated_at.clone(), marker.version.clone())),
        }
    }
}

/// What a comparison found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verification {
    /// Each space, in the order in which they were given.
    pub spaces: Vec<SpaceVerification>,
}

impl Verification {
    /// A space by its name.
    pub fn space(&self, name: &str) -> Option<&SpaceVerification> {
        self.spaces.iter().find(|space| space.space == name)
    }

    /// Whether every space is at its contract, by its marker and by its schema.
    pub fn holds(&self) -> bool {
        self.spaces.iter().all(SpaceVerification::holds)
    }
}

/// What a comparison found in one space.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpaceVerification {
    /// The space.
    pub space: String,
    /// The contract that it was compared with.
    pub contract: ContractHash,
    /// What its marker says.
    pub marker: Marker,
    /// What differs, errors and notes alike.
    pub findings: Vec<Finding>,
    /// Statements that would make every error go away, in order; none where that cannot be planned.
    pub mend: Vec<String>,
}

/// What the marker of a space says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Marker {
    /// It is at the contract.
    Matches,
    /// There is none.
    Missing,
    /// It is at another contract.
    #[non_exhaustive]
    Elsewhere {
        /// Which one.
        at: ContractHash,
    },
    /// A package was begun and has not ended.
    #[non_exhaustive]
    InTransit {
        /// The package.
        package: String,
    },
}

impl SpaceVerification {
    /// Whether it is at its contract, by its marker and by its schema.
    pub fn holds(&self) -> bool {
        self.marker == Marker::Matches && !self.findings.iter().any(|finding| finding.is_error)
    }

    pub(crate) fn of(space: &str, found: novate_runner::Verification) -> Self {
        Self {
            space: space.to_owned(),
            contract: ContractHash(found.contract),
            marker: match found.marker {
                // The marker is always asked for here.
                MarkerState::Matches | MarkerState::NotAsked => Marker::Matches,
                MarkerState::Missing => Marker::Missing,
                MarkerState::Elsewhere(at) => Marker::Elsewhere { at: ContractHash(at) },
                MarkerState::InTransit(package) => Marker::InTransit { package },
            },
            findings: finding::flat(&found.findings),
            mend: found.mend,
        }
    }
}
