//! Steps: what a plan consists of before it is ordered, and what each step needs, gives and takes.

use std::collections::BTreeSet;
use std::fmt::Display;

use novate_contract::{Ident, ObjectId, QName};

use crate::plan::{Placeholder, Raw, Transform};

/// Something that a step can give, change, take or need: an object, a part of one that has a life of its own, or a
/// name that only one object can have at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// An object.
    Object(ObjectId),
    /// A column's default.
    Default(QName, Ident),
    /// Where a column's values come from when a row brings none: default, identity or expression, one at a time.
    Source(QName, Ident),
    /// That a column refuses NULL.
    NotNull(QName, Ident),
    /// A column's identity.
    Identity(QName, Ident),
    /// That the rows of a column are what the contract after the migration means.
    Rows(QName, Ident),
    /// That a sequence belongs to a column.
    Owner(QName),
    /// Something that stands beside an object for a while, and is ready.
    Built(QName, Ident),
    /// A table's place among the partitions of another.
    Partition(QName),
    /// A name among tables, indexes and sequences.
    Relation(QName),
    /// A name among types; tables have one too.
    Type(QName),
    /// A name among the constraints of a table.
    ConstraintName(QName, Ident),
}

impl From<ObjectId> for Node {
    fn from(id: ObjectId) -> Self {
        Self::Object(id)
    }
}

/// Where a step stands when nothing but reading decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Schemas, extensions and types.
    Prepare,
    /// Foreign keys that must go before the tables change.
    Unlink,
    /// Tables, one after the other.
    Tables,
    /// Foreign keys.
    Link,
    /// Columns and tables that go for good.
    Remove,
    /// Sequences, types, extensions and schemas that go for good.
    Retire,
    /// Comments.
    Describe,
}

/// A step's place among those that may stand at the same point: stage, then table, then kind of work, then name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) group: String,
    pub(crate) rank: u8,
    pub(crate) name: String,
}

impl Place {
    pub(crate) fn new(stage: Stage, group: impl Display, rank: u8, name: impl Display) -> Self {
        Self { stage, group: group.to_string(), rank, name: name.to_string() }
    }
}

/// Kinds of work on one table, in the order that reads well.
pub(crate) mod rank {
    pub(crate) const SEQUENCE: u8 = 0;
    pub(crate) const FREE: u8 = 10;
    pub(crate) const UNSET: u8 = 12;
    pub(crate) const LOSE: u8 = 14;
    pub(crate) const RETYPE: u8 = 16;
    pub(crate) const MAKE: u8 = 20;
    pub(crate) const SETTING: u8 = 24;
    pub(crate) const DEFAULT: u8 = 26;
    pub(crate) const ROWS: u8 = 30;
    pub(crate) const NOT_NULL: u8 = 34;
    pub(crate) const IDENTITY: u8 = 36;
    pub(crate) const OWNER: u8 = 40;
    pub(crate) const PRIMARY_KEY: u8 = 44;
    pub(crate) const CONSTRAINT: u8 = 46;
    pub(crate) const INDEX: u8 = 50;
    pub(crate) const TABLE: u8 = 54;
}

/// The order in which PostgreSQL itself carries out the parts of one `ALTER TABLE`, as far as we join them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pass {
    /// Constraints, columns and defaults that go.
    Drop,
    /// Types that change.
    Type,
    /// Columns that come.
    AddColumn,
    /// Attributes of columns.
    Column,
    /// Constraints that come.
    AddConstraint,
    /// Everything else.
    Other,
    /// Never shares a statement.
    Alone,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// An action of `ALTER TABLE`.
    Alter {
        /// The table.
        table: QName,
        /// When PostgreSQL carries it out.
        pass: Pass,
        /// The action: `ADD COLUMN name text`.
        action: String,
    },
    /// A statement of its own.
    Statement(String),
    /// A transform.
    Transform(Transform),
    /// A statement that needs its own checks.
    Raw(Raw),
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Where it stands among equals.
    pub(crate) place: Place,
    /// What it does.
    pub(crate) act: Act,
    /// What the author has to fill in; its line is part of the statement.
    pub(crate) placeholder: Option<Placeholder>,
    /// What it is about.
    pub(crate) objects: Vec<ObjectId>,
    /// What is there afterwards and was not before.
    pub(crate) gives: BTreeSet<Node>,
    /// What stays and is different afterwards.
    pub(crate) changes: BTreeSet<Node>,
    /// What is gone afterwards.
    pub(crate) takes: BTreeSet<Node>,
    /// What must be as the new contract says before it can run.
    pub(crate) needs: BTreeSet<Node>,
    /// What must be gone before it can run.
    pub(crate) outlives: BTreeSet<Node>,
    /// What the old state of its object holds on to: that can go (or change, where this step takes something away)
    /// only afterwards.
    pub(crate) releases: BTreeSet<Node>,
}

impl Step {
    pub(crate) fn new(place: Place, object: ObjectId, act: Act) -> Self {
        Self {
            place,
            act,
            placeholder: None,
            objects: vec![object],
            gives: BTreeSet::new(),
            changes: BTreeSet::new(),
            takes: BTreeSet::new(),
            needs: BTreeSet::new(),
            outlives: BTreeSet::new(),
            releases: BTreeSet::new(),
        }
    }

    pub(crate) fn alter(place: Place, object: ObjectId, table: &QName, pass: Pass, action: impl Into<String>) -> Self {
        Self::new(place, object, Act::Alter { table: table.clone(), pass, action: action.into() })
    }

    pub(crate) fn statement(place: Place, object: ObjectId, sql: impl Into<String>) -> Self {
        Self::new(place, object, Act::Statement(sql.into()))
    }

    #[must_use]
    pub(crate) fn gives(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.gives.extend(nodes);
        self
    }

    #[must_use]
    pub(crate) fn changes(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.changes.extend(nodes);
        self
    }

    #[must_use]
    pub(crate) fn takes(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.takes.extend(nodes);
        self
    }

    #[must_use]
    pub(crate) fn needs(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.needs.extend(nodes);
        self
    }

    #[must_use]
    pub(crate) fn outlives(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.outlives.extend(nodes);
        self
    }

    #[must_use]
    pub(crate) fn releases(mut self, nodes: impl IntoIterator<Item = Node>) -> Self {
        self.releases.extend(nodes);
        self
    }
}
