//! Operations: what a migration does, step by step, and what must hold before and after each.

use std::fmt;

use novate_contract::{ObjectId, ObjectKind};

/// What an operation does to people's data and programs, from harmless to harmful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationClass {
    /// Adds something; nothing that was there changes.
    Additive,
    /// Lets more in than before; every old value and program still fits.
    Widening,
    /// Changes, checks or restricts data.
    Data,
    /// Takes something away that cannot be had back from what remains.
    Destructive,
}

impl OperationClass {
    /// As `ops.json` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Additive => "additive",
            Self::Widening => "widening",
            Self::Data => "data",
            Self::Destructive => "destructive",
        }
    }

    /// The class that `text` names.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Additive, Self::Widening, Self::Data, Self::Destructive].into_iter().find(|c| c.as_str() == text)
    }
}

impl fmt::Display for OperationClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a package is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TransactionMode {
    /// All operations in one transaction.
    #[default]
    Package,
    /// Every operation commits by itself and can be resumed.
    Statement,
}

impl TransactionMode {
    /// As `migration.json` and `-- @transaction` write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Statement => "statement",
        }
    }
}

/// One operation of a package. A transform is one too: its precheck is `EXISTS (check)`, its postcheck `NOT EXISTS
/// (check)`, so that it is skipped where no work remains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Unique within its package, stable for the same change: `column.public.users.name`, with a suffix where one
    /// package touches the object more than once.
    pub id: String,
    /// One line for people: `Add column name to public.users`.
    pub label: String,
    /// What it does to data and programs.
    pub class: OperationClass,
    /// The object it is about.
    pub target: Target,
    /// Questions that must be true before it runs; each is one `SELECT` of one boolean.
    pub precheck: Vec<Check>,
    /// What runs, in order.
    pub execute: Vec<Statement>,
    /// Questions that are true exactly when its whole result is there. When all hold beforehand the operation is
    /// skipped, so an empty list means that it always runs.
    pub postcheck: Vec<Check>,
    /// The invariant that it provides, where it is a named transform.
    pub invariant: Option<String>,
    /// What can go wrong and what it locks, rewrites or loses.
    pub hazards: Vec<Hazard>,
    /// Rows a round, where it runs repeatedly.
    pub batch: Option<Batch>,
}

/// What an operation is about, in names that tools can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The object's schema; empty for objects outside schemas.
    pub schema: String,
    /// Its kind as [`ObjectKind`] names it, or what a raw operation says.
    pub object_type: String,
    /// Its own name.
    pub name: String,
    /// The table it is part of.
    pub table: Option<String>,
}

impl Target {
    /// The target that an object id names.
    pub fn of(id: &ObjectId) -> Self {
        let on = match id {
            ObjectId::Comment(on) => on.as_ref(),
            other => other,
        };
        let (name, table) = match on {
            ObjectId::Schema(name) | ObjectId::Extension(name) => (name, None),
            ObjectId::Enum(name) | ObjectId::Sequence(name) | ObjectId::Table(name) => (&name.name, None),
            ObjectId::Column(table, name) | ObjectId::Constraint(_, table, name) | ObjectId::Index(table, name) => {
                (name, Some(table.name.as_str().to_owned()))
            }
            ObjectId::Comment(_) => return Self::of(on),
        };
        Self {
            schema: on.schema().map(|s| s.as_str().to_owned()).unwrap_or_default(),
            object_type: match id.kind() {
                ObjectKind::Comment => format!("comment on {}", on.kind()),
                kind => kind.to_string(),
            },
            name: name.as_str().to_owned(),
            table,
        }
    }
}

/// A question to the database: `sql` returns one row of one boolean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it asks, as a statement that should be true.
    pub description: String,
    /// The query.
    pub sql: String,
}

/// A statement to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub description: String,
    /// The SQL, without a final semicolon.
    pub sql: String,
}

/// Rows a round of a batched transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Rows a round.
    pub size: u32,
}

/// Something that people should know before they run an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// What kind of thing.
    pub code: HazardCode,
    /// The object it concerns, as people name it.
    pub object: String,
    /// One sentence.
    pub message: String,
}

/// The kinds of hazard. The texts are stable: policies and `-- @allow` name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HazardCode {
    /// Holds a lock that keeps readers and writers out for longer than an instant.
    BlocksReads,
    /// Holds a lock that keeps writers out for longer than an instant.
    BlocksWrites,
    /// Rewrites the table.
    Rewrite,
    /// Reads the whole table.
    Scan,
    /// Builds an index.
    IndexBuild,
    /// Can fail on rows that are there.
    MayFail,
    /// Loses data.
    DataLoss,
    /// Drops a column.
    DropColumn,
    /// Drops a table.
    DropTable,
    /// Breaks programs that run against the old schema.
    BreaksClients,
    /// Cannot be undone by a later migration.
    Irreversible,
}

impl HazardCode {
    /// Every code.
    pub const ALL: [Self; 11] = [
        Self::BlocksReads,
        Self::BlocksWrites,
        Self::Rewrite,
        Self::Scan,
        Self::IndexBuild,
        Self::MayFail,
        Self::DataLoss,
        Self::DropColumn,
        Self::DropTable,
        Self::BreaksClients,
        Self::Irreversible,
    ];

    /// As people and files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BlocksReads => "blocks-reads",
            Self::BlocksWrites => "blocks-writes",
            Self::Rewrite => "rewrite",
            Self::Scan => "scan",
            Self::IndexBuild => "index-build",
            Self::MayFail => "may-fail",
            Self::DataLoss => "data-loss",
            Self::DropColumn => "drop-column",
            Self::DropTable => "drop-table",
            Self::BreaksClients => "breaks-clients",
            Self::Irreversible => "irreversible",
        }
    }

    /// The code that `text` names.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}
